package drawbridge.adapters.ibmi;

import com.fasterxml.jackson.core.JsonGenerator;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import drawbridge.adapters.Answer;
import drawbridge.adapters.FaultException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes a list in the format that its caller wants, row by row; closed by whoever made it. In CSV
 * a structure or list within a row is JSON. Used by one thread.
 */
final class RowWriter implements AutoCloseable {
  private final List<String> names;
  private final boolean lines;
  private final @Nullable JsonGenerator json;
  private final @Nullable CsvWriter csv;

  /**
   * Begins the answer.
   *
   * @param names of the columns, which CSV begins with
   */
  RowWriter(Answer answer, List<String> names) throws FaultException {
    this.names = names;
    this.lines = answer.format() == Answer.Format.NDJSON;
    try {
      if (answer.format() == Answer.Format.CSV) {
        OutputStream out = answer.begin(200, "text/csv; charset=utf-8; header=present");
        json = null;
        csv =
            CsvWriter.builder()
                .lineDelimiter(LineDelimiter.CRLF)
                .quoteStrategy(QuoteStrategies.EMPTY)
                .build(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        csv.writeRecord(names);
        return;
      }
      csv = null;
      json = JsonTree.generator(answer.begin(200, JsonTree.type(answer)));
      if (!lines) {
        json.writeStartObject();
        json.writeArrayFieldStart("value");
      }
    } catch (UncheckedIOException e) {
      throw JsonTree.undelivered(Objects.requireNonNull(e.getCause())).thrown();
    } catch (IOException e) {
      throw JsonTree.undelivered(e).thrown();
    }
  }

  void write(Map<String, ?> row) throws FaultException {
    try {
      if (csv != null) {
        List<@Nullable String> fields = new ArrayList<>();
        for (String name : names) {
          fields.add(text(row.get(name)));
        }
        csv.writeRecord(fields);
      } else if (json != null) {
        JsonTree.write(json, row);
        if (lines) {
          json.writeRaw('\n');
        }
      }
    } catch (UncheckedIOException e) {
      throw JsonTree.undelivered(Objects.requireNonNull(e.getCause())).thrown();
    } catch (IOException e) {
      throw JsonTree.undelivered(e).thrown();
    }
  }

  private static @Nullable String text(@Nullable Object value) throws IOException {
    return switch (value) {
      case null -> null;
      case BigDecimal number -> number.toPlainString();
      case Map<?, ?> _, List<?> _ -> {
        StringWriter text = new StringWriter();
        try (JsonGenerator nested = JsonTree.generator(text)) {
          JsonTree.write(nested, value);
        }
        yield text.toString();
      }
      default -> value.toString();
    };
  }

  /** All rows are written. */
  void end() throws FaultException {
    try {
      if (csv != null) {
        csv.flush();
      } else if (json != null && !lines) {
        json.writeEndArray();
        json.writeEndObject();
      }
    } catch (UncheckedIOException e) {
      throw JsonTree.undelivered(Objects.requireNonNull(e.getCause())).thrown();
    } catch (IOException e) {
      throw JsonTree.undelivered(e).thrown();
    }
  }

  @Override
  public void close() throws FaultException {
    try {
      if (json != null) {
        json.close();
      }
    } catch (IOException e) {
      throw JsonTree.undelivered(e).thrown();
    }
  }
}
