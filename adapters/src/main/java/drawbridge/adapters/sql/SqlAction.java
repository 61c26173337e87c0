package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Parameter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs one named statement: borrows a connection, binds, executes under a {@link Watch}, encodes
 * row by row. Thread-safe.
 *
 * <p>What may run twice without harm streams its rows as they come. Any other statement is
 * committed first and answers then, so that a change is never reported that was not made, and a
 * failure before the commit changes nothing.
 */
final class SqlAction implements Operation.Action {
  private static final JsonFactory JSON =
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

  /** Rows of the first fetch; later ones follow the size of the rows. */
  private static final int FIRST_FETCH = 100;

  private static final int MOST_FETCHED = 5_000;
  private static final int BYTES_FETCHED = 256 << 10;

  /** What the connection may wait beyond the deadline before it counts as broken. */
  private static final long GRACE_MS = 10_000;

  private final SqlSource source;
  private final Statement statement;

  /** Replaced when the columns change; what threads overwrite is equal. */
  private volatile @Nullable Columns known;

  /**
   * What the file says of a statement.
   *
   * @param binds the parameter of each {@code ?}
   * @param reads runs read-only, and nothing of it stays
   */
  record Statement(
      String id,
      String sql,
      List<Parameter> binds,
      boolean reads,
      boolean safe,
      boolean single,
      Map<String, Form> forms) {}

  SqlAction(SqlSource source, Statement statement) {
    this.source = source;
    this.statement = statement;
  }

  String id() {
    return statement.id();
  }

  @Override
  public void run(Call call, Answer answer) throws FaultException {
    boolean ndjson = answer.format() == Answer.Format.NDJSON;
    for (int attempt = 1; ; attempt++) {
      Reply reply =
          new Reply(
              answer, ndjson ? "application/x-ndjson" : "application/json", !statement.safe());
      try {
        long rows = once(call, reply, ndjson);
        answer.rows(rows);
        return;
      } catch (SQLException e) {
        boolean again =
            attempt == 1
                && !reply.begun()
                && (SqlFaults.stale(e) || (statement.safe() && SqlFaults.broken(e)))
                && Watch.over(call) == null;
        if (!again) {
          throw fault(e).thrown();
        }
      } catch (IOException | UncheckedIOException e) {
        throw undelivered(call, e).thrown();
      }
    }
  }

  /** Runs the statement on one connection and leaves no trace on it; returns the rows. */
  private long once(Call call, Reply reply, boolean ndjson)
      throws FaultException, SQLException, IOException {
    try (Connection connection = source.connect(call)) {
      boolean ended = false;
      try {
        connection.setReadOnly(statement.reads());
        connection.setNetworkTimeout(Runnable::run, networkTimeout(call));
        long rows = execute(connection, call, reply, ndjson);
        // Nothing that a read did stays, also where the database only takes read-only for a hint.
        if (statement.reads()) {
          source.rollback(connection);
        } else {
          commit(connection);
        }
        ended = true;
        if (!statement.safe()) {
          reply.release();
        }
        return rows;
      } finally {
        if (!ended) {
          source.rollback(connection);
        }
      }
    }
  }

