package drawbridge.ibmi.stub;

import drawbridge.ibmi.stub.SqlProcedure.Declared;
import drawbridge.ibmi.stub.SqlProcedure.Parameter;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A prepared statement or CALL of one request block, with its open cursor. Not thread-safe. */
final class SqlStatement implements AutoCloseable {
  private static final Pattern CALL =
      Pattern.compile("\\s*CALL\\s+([\\w./\"]+)\\s*\\(([^()]*)\\)\\s*", Pattern.CASE_INSENSITIVE);

  /** H2 has another name for it; both are lost when a table is reorganised. */
  private static final Pattern RECORD_NUMBER =
      Pattern.compile("\\bRRN\\s*\\(\\s*([\\w.]+)\\s*\\)", Pattern.CASE_INSENSITIVE);

  private static final Pattern CHANGED =
      Pattern.compile(
          "\\s*(?:INSERT\\s+INTO|UPDATE|DELETE\\s+FROM|MERGE\\s+INTO)\\s+([\\w./\"]+).*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final Connection database;
  private final int ccsid;
  private final String sql;
  private final @Nullable PreparedStatement statement;
  private final @Nullable Declared procedure;
  private final List<SqlColumn> markers = new ArrayList<>();
  private @Nullable List<SqlColumn> columns;
  private @Nullable ResultSet rows;
  private @Nullable Object[] values = {};
  private int batched;

  SqlStatement(Connection database, Map<String, Declared> procedures, String sql, int ccsid)
      throws SQLException {
    this.database = database;
    this.ccsid = ccsid;
    this.sql = sql;
    Matcher call = CALL.matcher(sql);
    Declared declared =
        call.matches()
            ? procedures.get(
                call.group(1).replace('/', '.').replace("\"", "").toUpperCase(Locale.ROOT))
            : null;
    if (declared != null) {
      procedure = declared;
      statement = null;
      values = new Object[declared.parameters().size()];
      for (Parameter p : declared.parameters()) {
        markers.add(
            SqlColumn.of(
                number(), p.type(), p.precision(), p.scale(), true, ccsid, p.way().code()));
      }
    } else {
      procedure = null;
      statement =
          database.prepareStatement(
              RECORD_NUMBER.matcher(sql).replaceAll("cast($1._ROWID_ as decimal(15, 0))"));
      describe(statement);
    }
  }

  private String number() {
    return String.format(Locale.ROOT, "%05d", markers.size() + 1);
  }

  private void describe(PreparedStatement prepared) throws SQLException {
    ResultSetMetaData data = prepared.getMetaData();
    if (data != null) {
      columns = columns(data);
    }
    ParameterMetaData parameters = prepared.getParameterMetaData();
    for (int i = 1; i <= parameters.getParameterCount(); i++) {
      markers.add(
          SqlColumn.of(
              number(),
              parameters.getParameterType(i),
              parameters.getPrecision(i),
              parameters.getScale(i),
              true,
              ccsid,
              SqlColumn.INPUT));
    }
  }

  /** An expression without a name goes by its number. */
  private static String name(String label, int number) {
    return label.matches("[\\p{L}_#@$][\\p{L}\\d_#@$ ]*")
        ? label
        : String.format(Locale.ROOT, "%05d", number);
  }

  private List<SqlColumn> columns(ResultSetMetaData data) throws SQLException {
    List<SqlColumn> all = new ArrayList<>();
    for (int i = 1; i <= data.getColumnCount(); i++) {
      all.add(
          SqlColumn.of(
              name(data.getColumnLabel(i), i),
              data.getColumnType(i),
              data.getPrecision(i),
              data.getScale(i),
              data.isNullable(i) != ResultSetMetaData.columnNoNulls,
              ccsid,
              SqlColumn.INPUT));
    }
    return all;
  }

  /** Null: it has no result set. */
  @Nullable List<SqlColumn> columns() {
    return columns;
  }

  List<SqlColumn> markers() {
    return markers;
  }

  @Nullable ResultSet rows() {
    return rows;
  }

  boolean isCall() {
    return procedure != null;
  }

  void bind(int index, @Nullable Object value) throws SQLException {
    if (statement == null) {
      values[index] = value;
    } else if (value == null) {
      statement.setNull(index + 1, Types.NULL);
    } else {
      statement.setObject(index + 1, value);
    }
  }

  void addBatch() throws SQLException {
    if (statement == null) {
      throw new SQLException("a CALL can't be batched here", "0A000");
    }
    statement.addBatch();
    batched++;
  }

  /** What a procedure has left in its parameters. */
  @Nullable Object[] values() {
    return values.clone();
  }

  /** Stops it, from another thread. */
  void cancel() throws SQLException {
    if (statement != null) {
      statement.cancel();
    }
  }

  /**
   * Refuses a change under commitment control of a table that has no journal.
   *
   * @param unjournaled as {@code LIBRARY.TABLE}
   */
  void requireJournal(Set<String> unjournaled) throws SQLException {
    Matcher changed = CHANGED.matcher(sql);
    if (!unjournaled.isEmpty() && changed.matches()) {
      String name = changed.group(1).replace('/', '.').replace("\"", "").toUpperCase(Locale.ROOT);
      String qualified = name.contains(".") ? name : database.getSchema() + "." + name;
      if (unjournaled.contains(qualified)) {
        throw new SQLException(qualified + " not valid for operation.", "55019", -7008);
      }
    }
  }

  /** Returns how many rows it changed. */
  int execute() throws SQLException {
    closeRows();
    if (procedure != null) {
      rows = procedure.body().call(database, values);
      if (rows != null) {
        columns = columns(rows.getMetaData());
      }
      return 0;
    }
    if (statement == null) {
      throw new SQLException("nothing was prepared", "07003");
    }
    if (columns != null) {
      rows = statement.executeQuery();
      return 0;
    }
    if (batched > 0) {
      batched = 0;
      int sum = 0;
      for (int count : statement.executeBatch()) {
        sum += Math.max(0, count);
      }
      return sum;
    }
    return Math.max(0, statement.executeUpdate());
  }

  void closeRows() throws SQLException {
    ResultSet open = rows;
    rows = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() throws SQLException {
    closeRows();
    if (statement != null) {
      statement.close();
    }
  }
}
