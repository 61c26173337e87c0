package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Encodes records as JSON lines, a batch at a time. Used by the writer thread alone. */
final class Lines {
  static final JsonFactory JSON = new JsonFactory();

  static final int FORMAT = 2;

  /** Longest text of anybody else's making that one field keeps. */
  private static final int LONGEST_TEXT = 512;

  private static final int MOST_ARGUMENTS = 100;

  private final Buffer buffer = new Buffer();
  private final JsonGenerator json;
  private int[] ends = new int[2_048];
  private int count;

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
    count = 0;
  }

  /** The whole batch; good until the next {@link #clear()}. */
  ByteBuffer bytes() {
    return buffer.view();
  }

  /** Lets a tree grow by these lines. */
  void addTo(Tree tree, Tree.Sink nodes) {
    int from = 0;
    for (int i = 0; i < count; i++) {
      tree.append(tree.leaf(buffer.array(), from, ends[i] - 1 - from), nodes);
      from = ends[i];
    }
  }

  void add(long seq, AuditRecord record) throws IOException {
    start(seq, record.time(), record.kind());
    if (record.about() != null) {
      // Also at an end, so that who called and what became of it are found together.
      about(record.about());
    }
    if (record.result() != null) {
      result(record.result());
    }
    if (record.about() != null && hashes(record)) {
      text("values_key", record.about().valuesKey());
    }
    for (Map.Entry<String, String> detail : record.details().entrySet()) {
      text(detail.getKey(), detail.getValue());
    }
    end();
  }

  private static boolean hashes(AuditRecord record) {
    AuditRecord.About about = record.about();
    AuditRecord.Result result = record.result();
    return (about != null && about.arguments().stream().anyMatch(Lines::hashed))
        || (result != null && result.keys().stream().anyMatch(Lines::hashed));
  }

  private static boolean hashed(Recorded one) {
    return one.form() == Recorded.Form.HASH;
  }

  /**
   * The first line of a segment: where the log was before it, and which calls were under way.
   *
   * @param tree before this line
   */
  void addSegment(
      long seq,
      Instant time,
      VerifierKey key,
      Tree tree,
      @Nullable Previous previous,
      Collection<Open> open)
      throws IOException {
    start(seq, time, AuditRecord.Kind.SEGMENT);
    json.writeNumberField("format", FORMAT);
    json.writeStringField("log", key.name());
    json.writeStringField("key", key.text());
    tree(tree);
    if (previous != null) {
      json.writeObjectFieldStart("previous");
      json.writeStringField("file", previous.file());
      json.writeNumberField("bytes", previous.bytes());
      json.writeNumberField("checkpoints", previous.checkpoints());
      json.writeEndObject();
    }
    open(open);
    end();
  }

  /**
   * A line from which reading can begin, as from the first one.
   *
   * @param tree before this line
   */
  void addMark(long seq, Instant time, Tree tree, Collection<Open> open) throws IOException {
    start(seq, time, AuditRecord.Kind.MARK);
    tree(tree);
    open(open);
    end();
  }

  private void tree(Tree tree) throws IOException {
    json.writeArrayFieldStart("tree");
    for (byte[] root : tree.roots()) {
      json.writeString(Base64.getEncoder().encodeToString(root));
    }
    json.writeEndArray();
  }

  private void open(Collection<Open> calls) throws IOException {
    json.writeArrayFieldStart("open");
    for (Open call : calls) {
      json.writeStartObject();
      open(call);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  void addUnknownEnd(long seq, Instant time, Open call) throws IOException {
    start(seq, time, AuditRecord.Kind.END);
    open(call);
    text("outcome", AuditRecord.Outcome.UNKNOWN.text);
    text("reason", "the program ended before this call did");
    end();
  }

  private void start(long seq, Instant time, AuditRecord.Kind kind) throws IOException {
    json.writeStartObject();
    json.writeNumberField("seq", seq);
    json.writeStringField("time", written(time));
    json.writeStringField("kind", kind.text);
  }

  static String written(Instant time) {
    return time.truncatedTo(ChronoUnit.MICROS).toString();
  }

  private void end() throws IOException {
    json.writeEndObject();
    json.writeRaw('\n');
    json.flush();
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    ends[count++] = buffer.size();
  }

  private void open(Open call) throws IOException {
    text("call", call.call());
    json.writeNumberField("attempt", call.attempt());
    text("operation", call.operation());
    text("begun", call.begun());
    who(call.caller());
  }

  private void about(AuditRecord.About about) throws IOException {
    text("call", about.call());
    json.writeNumberField("attempt", about.attempt());
    text("operation", about.operation());
    text("gateway", about.gateway());
    who(about.caller());
    text("rule", about.rule());
    text("digest", about.digest());
    arguments(about);
    String traceparent = about.traceparent();
    if (traceparent.length() == 55) {
      text("trace_id", traceparent.substring(3, 35));
      text("span_id", traceparent.substring(36, 52));
    }
  }

  private void who(Identity caller) throws IOException {
    heap("proven", caller.proven());
    heap("claimed", caller.claimed());
  }

  private void heap(String name, Map<String, String> texts) throws IOException {
    if (!texts.isEmpty()) {
      json.writeObjectFieldStart(name);
      for (Map.Entry<String, String> one : texts.entrySet()) {
        text(one.getKey(), one.getValue());
      }
      json.writeEndObject();
    }
  }

  private void arguments(AuditRecord.About about) throws IOException {
    if (about.arguments().isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("arguments");
    Set<String> written = new HashSet<>();
    for (Recorded one : about.arguments()) {
      String name = cut(one.name());
      if (written.size() == MOST_ARGUMENTS) {
        break;
      }
      if (written.add(name)) {
        json.writeFieldName(name);
        value(one);
      }
    }
    json.writeEndObject();
  }

  private void value(Recorded one) throws IOException {
    json.writeStartObject();
    switch (one.form()) {
      case HASH -> json.writeStringField("hash", one.text());
      case CLEAR -> json.writeStringField("value", cut(one.text()));
      case OMITTED -> {}
    }
    json.writeEndObject();
  }

  private void result(AuditRecord.Result result) throws IOException {
    text("outcome", result.outcome().text);
    text("error.type", result.code());
    if (result.status() != 0) {
      json.writeNumberField("http.response.status_code", result.status());
    }
    text("reason", result.reason());
    text("reference", result.reference());
    json.writeNumberField("rows", result.rows());
    json.writeNumberField("bytes", result.bytes());
    json.writeNumberField("source_us", result.sourceMicros());
    json.writeNumberField("total_us", result.totalMicros());
    text("source_job", result.job());
    keys(result);
  }

  /** One array of values a column, in the order of the rows. */
  private void keys(AuditRecord.Result result) throws IOException {
    if (result.keys().isEmpty()) {
      return;
    }
    Map<String, List<Recorded>> columns = new LinkedHashMap<>();
    for (Recorded key : result.keys()) {
      columns.computeIfAbsent(key.name(), name -> new ArrayList<>()).add(key);
    }
    json.writeObjectFieldStart("keys");
    for (Map.Entry<String, List<Recorded>> column : columns.entrySet()) {
      json.writeArrayFieldStart(cut(column.getKey()));
      for (Recorded key : column.getValue()) {
        value(key);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
    if (result.keysCut()) {
      json.writeBooleanField("keys_cut", true);
    }
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
   * @param checkpoints bytes of its checkpoints' file
   */
  record Previous(String file, long bytes, long checkpoints) {}

  /**
   * A call that began and has not ended.
   *
   * @param begun time of its begin record, as written
   */
  record Open(String call, int attempt, String operation, String begun, Identity caller) {}

  private static final class Buffer extends ByteArrayOutputStream {
    private static final int KEPT = 1 << 20;

    Buffer() {
      super(KEPT);
    }

    byte[] array() {
      return buf;
    }

    ByteBuffer view() {
      return ByteBuffer.wrap(buf, 0, size());
    }
  }
}
