package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints records for people's other tools. For one thread. */
final class Export {
  enum Format {
    /** The lines as they stand in the log, to the byte. */
    JSON,
    CSV,
    /** ArcSight's Common Event Format, version 0. */
    CEF
  }

  static final List<String> COLUMNS =
      List.of(
          "seq",
          "time",
          "kind",
          "call",
          "attempt",
          "operation",
          "gateway",
          Identity.SUBJECT,
          Identity.USER,
          Identity.USER_NAME,
          Identity.TENANT,
          Identity.APP,
          Identity.ADDRESS,
          "rule",
          "digest",
          "outcome",
          "error.type",
          "http.response.status_code",
          "reason",
          "reference",
          "rows",
          "bytes",
          "source_us",
          "total_us",
          "trace_id",
          "source_job");

  /** CEF's own names for what it has one. */
  private static final Map<String, String> CEF =
      Map.of(
          "call",
          "externalId",
          "operation",
          "act",
          Identity.SUBJECT,
          "suser",
          Identity.USER,
          "suid",
          Identity.ADDRESS,
          "src",
          "outcome",
          "outcome",
          "reason",
          "reason",
          "bytes",
          "out",
          "reference",
          "cs1",
          "rule",
          "cs2");

  private final PrintWriter out;
  private final Format format;
  private boolean begun;

  Export(PrintWriter out, Format format) {
    this.out = out;
    this.format = format;
  }

  void print(Found found) throws IOException {
    Fields fields = new Fields();
    byte[] line = found.line().getBytes(UTF_8);
    fields.read(line, 0, line.length);
    print(found, fields);
  }

  void print(Found found, Fields fields) {
    switch (format) {
      case JSON -> out.print(found.line() + "\n");
      case CSV -> csv(fields);
      case CEF -> cef(fields);
    }
    if (out.checkError()) {
      throw new UncheckedIOException(new IOException("the output cannot be written"));
    }
  }

  private void csv(Fields fields) {
    if (!begun) {
      begun = true;
      out.print(String.join(",", COLUMNS) + "\r\n");
    }
    out.print(
        COLUMNS.stream().map(column -> quoted(fields.get(column))).collect(Collectors.joining(","))
            + "\r\n");
  }

  /** RFC 4180; a spreadsheet shall not take a caller's text for a formula. */
  private static String quoted(String text) {
    boolean formula = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
    String safe = formula ? "'" + text : text;
    return safe.matches("[A-Za-z0-9 ._:/-]*") ? safe : '"' + safe.replace("\"", "\"\"") + '"';
  }

  private void cef(Fields fields) {
    String kind = fields.get("kind");
    int severity =
        switch (kind) {
          case "security", "repair" -> 8;
          case "refused" -> 5;
          default -> fields.get("outcome").equals("ok") ? 2 : 3;
        };
    StringBuilder text =
        new StringBuilder("CEF:0|Drawbridge|audit|1|")
            .append(header(kind))
            .append('|')
            .append(header(kind))
            .append('|')
            .append(severity)
            .append("|rt=")
            .append(Sealing.micros(fields.get("time")) / 1_000)
            .append(" cn1Label=seq cn1=")
            .append(fields.get("seq"));
    CEF.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(
            name -> {
              String value = fields.get(name.getKey());
              if (!value.isEmpty()) {
                if (name.getValue().startsWith("cs")) {
                  text.append(' ').append(name.getValue()).append("Label=").append(name.getKey());
                }
                text.append(' ').append(name.getValue()).append('=').append(extension(value));
              }
            });
    out.print(text.append('\n'));
  }

  private static String header(String text) {
    return text.replace("\\", "\\\\").replace("|", "\\|");
  }

  private static String extension(String text) {
    return text.replace("\\", "\\\\").replace("=", "\\=").replace("\n", "\\n").replace("\r", "\\r");
  }
}
