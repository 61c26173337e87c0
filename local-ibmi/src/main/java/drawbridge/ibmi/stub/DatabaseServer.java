package drawbridge.ibmi.stub;

import static drawbridge.ibmi.stub.SqlRequest.ATTRIBUTES;
import static drawbridge.ibmi.stub.SqlRequest.CANCEL;
import static drawbridge.ibmi.stub.SqlRequest.CHANGE_BLOCK;
import static drawbridge.ibmi.stub.SqlRequest.CLOSE;
import static drawbridge.ibmi.stub.SqlRequest.COMMIT;
import static drawbridge.ibmi.stub.SqlRequest.CREATE_BLOCK;
import static drawbridge.ibmi.stub.SqlRequest.DELETE_BLOCK;
import static drawbridge.ibmi.stub.SqlRequest.DELETE_DESCRIPTOR;
import static drawbridge.ibmi.stub.SqlRequest.DELETE_RESULTS;
import static drawbridge.ibmi.stub.SqlRequest.DESCRIPTOR;
import static drawbridge.ibmi.stub.SqlRequest.END;
import static drawbridge.ibmi.stub.SqlRequest.ERROR_TEXT;
import static drawbridge.ibmi.stub.SqlRequest.EXECUTE;
import static drawbridge.ibmi.stub.SqlRequest.EXECUTE_IMMEDIATE;
import static drawbridge.ibmi.stub.SqlRequest.EXECUTE_OPEN;
import static drawbridge.ibmi.stub.SqlRequest.FETCH;
import static drawbridge.ibmi.stub.SqlRequest.FREE_LARGE;
import static drawbridge.ibmi.stub.SqlRequest.LIBRARIES;
import static drawbridge.ibmi.stub.SqlRequest.OPEN_DESCRIBE;
import static drawbridge.ibmi.stub.SqlRequest.OPEN_FETCH;
import static drawbridge.ibmi.stub.SqlRequest.PREPARE;
import static drawbridge.ibmi.stub.SqlRequest.PREPARE_DESCRIBE;
import static drawbridge.ibmi.stub.SqlRequest.PREPARE_EXECUTE;
import static drawbridge.ibmi.stub.SqlRequest.READ_LARGE;
import static drawbridge.ibmi.stub.SqlRequest.RESET_BLOCK;
import static drawbridge.ibmi.stub.SqlRequest.ROLLBACK;
import static drawbridge.ibmi.stub.SqlRequest.TEST;
import static drawbridge.ibmi.stub.SqlRequest.WRITE_LARGE;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * SQL over the database that the settings name. Each request says by bits what it wants back; one
 * without the first bit gets no answer at all.
 */
final class DatabaseServer implements HostServer {
  private static final System.Logger LOG = System.getLogger(DatabaseServer.class.getName());

  private static final int WANTS_REPLY = 0x8000_0000;
  private static final int WANTS_FORMAT = 0x0800_0000;
  private static final int WANTS_RESULT = 0x0400_0000;
  private static final int WANTS_MARKERS = 0x0080_0000;
  private static final int COMPRESSED = 0x0008_0000;
  private static final int VARYING = 0x0001_0000;
  private static final int WANTS_CURSOR = 0x0000_8000;

  private static final int MOST_BLOCKS = 10_000;

  private final HostConnection connection;
  private final int ccsid;
  private final SqlJob job;
  private final LargeObjects objects = new LargeObjects();
  private final Map<Integer, SqlStatement> statements = new HashMap<>();
  private final Map<Integer, List<SqlColumn>> descriptors = new HashMap<>();
  private volatile @Nullable SqlStatement running;
  private int function;
  private final SqlOutcome outcome;

  DatabaseServer(HostConnection connection) throws IOException {
    this.connection = connection;
    this.ccsid = connection.host().settings().ccsid();
    this.outcome = new SqlOutcome(ccsid);
    this.job = new SqlJob(connection.host().settings());
  }

