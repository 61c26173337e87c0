package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import drawbridge.adapters.Column;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Traits;
import drawbridge.adapters.Type;
import drawbridge.adapters.ibmi.layout.Description;
import drawbridge.adapters.ibmi.layout.HostText;
import drawbridge.adapters.ibmi.layout.Layout;
import drawbridge.settings.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the section {@code file} of an operation; docs/mainframe.md lists its keys. */
final class FileOperation {
  /** What is done in the folder. */
  enum Do {
    LIST,
    READ,
    WRITE
  }

  /** What a write does with a file that is there. */
  enum Exists {
    REFUSE,
    REPLACE
  }

  /** Of the JSON body that it stands in. */
  private static final int LONGEST_CONTENT = 1 << 20;

  private static final Pattern FOLDER =
      Pattern.compile("(/[A-Za-z0-9_@#$][A-Za-z0-9_@#$. -]{0,99})+");

  /** What a piece of a file is beside its content; none of it must be given. */
  private static final List<Column> PIECE =
      List.of(
          new Column(FileWrite.UPLOAD, Schema.of(Type.STRING, false).atMost(FileWrite.ID_LENGTH)),
          new Column(FileWrite.AT, Type.LONG, false),
          new Column(FileWrite.MORE, Type.BOOLEAN, false));

  private FileOperation() {}

  static Operation read(OperationContext context, Section section, Outline outline) {
    Section keys = section.section("file");
    String folder = keys.text("folder");
    if (!folder(folder)) {
      throw keys.wrong(
          "folder",
          "“" + folder + "” is no folder",
          "write an absolute path, such as /home/exchange");
    }
    if (context.folders().stream()
        .noneMatch(allowed -> folder.equals(allowed) || folder.startsWith(allowed + "/"))) {
      throw keys.wrong(
          "folder",
          "the source does not allow " + folder,
          "add it to “folders” of the source in sources.yaml");
    }
    keys.text("do");
    Do what = keys.choice("do", Do.class, Do.LIST);
    Optional<Layout> layout =
        what == Do.LIST ? Optional.empty() : Description.record(keys, context.ccsid());
    if (layout.isPresent() && !layout.get().fixed()) {
      throw keys.wrong(
          "copybook",
          "its records differ in length, so a file of them can't be taken apart",
          "describe records of one length");
    }
    int ccsid = 0;
    if (layout.isEmpty() && keys.has("ccsid")) {
      ccsid = keys.integer("ccsid", 1, HostText.BYTES - 1);
      if (HostText.of(ccsid).isEmpty()) {
        throw keys.wrong(
            "ccsid",
            "there is no CCSID " + ccsid + " of characters",
            "write one such as 819 or 1208");
      }
    }
    Exists exists =
        what == Do.WRITE ? keys.choice("exists", Exists.class, Exists.REFUSE) : Exists.REFUSE;
    boolean pieces = what == Do.WRITE && keys.flag("pieces", false);
    int most = what == Do.LIST ? keys.integer("most", 1, 10_000, 1_000) : 0;
    keys.done();
    FileWork work = new FileWork(folder, what, layout, ccsid, exists, pieces, most);
    Set<String> required = new HashSet<>();
    List<Column> asked = new ArrayList<>(asked(what, layout, ccsid));
    asked.forEach(column -> required.add(column.name()));
    if (pieces) {
      asked.addAll(PIECE);
    }
    Outline merged = OperationParameters.of(section, outline, asked, required);
    return context.operation(
        section,
        produces(merged, what, layout, ccsid),
        what == Do.WRITE,
        answered(what, layout, pieces),
        AS400.FILE,
        true,
        context.pool(),
        what != Do.WRITE,
        work);
  }

  /** Nothing in it leads elsewhere. */
  static boolean folder(String path) {
    return FOLDER.matcher(path).matches()
        && path.length() <= 400
        && List.of(path.split("/", -1)).stream().noneMatch(p -> p.endsWith(".") || p.endsWith(" "));
  }

  private static List<Column> asked(Do what, Optional<Layout> layout, int ccsid) {
    Column name = new Column("name", Schema.of(Type.STRING, false).atMost(FileWork.LONGEST_NAME));
    return switch (what) {
      case LIST -> List.of();
      case READ -> List.of(name);
      case WRITE ->
          List.of(
              name,
              layout
                  .map(l -> new Column("records", Schema.object(l.request()).listOf(0)))
                  .orElse(
                      new Column(
                          "content",
                          ccsid > 0
                              ? Schema.of(Type.STRING, false).atMost(LONGEST_CONTENT)
                              : Schema.of(Type.BYTES, false))));
    };
  }

  private static List<Column> answered(Do what, Optional<Layout> layout, boolean pieces) {
    return switch (what) {
      case LIST ->
          List.of(
              new Column("name", Type.STRING, false),
              new Column("size", Type.LONG, false),
              new Column("changed", Type.TIMESTAMP, false));
      case READ -> layout.map(Layout::reply).orElse(List.of());
      case WRITE -> {
        Column bytes = new Column("bytes", Type.LONG, false);
        yield pieces
            ? List.of(bytes, new Column(FileWrite.UPLOAD, Type.STRING, true))
            : List.of(bytes);
      }
    };
  }

  /** A file that is no records is answered as it is. */
  private static Outline produces(Outline o, Do what, Optional<Layout> layout, int ccsid) {
    if (what != Do.READ || layout.isPresent()) {
      return o;
    }
    Traits plain = o.traits().producing(ccsid > 0 ? FileWork.TEXT : FileWork.BYTES);
    List<Parameter> parameters = o.parameters();
    return new Outline(
        o.id(), o.name(), o.summary(), o.description(), o.method(), o.path(), parameters, plain);
  }
}
