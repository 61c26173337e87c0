package drawbridge.agent.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.agent.policy.Caller;
import drawbridge.tokens.Token;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Encodes records as JSON lines, a batch at a time. Used by the writer thread alone. */
final class Lines {
  static final JsonFactory JSON = new JsonFactory();

  /** Longest text of anybody else's making that one field keeps. */
  private static final int LONGEST_TEXT = 512;

  private static final int MOST_ARGUMENTS = 100;

  private final Buffer buffer = new Buffer();
  private final JsonGenerator json;

  Lines() {
    try {
      // A generator for good, so that a record costs no buffers of its own.
      json = JSON.createGenerator(buffer).setRootValueSeparator(null);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Begins a batch; what the last one held is gone. */
  void clear() {
    buffer.reset();
  }

  /** The whole batch; good until the next {@link #clear()}. */
  ByteBuffer bytes() throws IOException {
    json.flush();
    return buffer.view();
  }

  void add(long seq, AuditRecord record) throws IOException {
    start(seq, record.time(), record.kind());
    if (record.about() != null) {
      if (record.kind() == AuditRecord.Kind.END) {
        key(record.about());
      } else {
        about(record.about());
      }
    }
    if (record.result() != null) {
      result(record.result());
    }
    for (Map.Entry<String, String> detail : record.details().entrySet()) {
      text(detail.getKey(), detail.getValue());
    }
    end();
  }

  /** The first line of a segment: where the log was before it, and which calls were under way. */
  void addSegment(long seq, Instant time, @Nullable Previous previous, Collection<Open> open)
      throws IOException {
    start(seq, time, AuditRecord.Kind.SEGMENT);
    json.writeNumberField("format", 1);
    if (previous != null) {
      json.writeObjectFieldStart("previous");
      json.writeStringField("file", previous.file());
      json.writeNumberField("bytes", previous.bytes());
      json.writeEndObject();
    }
    json.writeArrayFieldStart("open");
    for (Open call : open) {
      json.writeStartObject();
      open(call);
      json.writeEndObject();
    }
    json.writeEndArray();
    end();
  }

  void addUnknownEnd(long seq, Instant time, Open call) throws IOException {
    start(seq, time, AuditRecord.Kind.END);
    open(call);
    text("outcome", AuditRecord.Outcome.UNKNOWN.text);
    text("reason", "the agent ended before this call did");
    end();
  }

  private void start(long seq, Instant time, AuditRecord.Kind kind) throws IOException {
    json.writeStartObject();
    json.writeNumberField("seq", seq);
    json.writeStringField("time", time.toString());
    json.writeStringField("kind", kind.text);
  }

  private void end() throws IOException {
    json.writeEndObject();
    json.writeRaw('\n');
  }

  private void open(Open call) throws IOException {
    text("call", call.call());
    json.writeNumberField("attempt", call.attempt());
    text("operation", call.operation());
    text("begun", call.begun());
  }

  private void key(AuditRecord.About about) throws IOException {
    text("call", about.call());
    json.writeNumberField("attempt", about.attempt());
    text("operation", about.operation());
  }

  private void about(AuditRecord.About about) throws IOException {
    key(about);
    text("gateway", about.gateway());
    Caller caller = about.caller();
    json.writeObjectFieldStart("caller");
    text("subject", caller.subject());
    text("issuer", caller.issuer());
    text("fingerprint", caller.fingerprint());
    text("address", about.address());
    text("proof", proof(caller));
    Token token = caller.token();
    if (token != null) {
      json.writeObjectFieldStart("token");
      text("hash", token.hash());
      text("tenant", token.tenant());
      text("app", token.app());
      text(token.delegated() ? "user" : "object", token.user());
      json.writeEndObject();
    }
    json.writeEndObject();
    text("rule", about.rule());
    text("digest", about.digest());
    if (!about.arguments().isEmpty()) {
      json.writeArrayFieldStart("arguments");
      int left = MOST_ARGUMENTS;
      for (String name : about.arguments()) {
        if (left-- == 0) {
          break;
        }
        json.writeString(cut(name));
      }
      json.writeEndArray();
    }
    text("traceparent", about.traceparent());
  }

  private static String proof(Caller caller) {
    return switch (caller.proof()) {
      case NONE -> "";
      case GATEWAY -> "gateway";
      case TOKEN -> "token";
    };
  }

  private void result(AuditRecord.Result result) throws IOException {
    text("outcome", result.outcome().text);
    text("code", result.code());
    if (result.status() != 0) {
      json.writeNumberField("status", result.status());
    }
    text("reason", result.reason());
    text("reference", result.reference());
    json.writeNumberField("rows", result.rows());
    json.writeNumberField("bytes", result.bytes());
    json.writeNumberField("source_us", result.sourceMicros());
    json.writeNumberField("total_us", result.totalMicros());
  }

  /** What is empty is left out. */
  private void text(String name, String value) throws IOException {
    if (!value.isEmpty()) {
      json.writeStringField(name, cut(value));
    }
  }

  /** Bounded, and text that UTF-8 can hold: half a surrogate pair would fail the whole batch. */
  private static String cut(String text) {
    String kept =
        text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT).concat("…");
    for (int i = 0; i < kept.length(); i++) {
      if (Character.isSurrogate(kept.charAt(i))) {
        return new String(kept.getBytes(UTF_8), UTF_8);
      }
    }
    return kept;
  }

  /**
   * The segment before, of which the first {@code bytes} bytes count.
   *
   * @param file its name in the folder
   */
  record Previous(String file, long bytes) {}

  /**
   * A call that began and has not ended.
   *
   * @param begun time of its begin record, as written
   */
  record Open(String call, int attempt, String operation, String begun) {}

  private static final class Buffer extends ByteArrayOutputStream {
    private static final int KEPT = 1 << 20;

    Buffer() {
      super(KEPT);
    }

    ByteBuffer view() {
      return ByteBuffer.wrap(buf, 0, count);
    }
  }
}
