package drawbridge.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A segment that was the newest, read as far as its lines are whole and each is the next one.
 * Reading begins at the last mark that a checkpoint covers: what the mark says of the tree is right
 * where that checkpoint fits. For one thread.
 */
final class SegmentState {
  private final Map<String, Lines.Open> open = new LinkedHashMap<>();
  private final Map<Long, byte[]> roots = new HashMap<>();
  private final ByteArrayOutputStream nodes = new ByteArrayOutputStream(1 << 16);
  private final Set<Long> wanted = new TreeSet<>();
  private final long from;
  private final long nodesBefore;
  private Tree tree = new Tree();
  private long seq;
  private long whole;
  private boolean begun;
  private boolean stopped;

  private SegmentState(SegmentFiles files, Mark mark, NoteFile notes) {
    this.from = mark.seq();
    this.nodesBefore = mark.nodesBefore(files);
    this.seq = mark.seq() - 1;
    this.whole = mark.offset();
    notes.notes().forEach(at -> wanted.add(at.checkpoint().size()));
  }

  static SegmentState read(SegmentFiles files, NoteFile notes) throws IOException {
    Optional<Mark> mark = Mark.last(files, notes);
    if (mark.isPresent()) {
      SegmentState state = read(files, mark.get(), notes);
      if (state.begun) {
        return state;
      }
    }
    return read(files, Mark.first(files), notes);
  }

  private static SegmentState read(SegmentFiles files, Mark mark, NoteFile notes)
      throws IOException {
    SegmentState state = new SegmentState(files, mark, notes);
    try (LineReader lines = LineReader.plain(files.lines(), mark.offset())) {
      while (lines.next() && lines.terminated() && state.take(lines)) {
        state.whole = lines.end();
      }
    }
    return state;
  }

  /** Number of the first record that was read. */
  long from() {
    return from;
  }

  /** Bytes of the tree's file that are of records before it. */
  long nodesBefore() {
    return nodesBefore;
  }

  /** Of all lines that are whole. */
  Tree tree() {
    return tree;
  }

  /** The nodes of this segment's file, behind {@link #nodesBefore}. */
  byte[] nodes() {
    return nodes.toByteArray();
  }

  /** The roots at the sizes that the segment's checkpoints name, where the lines reach so far. */
  Map<Long, byte[]> roots() {
    return roots;
  }

  /** Bytes that are whole lines. */
  long whole() {
    return whole;
  }

  /** The last line says that the log was closed. */
  boolean stopped() {
    return stopped;
  }

  List<Lines.Open> open() {
    return List.copyOf(open.values());
  }

  private boolean take(LineReader lines) {
    try (JsonParser json =
        Lines.JSON.createParser(lines.buffer(), lines.offset(), lines.length())) {
      Fields fields = new Fields();
      List<Lines.Open> carried = new ArrayList<>();
      List<byte[]> peaks = new ArrayList<>();
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("open") && value == JsonToken.START_ARRAY) {
          while (json.nextToken() == JsonToken.START_OBJECT) {
            carried.add(openCall(json));
          }
        } else if (name.equals("tree") && value == JsonToken.START_ARRAY) {
          while (json.nextToken() == JsonToken.VALUE_STRING) {
            peaks.add(Base64.getDecoder().decode(json.getText()));
          }
        } else {
          fields.set(name, json);
        }
      }
      if (json.currentToken() != JsonToken.END_OBJECT
          || json.nextToken() != null
          || fields.seq != seq + 1
          || (whole == 0) != fields.kind.equals(AuditRecord.Kind.SEGMENT.text)) {
        return false;
      }
      if (!begun) {
        tree = Tree.of(seq, peaks);
        carried.forEach(this::begin);
        begun = true;
      }
      seq++;
      tree.append(tree.leaf(lines.buffer(), lines.offset(), lines.length()), nodes::writeBytes);
      if (wanted.contains(seq)) {
        roots.put(seq, tree.root());
      }
      if (fields.kind.equals(AuditRecord.Kind.BEGIN.text)) {
        begin(fields.open());
      } else if (fields.kind.equals(AuditRecord.Kind.END.text)) {
        open.remove(OpenCalls.key(fields.call, fields.attempt));
      }
      stopped = fields.kind.equals(AuditRecord.Kind.STOP.text);
      return true;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  private static Lines.Open openCall(JsonParser json) throws IOException {
    Fields fields = new Fields();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      fields.set(name, json);
    }
    return fields.open();
  }

  private void begin(Lines.Open call) {
    open.put(OpenCalls.key(call.call(), call.attempt()), call);
  }

  /** The few fields that matter here. */
  private static final class Fields {
    private long seq;
    private String kind = "";
    private String time = "";
    private String call = "";
    private int attempt;
    private String operation = "";
    private Map<String, String> proven = Map.of();
    private Map<String, String> claimed = Map.of();

    Lines.Open open() {
      return new Lines.Open(call, attempt, operation, time, new Identity(proven, claimed));
    }

    void set(String name, JsonParser json) throws IOException {
      switch (name) {
        case "seq" -> seq = json.getValueAsLong();
        case "kind" -> kind = json.getValueAsString("");
        case "time", "begun" -> time = json.getValueAsString("");
        case "call" -> call = json.getValueAsString("");
        case "attempt" -> attempt = json.getValueAsInt();
        case "operation" -> operation = json.getValueAsString("");
        case "proven" -> proven = texts(json);
        case "claimed" -> claimed = texts(json);
        default -> json.skipChildren();
      }
    }

    private static Map<String, String> texts(JsonParser json) throws IOException {
      Map<String, String> texts = new LinkedHashMap<>();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        texts.put(name, json.getValueAsString(""));
      }
      return texts;
    }
  }
}
