package drawbridge.adapters.example;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Source;
import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.SourceState;
import drawbridge.adapters.Type;
import drawbridge.settings.Section;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Lists the files of a folder: {@code drop: { adapter: folder, folder: /srv/drop }}. */
final class FolderSource implements Source {
  private static final List<Column> COLUMNS =
      List.of(new Column("name", Type.STRING, false), new Column("bytes", Type.LONG, false));

  private final String name;
  private final Path folder;
  private volatile SourceState state;

  /** Only reads settings: the source may be away now, and back when the first call comes. */
  FolderSource(String name, Section section) {
    this.name = name;
    this.folder = section.path("folder");
    this.state = new SourceState(name, true, "not used yet");
  }

  @Override
  public String name() {
    return name;
  }

  /** {@code list: "*.csv"} is the one key of its own; whatever else stands there is refused. */
  @Override
  public Operation operation(Section section, Outline outline) {
    String glob = section.text("list");
    return outline.with(true, false, COLUMNS, (call, answer) -> list(glob, call, answer));
  }

  private void list(String glob, Call call, Answer answer) throws FaultException {
    // What the policy takes away must be enforced, or the call refused.
    if (!call.request().restrictions().equals(Restrictions.NONE)) {
      throw Fault.of(Fault.Code.FORBIDDEN, "this operation has no filters and masks").thrown();
    }
    // Ready before the first byte leaves, so that a failure is a fault with its true status.
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
      state = new SourceState(name, true, "reached");
      try (JsonGenerator json =
          new JsonFactory().createGenerator(answer.begin(200, "application/json"))) {
        json.writeStartObject();
        json.writeArrayFieldStart("value");
        long rows = 0;
        for (Path file : files) {
          if (call.cancellation().cancelled() || System.nanoTime() - call.deadline() > 0) {
            throw Fault.of(Fault.Code.CANCELLED, "nobody waits for the answer").thrown();
          }
          if (++rows > call.mostRows()) {
            throw Fault.of(Fault.Code.TOO_LARGE, "more files than you may have").thrown();
          }
          json.writeStartObject();
          json.writeStringField("name", String.valueOf(file.getFileName()));
          json.writeNumberField("bytes", Files.size(file));
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        answer.rows(rows);
      }
    } catch (IOException e) {
      // The cause is for the log; the sentence, which callers see, names no folder.
      state = new SourceState(name, false, "the folder cannot be read");
      throw Fault.of(Fault.Code.SOURCE_UNAVAILABLE, "the source is away", e).thrown();
    }
  }

  @Override
  public Map<String, List<Column>> columns(Duration patience) {
    return Map.of();
  }

  @Override
  public SourceState state() {
    return state;
  }

  @Override
  public SourceCheck check(Duration patience) {
    long begin = System.nanoTime();
    boolean there = Files.isReadable(folder);
    return new SourceCheck(
        name,
        there,
        there ? "reached" : "the folder cannot be read",
        there ? List.of() : List.of(folder.toString()),
        Duration.ofNanos(System.nanoTime() - begin));
  }

  @Override
  public void close() {}
}