  @Override
  public boolean serve(Frame sent) throws IOException {
    Frame frame = expanded(sent);
    int request = frame.request();
    if (request == END) {
      return false;
    }
    int wants = frame.int4(20);
    if (request != ERROR_TEXT) {
      function = request;
      outcome.begin();
    }
    Bytes body = new Bytes();
    boolean varying = false;
    try {
      if (request == ERROR_TEXT) {
        outcome.text(wants, body);
      } else {
        varying = run(frame, request, wants, body);
      }
    } catch (SQLException e) {
      outcome.fail(e);
      body = new Bytes();
    } catch (HostError | IllegalArgumentException e) {
      outcome.fail(new SQLException(e.getMessage(), "22018", -420));
      body = new Bytes();
    }
    if (outcome.failed() && request != ERROR_TEXT) {
      if ((wants & SqlOutcome.WANTS_SQLCA) != 0) {
        body.field(0x3807, outcome.sqlca());
      }
      if ((wants & WANTS_FORMAT) != 0) {
        body.field(0x3812, new Bytes());
      }
    }
    if ((wants & WANTS_REPLY) != 0) {
      int flags = wants & ~(COMPRESSED | VARYING) | (varying ? VARYING : 0);
      connection.send(
          frame.reply(
              0x2800,
              20,
              new Bytes()
                  .int4(flags)
                  .int4(0)
                  .int2(frame.int2(28))
                  .int2(request)
                  .int2(function)
                  .int2(outcome.errorClass())
                  .int4(outcome.returnCode())
                  .raw(body)));
    }
    return true;
  }

  /** All behind the template may come run-length compressed, as one field. */
  private static Frame expanded(Frame frame) throws IOException {
    if ((frame.int4(20) & COMPRESSED) == 0 || frame.length() < 50 || frame.int2(44) != 0x3832) {
      return frame;
    }
    byte[] packed = frame.slice(50, frame.length() - 50);
    byte[] rest = RunLength.expand(packed, 0, packed.length, frame.int4(46));
    return new Frame(new Bytes().raw(frame.slice(0, 40)).raw(rest).toArray());
  }

  /** Carries the request out and adds what it wants back; true: rows have varying lengths. */
  private boolean run(Frame frame, int request, int wants, Bytes body)
      throws IOException, SQLException {
    int block = frame.int2(34);
    switch (request) {
      case TEST -> outcome.succeed(7, -201);
      case ATTRIBUTES -> job.attributes(frame, connection.requireJob(), body);
      case LIBRARIES -> job.libraries(frame);
      case CREATE_BLOCK, RESET_BLOCK, CHANGE_BLOCK, DELETE_RESULTS -> {}
      case DELETE_BLOCK -> drop(statements.remove(block));
      case DESCRIPTOR -> describe(frame);
      case DELETE_DESCRIPTOR -> descriptors.remove(frame.int2(36));
      case COMMIT -> job.commit();
      case ROLLBACK -> job.rollback();
      case CANCEL -> cancel(frame.required(0x3826));
      case READ_LARGE -> {
        objects.read(frame, body);
        return false;
      }
      case WRITE_LARGE -> objects.write(frame);
      case FREE_LARGE -> objects.free(frame.required(0x3818));
      case PREPARE, PREPARE_DESCRIBE -> prepare(frame, block);
      case PREPARE_EXECUTE, EXECUTE_IMMEDIATE -> execute(frame, prepare(frame, block));
      case EXECUTE, OPEN_FETCH, EXECUTE_OPEN -> execute(frame, statement(block));
      case OPEN_DESCRIBE -> {
        SqlStatement statement = statement(block);
        // A procedure has opened its cursor already.
        if (!statement.isCall()) {
          execute(frame, statement);
        }
      }
      case FETCH -> statement(block);
      case CLOSE -> {
        SqlStatement statement = statements.get(block);
        if (statement != null) {
          statement.closeRows();
        }
      }
      default ->
          throw new SQLException(
              "function " + Integer.toHexString(request) + " is not simulated", "0A000", -901);
    }
    return results(frame, request, wants, body, statements.get(block));
  }

  private boolean results(
      Frame frame, int request, int wants, Bytes body, @Nullable SqlStatement statement)
      throws IOException, SQLException {
    ResultBlock rows = null;
    if (statement != null && statement.rows() != null) {
      if (request == OPEN_FETCH || request == FETCH) {
        rows = fetched(ResultBlock.read(frame, statement, objects));
      }
      if (request == EXECUTE && statement.isCall()) {
        outcome.cursorIsOpen();
      }
    }
    if ((wants & SqlOutcome.WANTS_SQLCA) != 0) {
      body.field(0x3807, outcome.sqlca());
    }
    if ((wants & WANTS_FORMAT) != 0) {
      List<SqlColumn> columns = statement == null ? null : statement.columns();
      body.field(0x3812, columns == null ? new Bytes() : SqlColumn.format(columns, false, ccsid));
    }
    if ((wants & WANTS_MARKERS) != 0) {
      List<SqlColumn> markers = statement == null ? List.of() : markers(statement);
      body.field(0x3813, markers.isEmpty() ? new Bytes() : SqlColumn.format(markers, true, ccsid));
    }
    if ((wants & WANTS_CURSOR) != 0 && (request == OPEN_FETCH || request == OPEN_DESCRIBE)) {
      // Holdable, not scrollable, read only, insensitive, no isolation.
      body.field(0x3814, new Bytes().ebcdic("10000").zeros(5));
    }
    if (rows != null) {
      body.field(0x380E, rows.bytes());
    } else if (request == EXECUTE
        && (wants & WANTS_RESULT) != 0
        && statement != null
        && statement.isCall()) {
      body.field(0x380E, ResultBlock.outputs(statement));
    }
    return rows != null && rows.packed() != null;
  }

