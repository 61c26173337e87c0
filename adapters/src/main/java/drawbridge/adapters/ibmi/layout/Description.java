package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.Field.Invalid;
import drawbridge.adapters.ibmi.layout.Field.Usage;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of an API file that say where a description stands and how its fields become JSON:
 * {@code pcml} or {@code copybook} and {@code using}, {@code ccsid}, {@code invalid}, {@code
 * fields}. docs/mainframe.md lists them.
 *
 * @param section where the keys stand, for messages
 * @param ccsid of text where nothing else is said
 */
public record Description(
    Section section, int ccsid, Invalid invalid, Map<String, FieldSettings> fields) {
  /** No description that people wrote is near this. */
  private static final int LONGEST_FILE = 4 << 20;

  public Description {
    fields = new LinkedHashMap<>(fields);
  }

  /** A program whose parameters are described by PCML, or one by one by copybooks. */
  public static Program program(Section section, int ccsid) {
    Description description = read(section, ccsid);
    if (section.has("pcml") && section.has("using")) {
      throw section.wrong("using", "PCML says the parameters already", "remove one of the two");
    }
    if (section.has("using") || section.has("copybook")) {
      return description.cobol();
    }
    Path file = section.existing("pcml");
    String name = section.text("entry", "");
    return PcmlReader.read(file, bytes(section, "pcml", file), name, description);
  }

  /** What stands behind PROCEDURE DIVISION USING, in its order. */
  private Program cobol() {
    if (!section.has("using")) {
      throw section.wrong(
          "using",
          "is not said, so the parameters are not known",
          "list them in their order, such as “- { record: REQUEST, usage: both }”");
    }
    if (section.has("record")) {
      throw section.wrong("record", "is said of each parameter", "write it below “using”");
    }
    String procedure = section.text("procedure", "");
    boolean returns = !procedure.isEmpty() && section.flag("returns", false);
    CopybookSettings settings = CopybookSettings.read(section);
    Optional<Path> copybook =
        section.has("copybook") ? Optional.of(section.existing("copybook")) : Optional.empty();
    Draft top = new Draft(section.file(), section.line(), "", null);
    List<Section> parameters = section.sections("using");
    int most = Program.most(!procedure.isEmpty());
    if (parameters.size() > most) {
      throw section.wrong(
          "using",
          "has more than " + most + " parameters, which the host's server does not pass",
          "gather some of them in a group");
    }
    for (Section one : parameters) {
      Path file =
          one.has("copybook") || copybook.isEmpty()
              ? one.existing("copybook")
              : copybook.orElseThrow();
      byte[] content = bytes(one, "copybook", file);
      one.text("usage");
      Usage usage = one.choice("usage", Usage.class, Usage.BOTH);
      CopybookReader.parameter(
          file, content, CopybookSettings.read(one, settings), ccsid, top, usage);
      one.done();
    }
    return new Program(
        "",
        "",
        procedure,
        0,
        returns,
        parameters.stream().map(p -> false).toList(),
        Assembly.of(top, this, true));
  }

  /** One record, by a copybook; empty: the section names none. */
  public static Optional<Layout> record(Section section, int ccsid) {
    if (!section.has("copybook")) {
      return Optional.empty();
    }
    Description description = read(section, ccsid);
    Path file = section.existing("copybook");
    byte[] bytes = bytes(section, "copybook", file);
    return Optional.of(
        CopybookReader.read(file, bytes, CopybookSettings.read(section), description));
  }

  private static Description read(Section section, int otherwise) {
    int ccsid = section.integer("ccsid", 1, HostText.BYTES - 1, otherwise);
    if (HostText.of(ccsid).isEmpty()) {
      throw section.wrong(
          "ccsid", "there is no CCSID " + ccsid + " of characters", "write one such as 37 or 1208");
    }
    Map<String, FieldSettings> fields = new LinkedHashMap<>();
    section.named("fields").forEach((path, one) -> fields.put(path, FieldSettings.read(one)));
    return new Description(
        section, ccsid, section.choice("invalid", Invalid.class, Invalid.ERROR), fields);
  }

  private static byte[] bytes(Section section, String key, Path file) {
    try {
      if (Files.size(file) > LONGEST_FILE) {
        throw section.wrong(key, "is longer than 4 MB", "name the right file");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new SettingsException(file, 0, "", "cannot be read", "check its rights", e);
    }
  }

  /**
   * A program as its description has it.
   *
   * @param path such as {@code /QSYS.LIB/ERP.LIB/PRICE.PGM}; empty: not said
   * @param procedure exported by a service program; empty: it is a program
   * @param ccsid of the procedure's name
   * @param returns a whole number
   * @param byValue for each parameter whether its value is passed, and not its place
   */
  public record Program(
      String name,
      String path,
      String procedure,
      int ccsid,
      boolean returns,
      List<Boolean> byValue,
      Layout layout) {
    public Program {
      byValue = List.copyOf(byValue);
    }

    /** Parameters that the host's server passes. */
    static int most(boolean procedure) {
      return procedure ? 7 : 35;
    }
  }
}
