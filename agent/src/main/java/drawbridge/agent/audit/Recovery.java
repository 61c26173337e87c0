package drawbridge.agent.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads back how the log ended: its last line, the calls that were still under way, and what the
 * end of the process tore. Only the last segment matters, since each begins with the calls open by
 * then.
 *
 * @param nextSeq number of the next line
 * @param previous the last segment; null in an empty folder
 * @param open calls with a begin and no end
 * @param repairs what was cut off, for records; most often none
 */
record Recovery(
    long nextSeq,
    Lines.@Nullable Previous previous,
    List<Lines.Open> open,
    List<Map<String, String>> repairs) {
  private static final int LONGEST_LINE = 4 << 20;

  static Recovery of(Path folder) throws IOException {
    List<Map<String, String>> repairs = new ArrayList<>();
    for (Path file : Folder.segments(folder).reversed()) {
      Reader reader = new Reader();
      long whole = reader.read(file);
      long size = Files.size(file);
      if (whole < size) {
        repairs.add(cut(file, whole, size));
      }
      if (whole > 0) {
        return new Recovery(
            reader.seq + 1,
            new Lines.Previous(file.getFileName().toString(), whole),
            List.copyOf(reader.open.values()),
            repairs);
      }
      Files.delete(file); // not one whole line: the process ended as it began this segment
    }
    return new Recovery(1, null, List.of(), repairs);
  }

  /**
   * A torn last line is what a crash leaves, and goes. More than that is damage, and somebody may
   * want to look at it: it is kept beside the segment.
   */
  private static Map<String, String> cut(Path file, long whole, long size) throws IOException {
    Map<String, String> repair = new LinkedHashMap<>();
    repair.put("file", file.getFileName().toString());
    repair.put("from", Long.toString(whole));
    repair.put("bytes", Long.toString(size - whole));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (severalLines(channel, whole)) {
        Path kept = file.resolveSibling(file.getFileName() + ".damaged-" + whole);
        try (FileChannel copy =
            FileChannel.open(
                kept,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
          long at = whole;
          while (at < size) {
            at += channel.transferTo(at, size - at, copy);
          }
          copy.force(true);
        }
        repair.put("kept", kept.getFileName().toString());
      }
      channel.truncate(whole);
      channel.force(true);
    }
    return repair;
  }

  private static boolean severalLines(FileChannel channel, long from) throws IOException {
    channel.position(from);
    @SuppressWarnings("resource") // the channel is its opener's to close
    InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
    int b;
    while ((b = in.read()) >= 0) {
      if (b == '\n') {
        return true;
      }
    }
    return false;
  }

  /** Takes whole lines as long as each is the next one. */
  private static final class Reader {
    private final Map<String, Lines.Open> open = new LinkedHashMap<>();
    private long seq;

    /** Returns the number of bytes that are whole lines. */
    long read(Path file) throws IOException {
      seq = Long.parseLong(file.getFileName().toString().replace(Segment.SUFFIX, "")) - 1;
      long whole = 0;
      ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        int b;
        while ((b = in.read()) >= 0 && line.size() < LONGEST_LINE) {
          if (b != '\n') {
            line.write(b);
          } else if (take(line.toString(UTF_8))) {
            whole += line.size() + 1;
            line.reset();
          } else {
            return whole;
          }
        }
      }
      return whole;
    }

    private boolean take(String line) {
      try (JsonParser json = Lines.JSON.createParser(line)) {
        Fields fields = new Fields();
        List<Lines.Open> carried = new ArrayList<>();
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
          } else {
            fields.set(name, json);
          }
        }
        if (json.currentToken() != JsonToken.END_OBJECT
            || json.nextToken() != null
            || fields.seq != seq + 1) {
          return false;
        }
        seq++;
        carried.forEach(this::begin);
        if (fields.kind.equals(AuditRecord.Kind.BEGIN.text)) {
          begin(new Lines.Open(fields.call, fields.attempt, fields.operation, fields.time));
        } else if (fields.kind.equals(AuditRecord.Kind.END.text)) {
          open.remove(OpenCalls.key(fields.call, fields.attempt));
        }
        return true;
      } catch (IOException e) {
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
      return new Lines.Open(fields.call, fields.attempt, fields.operation, fields.time);
    }

    private void begin(Lines.Open call) {
      open.put(OpenCalls.key(call.call(), call.attempt()), call);
    }
  }

  /** The few fields that matter here. */
  private static final class Fields {
    private long seq;
    private String kind = "";
    private String time = "";
    private String call = "";
    private int attempt;
    private String operation = "";

    void set(String name, JsonParser json) throws IOException {
      switch (name) {
        case "seq" -> seq = json.getValueAsLong();
        case "kind" -> kind = json.getValueAsString("");
        case "time", "begun" -> time = json.getValueAsString("");
        case "call" -> call = json.getValueAsString("");
        case "attempt" -> attempt = json.getValueAsInt();
        case "operation" -> operation = json.getValueAsString("");
        default -> json.skipChildren();
      }
    }
  }
}