  /** A large object that a client shall write is given its locator beforehand. */
  private List<SqlColumn> markers(SqlStatement statement) {
    return statement.markers().stream()
        .map(marker -> marker.isLarge() ? marker.withLocator(objects.create(marker)) : marker)
        .toList();
  }

  private SqlStatement statement(int block) throws SQLException {
    SqlStatement statement = statements.get(block);
    if (statement == null) {
      throw new SQLException("nothing was prepared in block " + block, "07003", -518);
    }
    return statement;
  }

  private SqlStatement prepare(Frame frame, int block) throws IOException, SQLException {
    byte[] wide = frame.field(0x3831).orElse(null);
    String sql;
    if (wide != null) {
      sql = new Frame(wide).text(6, wide.length - 6, StandardCharsets.UTF_16BE);
    } else {
      byte[] narrow = frame.required(0x3807);
      sql = new Frame(narrow).text(4, narrow.length - 4, Ebcdic.near(ccsid));
    }
    drop(statements.remove(block));
    if (statements.size() >= MOST_BLOCKS) {
      throw new SQLException("too many statements", "54000", -900);
    }
    SqlStatement statement =
        new SqlStatement(job.database(), connection.host().procedures(), sql, ccsid);
    statements.put(block, statement);
    return statement;
  }

  private static void drop(@Nullable SqlStatement statement) throws SQLException {
    if (statement != null) {
      statement.close();
    }
  }

  private void describe(Frame frame) throws IOException {
    Frame format = new Frame(frame.required(0x381E));
    List<SqlColumn> columns = new ArrayList<>();
    int count = format.int4(4);
    for (int i = 0; i < count; i++) {
      columns.add(SqlColumn.read(format, 16 + 64 * i));
    }
    descriptors.put(frame.int2(36), columns);
  }

  private void execute(Frame frame, SqlStatement statement) throws IOException, SQLException {
    bind(frame, statement);
    if (job.controlled()) {
      statement.requireJournal(connection.host().unjournaled());
    }
    running = statement;
    try {
      outcome.rows(statement.execute());
    } finally {
      running = null;
    }
  }

  private void bind(Frame frame, SqlStatement statement) throws IOException, SQLException {
    byte[] field = frame.field(0x381F).orElse(null);
    List<SqlColumn> columns = descriptors.get(frame.int2(36));
    if (field == null || field.length == 0 || columns == null) {
      return;
    }
    Frame data = new Frame(field);
    int rows = data.int4(4);
    int count = data.int2(8);
    boolean compressed = data.int4(12) < 0;
    int at = 20 + rows * count * 2;
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < count; i++) {
        SqlColumn column = columns.get(i);
        boolean none = (short) data.int2(20 + 2 * (row * count + i)) < 0;
        Object value = none ? null : column.value(data, at);
        if (value != null && column.isLarge()) {
          value = objects.value((Integer) value);
        }
        statement.bind(i, value);
        at += column.size(data, at, compressed);
      }
      if (rows > 1) {
        statement.addBatch();
      }
    }
  }

  /** Tells how the fetch went; null: there was no row any more. */
  private @Nullable ResultBlock fetched(ResultBlock block) {
    outcome.rows(block.count());
    if (!block.end()) {
      return block;
    }
    boolean none = block.count() == 0;
    outcome.succeed(none ? 1 : 2, none ? 100 : 700);
    return none ? null : block;
  }

  /** Job, user and number; the last six characters are the number. */
  private void cancel(byte[] field) {
    String text = new String(field, Ebcdic.CCSID_37).strip();
    String number = text.substring(Math.max(0, text.length() - 6));
    connection.host().cancelSql(number);
  }

  /** Stops what runs in this job. */
  void stop() {
    SqlStatement statement = running;
    if (statement != null) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        LOG.log(Level.DEBUG, "a statement could not be stopped", e);
      }
    }
  }

  @Override
  public void close() {
    try (job) {
      for (SqlStatement statement : statements.values()) {
        statement.close();
      }
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "a statement could not be closed", e);
    }
  }
}