  private static int networkTimeout(Call call) {
    long left = (call.deadline() - System.nanoTime()) / 1_000_000;
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, left) + GRACE_MS);
  }

  private long execute(Connection connection, Call call, Reply reply, boolean ndjson)
      throws FaultException, SQLException, IOException {
    Dialect dialect = source.dialect();
    try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
      if (statement.reads() && !dialect.enforcesReadOnly() && prepared.getMetaData() == null) {
        throw changes().thrown();
      }
      long most = statement.single() ? 1 : call.mostRows();
      // One more than allowed is enough to know, and spares the source the rest.
      prepared.setMaxRows((int) Math.min(Integer.MAX_VALUE, most + 1));
      if (!statement.single() && dialect.cursors()) {
        prepared.setFetchSize(FIRST_FETCH);
      }
      Binder.bind(prepared, statement.binds(), call.arguments());
      try (Watch watch = new Watch(call, () -> dialect.stop(connection, prepared))) {
        try {
          return results(prepared, watch, most, reply, ndjson);
        } catch (SQLException e) {
          Fault stopped = watch.stopped();
          if (stopped == null || (SqlFaults.broken(e) && !statement.safe())) {
            throw e;
          }
          throw caused(stopped, e).thrown();
        }
      }
    }
  }

  private static Fault caused(Fault fault, Throwable cause) {
    return Fault.of(fault.code(), fault.message(), cause);
  }

  private long results(
      PreparedStatement prepared, Watch watch, long most, Reply reply, boolean ndjson)
      throws FaultException, SQLException, IOException {
    checkNotStopped(watch);
    boolean query = prepared.execute();
    JsonGenerator json = JSON.createGenerator(reply, JsonEncoding.UTF8);
    try {
      long rows =
          query ? rows(prepared, json, watch, most, reply, ndjson) : count(prepared, json, ndjson);
      // A stop that came too late to be noticed by the source still counts before a commit.
      if (!statement.safe()) {
        checkNotStopped(watch);
      }
      json.flush();
      if (statement.safe()) {
        reply.release();
      }
      return rows;
    } finally {
      // In this order: after a failure the generator would still send what it holds.
      reply.shut();
      json.close();
    }
  }

  private static void checkNotStopped(Watch watch) throws FaultException {
    Fault stopped = watch.stopped();
    if (stopped != null) {
      throw stopped.thrown();
    }
  }

  private long count(PreparedStatement prepared, JsonGenerator json, boolean ndjson)
      throws FaultException, SQLException, IOException {
    if (statement.reads()) {
      throw changes().thrown();
    }
    long count = Math.max(0, prepared.getUpdateCount());
    if (statement.single()) {
      checkOne(count);
    }
    json.writeStartObject();
    json.writeNumberField("rows", count);
    json.writeEndObject();
    if (ndjson) {
      json.writeRaw('\n');
    }
    return count;
  }

  private static Fault changes() {
    return Fault.of(Code.SOURCE_ERROR, "this operation may only read, and its statement does not");
  }

  private static void checkOne(long rows) throws FaultException {
    if (rows == 0) {
      throw Fault.of(Code.NOT_FOUND, "there is no such row").thrown();
    }
    if (rows > 1) {
      throw Fault.of(Code.SOURCE_ERROR, "the source has several rows where one was expected")
          .thrown();
    }
  }

  private long rows(
      PreparedStatement prepared,
      JsonGenerator json,
      Watch watch,
      long most,
      Reply reply,
      boolean ndjson)
      throws FaultException, SQLException, IOException {
    try (ResultSet rows = prepared.getResultSet()) {
      Columns columns = columns(rows.getMetaData());
      boolean list = !statement.single() && !ndjson;
      if (list) {
        json.writeStartObject();
        json.writeFieldName("value");
        json.writeStartArray();
      }
      long count = 0;
      long nextFetch = FIRST_FETCH;
      while (rows.next()) {
        count++;
        if (statement.single()) {
          checkOne(count);
        } else if (count > most) {
          throw Fault.of(Code.TOO_LARGE, "the result has more than " + most + " rows").thrown();
        }
        checkNotStopped(watch);
        columns.writeRow(rows, json);
        columns.keys(rows, reply.answer());
        if (ndjson) {
          json.writeRaw('\n');
        }
        if (count == nextFetch && source.dialect().cursors()) {
          int size = fetchSize(count, reply.bytes() + json.getOutputBuffered());
          rows.setFetchSize(size);
          nextFetch += size;
        }
      }
      if (statement.single()) {
        checkOne(count);
      }
      if (list) {
        json.writeEndArray();
        json.writeEndObject();
      }
      return count;
    }
  }

  /** As many rows as make about a quarter of a megabyte. */
  private static int fetchSize(long rows, long bytes) {
    return Math.clamp(BYTES_FETCHED * rows / Math.max(1, bytes), 10, MOST_FETCHED);
  }

  private Columns columns(ResultSetMetaData from) throws SQLException, FaultException {
    Columns columns = known;
    if (columns == null || !columns.fits(from)) {
      columns = Columns.of(from, source.dialect(), statement.forms());
      known = columns;
    }
    return columns;
  }

  /**
   * What the statement answers with, without running it; empty: it is no query.
   *
   * @param connection that commits by itself, so that a refusal doesn't hinder the next
   */
  List<Column> describe(Connection connection) throws SQLException, FaultException {
    try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
      // Nulls of the right types: the database may need them to know what the statement means.
      Binder.bind(prepared, statement.binds(), new HashMap<>());
      ResultSetMetaData from = prepared.getMetaData();
      return from == null || from.getColumnCount() == 0
          ? List.of()
          : Columns.of(from, source.dialect(), statement.forms()).catalogue(from);
    }
  }

  private void commit(Connection connection) throws SQLException, FaultException {
    try {
      connection.commit();
    } catch (SQLException e) {
      if (statement.safe() || SqlFaults.undone(e)) {
        throw e;
      }
      throw unknown(e).thrown();
    }
  }

  private Fault fault(SQLException e) {
    if (!SqlFaults.broken(e)) {
      return SqlFaults.execution(e);
    }
    return statement.safe()
        ? SqlFaults.unavailable("the connection to the source broke", e)
        : unknown(e);
  }

  private static Fault unknown(Exception e) {
    return Fault.of(
        Code.OUTCOME_UNKNOWN, "the connection to the source broke: the change may be made", e);
  }

  /** The bytes could not go to the caller. */
  private Fault undelivered(Call call, Exception e) {
    if (e instanceof Reply.TooLong) {
      return Fault.of(Code.TOO_LARGE, "the answer to a change is longer than 1 MB");
    }
    if (!statement.safe()) {
      return Fault.of(
          Code.OUTCOME_UNKNOWN, "the change is made, and its answer could not be delivered", e);
    }
    Fault over = Watch.over(call);
    if (over != null) {
      return caused(over, e);
    }
    return e instanceof InterruptedIOException
        ? Fault.of(Code.CANCELLED, "the caller went away", e)
        : Fault.of(Code.TOO_LARGE, "the result has more bytes than allowed", e);
  }
}
