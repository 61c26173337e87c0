package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.siegmar.fastcsv.writer.QuoteStrategies;
import drawbridge.adapters.Answer.Format;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows into a {@link Reply} as the caller wants them: JSON, NDJSON or CSV, one at a time.
 */
final class Rows {
  static final JsonFactory JSON =
      new JsonFactoryBuilder()
          // The buffers of threads would be those of virtual ones, which never come back.
          .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
          .rootValueSeparator((String) null)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .build();

  private static final int MOST_FETCHED = 5_000;
  private static final int BYTES_FETCHED = 256 << 10;

  /** Where a list ends although there are more rows, and how it goes on. */
  interface Page {
    /** Rows on it. */
    long size();

    /** All rows of all pages; negative: nobody asked. */
    long total();

    /** The URL of the page after the current row, which is the last one here. */
    String next(ResultSet last) throws SQLException, FaultException;
  }

  private final Session session;
  private final Reply reply;
  private final Watch watch;

  Rows(Session session, Reply reply, Watch watch) {
    this.session = session;
    this.reply = reply;
    this.watch = watch;
  }

  /** Sets the content type of a list in the format that is wanted. */
  static void list(Reply reply) {
    reply.status(
        200,
        switch (reply.format()) {
          case JSON -> "application/json";
          case NDJSON -> "application/x-ndjson";
          case CSV -> "text/csv; charset=utf-8; header=present";
        });
  }

  /** Sees the values of one answer go by. */
  private interface Writing {
    long run(JsonGenerator json, Sink sink) throws SQLException, FaultException, IOException;
  }

  private long json(Writing writing) throws SQLException, FaultException, IOException {
    JsonGenerator json = JSON.createGenerator(reply, JsonEncoding.UTF8);
    try {
      long rows = writing.run(json, new JsonSink(json));
      json.flush();
      return rows;
    } catch (SQLException | FaultException | IOException | RuntimeException e) {
      // In this order: after a failure the generator would still send what it holds.
      reply.shut();
      throw e;
    } finally {
      json.close();
    }
  }

  /**
   * Rows up to the end or to the end of a page.
   *
   * @param most rows that the caller may have
   */
  long list(ResultSet rows, Columns columns, long most)
      throws SQLException, FaultException, IOException {
    return switch (reply.format()) {
      case JSON ->
          json(
              (json, sink) -> {
                json.writeStartObject();
                json.writeFieldName("value");
                json.writeStartArray();
                long count =
                    each(rows, columns, most, json, () -> columns.writeRow(rows, json, sink));
                json.writeEndArray();
                json.writeEndObject();
                return count;
              });
      case NDJSON ->
          json(
              (json, sink) ->
                  each(
                      rows,
                      columns,
                      most,
                      json,
                      () -> {
                        columns.writeRow(rows, json, sink);
                        json.writeRaw('\n');
                      }));
      case CSV -> csv(rows, columns, most);
    };
  }

  /** A page of a list, as JSON. */
  long page(ResultSet rows, Columns columns, Page page)
      throws SQLException, FaultException, IOException {
    return json(
        (json, sink) -> {
          json.writeStartObject();
          if (page.total() >= 0) {
            json.writeNumberField("count", page.total());
          }
          json.writeFieldName("value");
          json.writeStartArray();
          long count = 0;
          String next = "";
          while (count < page.size() && rows.next()) {
            watch.check();
            count++;
            columns.writeRow(rows, json, sink);
            columns.keys(rows, reply.answer());
            if (count == page.size()) {
              String after = page.next(rows);
              next = rows.next() ? after : "";
            }
          }
          json.writeEndArray();
          if (!next.isEmpty()) {
            json.writeStringField("nextLink", next);
          }
          json.writeEndObject();
          return count;
        });
  }

  private long csv(ResultSet rows, Columns columns, long most)
      throws SQLException, FaultException, IOException {
    TextSink sink = new TextSink(columns.names().size());
    CsvWriter csv =
        CsvWriter.builder()
            .lineDelimiter(LineDelimiter.CRLF)
            .quoteStrategy(QuoteStrategies.EMPTY)
            .build(new OutputStreamWriter(reply, StandardCharsets.UTF_8));
    try {
      csv.writeRecord(columns.names());
      long count =
          each(
              rows,
              columns,
              most,
              null,
              () -> {
                columns.writeFields(rows, sink);
                csv.writeRecord(sink.row());
              });
      csv.flush();
      return count;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Writes the current row. */
  private interface Row {
    void write() throws SQLException, IOException;
  }

  private long each(
      ResultSet rows, Columns columns, long most, @Nullable JsonGenerator json, Row row)
      throws SQLException, FaultException, IOException {
    long count = 0;
    long nextFetch = Session.FIRST_FETCH;
    while (rows.next()) {
      count++;
      if (count > most) {
        throw Fault.of(Code.TOO_LARGE, "the result has more than " + most + " rows").thrown();
      }
      watch.check();
      row.write();
      columns.keys(rows, reply.answer());
      if (count == nextFetch && session.dialect().cursors()) {
        long bytes = reply.bytes() + (json == null ? 0 : json.getOutputBuffered());
        int size = fetchSize(count, bytes);
        int wanted = rows.getStatement().getMaxRows();
        rows.setFetchSize(session.dialect().fetchSize(wanted == 0 ? size : Math.min(size, wanted)));
        nextFetch += size;
      }
    }
    return count;
  }

  /** As many rows as make about a quarter of a megabyte. */
  private static int fetchSize(long rows, long bytes) {
    return Math.clamp(BYTES_FETCHED * rows / Math.max(1, bytes), 10, MOST_FETCHED);
  }

  /** The one row that there must be; as an object in JSON and NDJSON. */
  long single(ResultSet rows, Columns columns) throws SQLException, FaultException, IOException {
    if (!rows.next()) {
      checkOne(0);
    }
    if (reply.format() == Format.CSV) {
      TextSink sink = new TextSink(columns.names().size());
      columns.writeFields(rows, sink);
      columns.keys(rows, reply.answer());
      checkLast(rows);
      CsvWriter csv =
          CsvWriter.builder()
              .lineDelimiter(LineDelimiter.CRLF)
              .quoteStrategy(QuoteStrategies.EMPTY)
              .build(new OutputStreamWriter(reply, StandardCharsets.UTF_8));
      csv.writeRecord(columns.names()).writeRecord(sink.row());
      csv.flush();
    } else {
      json(
          (json, sink) -> {
            columns.writeRow(rows, json, sink);
            columns.keys(rows, reply.answer());
            if (reply.format() == Format.NDJSON) {
              json.writeRaw('\n');
            }
            checkLast(rows);
            return 1;
          });
    }
    return 1;
  }

  private static void checkLast(ResultSet rows) throws SQLException, FaultException {
    if (rows.next()) {
      checkOne(2);
    }
  }

  /** What a statement without rows answers. */
  long count(long count) throws SQLException, FaultException, IOException {
    return json(
        (json, sink) -> {
          json.writeStartObject();
          json.writeNumberField("rows", count);
          json.writeEndObject();
          if (reply.format() == Format.NDJSON) {
            json.writeRaw('\n');
          }
          return count;
        });
  }

  static void checkOne(long rows) throws FaultException {
    if (rows == 0) {
      throw Fault.of(Code.NOT_FOUND, "there is no such row").thrown();
    }
    if (rows > 1) {
      throw Fault.of(Code.SOURCE_ERROR, "the source has several rows where one was expected")
          .thrown();
    }
  }
}
