package drawbridge.adapters.ibmi;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes answers: trees of maps, lists and plain values. */
final class JsonTree {
  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          // The buffers of threads would be those of virtual ones, which never come back.
          .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
          .rootValueSeparator((String) null)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private JsonTree() {}

  static JsonGenerator generator(OutputStream out) throws IOException {
    return JSON.createGenerator(out, JsonEncoding.UTF8);
  }

  static JsonGenerator generator(Writer out) throws IOException {
    return JSON.createGenerator(out);
  }

  /** One object. */
  static void answer(Answer answer, Map<String, ?> object) throws FaultException {
    answer(answer, object, 1);
  }

  /** One object that stands for so many rows. */
  static void answer(Answer answer, Map<String, ?> object, long rows) throws FaultException {
    boolean lines = answer.format() == Answer.Format.NDJSON;
    try (JsonGenerator json = generator(answer.begin(200, type(answer)))) {
      write(json, object);
      if (lines) {
        json.writeRaw('\n');
      }
    } catch (IOException e) {
      throw undelivered(e).thrown();
    }
    answer.rows(rows);
  }

  /**
   * A list of objects.
   *
   * @param names of their members
   */
  static void answer(Answer answer, List<String> names, List<? extends Map<String, ?>> rows)
      throws FaultException {
    try (RowWriter writer = new RowWriter(answer, names)) {
      for (Map<String, ?> row : rows) {
        writer.write(row);
      }
      writer.end();
    }
    answer.rows(rows.size());
  }

  static String type(Answer answer) {
    return answer.format() == Answer.Format.NDJSON ? "application/x-ndjson" : "application/json";
  }

  /** What went wrong on the way to the caller. */
  static Fault undelivered(IOException e) {
    return e instanceof InterruptedIOException
        ? Fault.of(Code.CANCELLED, "the caller went away", e)
        : Fault.of(Code.TOO_LARGE, "the result has more bytes than allowed", e);
  }

  static void write(JsonGenerator json, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Map<?, ?> members -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> member : members.entrySet()) {
          json.writeFieldName(String.valueOf(member.getKey()));
          write(json, member.getValue());
        }
        json.writeEndObject();
      }
      case List<?> items -> {
        json.writeStartArray();
        for (Object item : items) {
          write(json, item);
        }
        json.writeEndArray();
      }
      case BigDecimal number -> json.writeNumber(number.toPlainString());
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Boolean flag -> json.writeBoolean(flag);
      default -> json.writeString(value.toString());
    }
  }
}
