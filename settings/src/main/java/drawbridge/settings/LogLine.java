package drawbridge.settings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record of the log as a line: {@code 2026-01-31 12:00:00.000Z INFO relay: channel to gateway-1
 * is open}, or {@code {"time": …, "level": …, "logger": …, "message": …, "exception": …}}. The
 * stack trace only of what nobody expected. Where the journal reads, each line begins with its
 * priority, as sd-daemon(3) says.
 */
final class LogLine extends Formatter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private static final JsonFactory JSON = new JsonFactory();

  private final Program.Log form;
  private final boolean journal;

  LogLine(Program.Log form, boolean journal) {
    this.form = form;
    this.journal = journal;
  }

  /** Whether the standard error goes straight to systemd's journal, and not to a pipe or a file. */
  static boolean journal() {
    return journal(System.getenv("JOURNAL_STREAM"), Path.of("/proc/self/fd/2"));
  }

  /**
   * The same of another stream.
   *
   * @param named device and inode, as the service manager names them
   */
  static boolean journal(@Nullable String named, Path stream) {
    if (named == null) {
      return false;
    }
    try {
      Map<String, Object> is = Files.readAttributes(stream, "unix:dev,ino");
      return named.equals(is.get("dev") + ":" + is.get("ino"));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public String format(LogRecord record) {
    String line =
        switch (form) {
          case TEXT -> text(record);
          case JSON -> json(record);
        };
    String priority = journal ? priority(record.getLevel()) : "";
    return priority + (journal ? line.replace("\n", "\n" + priority) : line) + "\n";
  }

  private String text(LogRecord record) {
    StringBuilder line = new StringBuilder(160);
    TIME.formatTo(record.getInstant(), line);
    line.append(' ').append(level(record.getLevel())).append(' ').append(name(record));
    line.append(": ").append(oneLine(formatMessage(record)));
    if (record.getThrown() != null) {
      line.append('\n').append(trace(record.getThrown()));
    }
    return line.toString();
  }

  private String json(LogRecord record) {
    StringWriter line = new StringWriter(200);
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("time", Instant.ofEpochMilli(record.getMillis()).toString());
      json.writeStringField("level", level(record.getLevel()));
      json.writeStringField("logger", name(record));
      json.writeStringField("message", formatMessage(record));
      if (record.getThrown() != null) {
        json.writeStringField("exception", trace(record.getThrown()));
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return line.toString();
  }

  private static String name(LogRecord record) {
    String name = record.getLoggerName() == null ? "" : record.getLoggerName();
    return name.startsWith("drawbridge.") ? name.substring("drawbridge.".length()) : name;
  }

  /** As the JVM writes it, without the last line's end. */
  static String trace(Throwable thrown) {
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return trace.toString().stripTrailing();
  }

  private static String level(Level level) {
    return level.intValue() >= Level.SEVERE.intValue()
        ? "ERROR"
        : level.intValue() >= Level.WARNING.intValue()
            ? "WARNING"
            : level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
  }

  private static String priority(Level level) {
    return switch (level(level)) {
      case "ERROR" -> "<3>";
      case "WARNING" -> "<4>";
      case "INFO" -> "<6>";
      default -> "<7>";
    };
  }

  /** Text that came from outside can't forge a second line. */
  private static String oneLine(String text) {
    return text.replace('\n', ' ').replace('\r', ' ');
  }
}
