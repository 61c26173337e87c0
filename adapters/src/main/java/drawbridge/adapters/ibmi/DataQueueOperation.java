package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import drawbridge.adapters.Column;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import drawbridge.adapters.ibmi.layout.HostText;
import drawbridge.settings.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the section {@code data-queue} of an operation; docs/mainframe.md lists its keys. */
final class DataQueueOperation {
  /** What is done with the queue. */
  enum Do {
    SEND,
    RECEIVE,
    PEEK,
    REMOVE
  }

  /** Which keys are looked for. */
  enum Search {
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE
  }

  /** The host holds no longer keys. */
  private static final int LONGEST_KEY = 256;

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private DataQueueOperation() {}

  static Operation read(OperationContext context, Section section, Outline outline) {
    Section keys = section.section("data-queue");
    String path = HostNames.path(keys, "DTAQ");
    keys.text("do");
    Do what = keys.choice("do", Do.class, Do.PEEK);
    EntryForm form = EntryForm.read(keys, context.ccsid());
    int keyLength = 0;
    Search search = Search.EQ;
    if (keys.has("key")) {
      Section key = keys.section("key");
      keyLength = key.integer("length", 1, LONGEST_KEY);
      search = key.choice("search", Search.class, what == Do.PEEK ? Search.GE : Search.EQ);
      key.done();
    }
    if (what == Do.REMOVE && keyLength == 0) {
      throw keys.wrong(
          "key",
          "without a key nobody can say which entry to remove",
          "write “key: { length: … }”");
    }
    if (search != Search.EQ && (what == Do.SEND || what == Do.REMOVE)) {
      throw keys.wrong("key", "one key is meant here", "remove “search”");
    }
    Duration wait = keys.duration("wait", Duration.ZERO);
    if (!wait.isZero() && what != Do.RECEIVE) {
      throw keys.wrong("wait", "only receive waits", "remove the key");
    }
    if (wait.compareTo(LONGEST_WAIT) > 0 || wait.toMillis() % 1000 != 0) {
      throw keys.wrong("wait", "is not a number of seconds up to 10m", "write one such as 20s");
    }
    int most = keys.integer("most", 1, 1000, 1);
    if (most > 1 && what != Do.RECEIVE) {
      throw keys.wrong("most", "only receive takes several", "remove the key");
    }
    keys.done();
    context.needs().accept(path);
    QueueWork.Settings settings =
        new QueueWork.Settings(path, what, form, keyLength, search, wait, most);
    Outline merged = OperationParameters.of(section, outline, asked(settings), required(settings));
    return context.operation(
        section,
        merged,
        what == Do.SEND || what == Do.REMOVE,
        answered(settings),
        AS400.DATAQUEUE,
        true,
        // One that waits on the host must not hold up others.
        wait.isZero() ? context.pool() : context.listeners().get(),
        what == Do.PEEK,
        new QueueWork(settings));
  }

  private static List<Column> asked(QueueWork.Settings settings) {
    List<Column> asked = new ArrayList<>();
    if (settings.keyLength() > 0) {
      asked.add(key(settings));
    }
    switch (settings.what()) {
      case SEND -> asked.add(settings.form().column());
      case REMOVE ->
          asked.add(
              new Column(
                  "receipt",
                  Schema.of(Type.STRING, false).asText("^[0-9a-f]{64}$"),
                  "",
                  "As peek answered it",
                  drawbridge.adapters.Visibility.NORMAL,
                  false));
      case RECEIVE, PEEK -> {}
    }
    return asked;
  }

  private static Set<String> required(QueueWork.Settings settings) {
    Set<String> required = new HashSet<>();
    asked(settings).forEach(column -> required.add(column.name()));
    if (settings.what() == Do.PEEK && settings.search() == Search.GE) {
      // From the lowest key on.
      required.remove("key");
    }
    return required;
  }

  private static Column key(QueueWork.Settings settings) {
    return new Column("key", Schema.of(Type.STRING, false).atMost(settings.keyLength()));
  }

  private static List<Column> answered(QueueWork.Settings settings) {
    if (settings.what() == Do.SEND || settings.what() == Do.REMOVE) {
      return List.of(new Column("done", Type.BOOLEAN, false));
    }
    List<Column> answered = new ArrayList<>();
    answered.add(settings.form().column());
    if (settings.keyLength() > 0) {
      answered.add(key(settings));
      if (settings.what() == Do.PEEK) {
        answered.add(new Column("receipt", Type.STRING, false));
      }
    }
    answered.add(new Column("job", Type.STRING, true));
    answered.add(new Column("user", Type.STRING, true));
    return answered;
  }

  /** The page that keys and texts are in. */
  static HostText page(int ccsid) {
    return HostText.of(ccsid)
        .orElseThrow(() -> new IllegalStateException("CCSID " + ccsid + " was checked at load"));
  }
}
