package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;

/** Records as RFC 5424 messages in the frames of RFC 5425. For one thread. */
final class Frames {
  /** Facility 13 is "log audit". */
  private static final int AUDIT = 13 * 8;

  private static final int WARNING = 4;
  private static final int NOTICE = 5;
  private static final int INFO = 6;

  private final String host = host();
  private final String log;
  private final Fields fields = new Fields();
  private long lastCheckpoint;

  Frames(Path folder) {
    Path name = folder.getFileName();
    this.log = name == null ? "audit" : name.toString();
  }

  byte[] record(long seq, LineReader line) throws IOException {
    fields.read(line.buffer(), line.offset(), line.length());
    String kind = fields.get("kind");
    int severity =
        switch (kind) {
          case "security", "repair" -> WARNING;
          case "refused" -> NOTICE;
          default -> Set.of("", "ok").contains(fields.get("outcome")) ? INFO : NOTICE;
        };
    return frame(
        severity,
        fields.get("time"),
        kind,
        seq,
        new String(line.buffer(), line.offset(), line.length(), UTF_8));
  }

  /** Whether this checkpoint covers just what was sent, and was not sent itself. */
  boolean checkpointOf(Checkpoint checkpoint, long sent) {
    return checkpoint.size() == sent && sent > lastCheckpoint;
  }

  byte[] checkpoint(Checkpoint checkpoint) throws IOException {
    lastCheckpoint = checkpoint.size();
    StringWriter text = new StringWriter();
    try (JsonGenerator json = Lines.JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("checkpoint", checkpoint.note());
      json.writeEndObject();
    }
    return frame(INFO, Instant.now().toString(), "checkpoint", checkpoint.size(), text.toString());
  }

  private byte[] frame(int severity, String time, String kind, long seq, String text) {
    String message =
        "<%d>1 %s %s drawbridge %d %s [drawbridge@32473 log=\"%s\" seq=\"%d\"] %s"
            .formatted(
                AUDIT + severity,
                time,
                host,
                ProcessHandle.current().pid(),
                kind,
                log.replaceAll("[\\\\\"\\]]", "_"),
                seq,
                text);
    byte[] bytes = message.getBytes(UTF_8);
    byte[] length = (bytes.length + " ").getBytes(UTF_8);
    byte[] frame = new byte[length.length + bytes.length];
    System.arraycopy(length, 0, frame, 0, length.length);
    System.arraycopy(bytes, 0, frame, length.length, bytes.length);
    return frame;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "-";
    }
  }
}
