package drawbridge.adapters.sql;

import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;

/**
 * The connection of one call, in its transaction. Every statement runs under a {@link Watch}, so
 * deadline and cancellation reach it. Used by one thread.
 *
 * @param reads nothing may change
 */
record Session(SqlSource source, Connection connection, Call call, boolean reads, boolean safe) {
  /** Rows of the first fetch; later ones follow the size of the rows. */
  static final int FIRST_FETCH = 100;

  /** The same where a row may be of megabytes. */
  static final int FIRST_HEAVY = 4;

  /** Reads what came. */
  interface Results<T> {
    T read(PreparedStatement executed, boolean query, Watch watch)
        throws FaultException, SQLException, IOException;
  }

  Dialect dialect() {
    return source.dialect();
  }

  /**
   * Runs one statement.
   *
   * @param most rows that are wanted; 0: all, fetched by and by
   */
  <T> T run(Sql sql, int most, Results<T> results)
      throws FaultException, SQLException, IOException {
    return run(sql, most, FIRST_FETCH, results);
  }

  /**
   * The same.
   *
   * @param first rows of the first fetch, which are in memory at once
   */
  <T> T run(Sql sql, int most, int first, Results<T> results)
      throws FaultException, SQLException, IOException {
    try (PreparedStatement prepared = connection.prepareStatement(sql.text())) {
      if (reads && !dialect().enforcesReadOnly() && prepared.getMetaData() == null) {
        throw changes().thrown();
      }
      prepared.setMaxRows(most);
      if (most != 1 && dialect().cursors()) {
        // JTOpen refuses more than the rows that are wanted.
        prepared.setFetchSize(dialect().fetchSize(most == 0 ? first : Math.min(first, most)));
      }
      Binder.bind(prepared, sql.binds(), dialect());
      return watched(prepared, results);
    }
  }

  /** Under a watch; the statement is bound. */
  <T> T watched(PreparedStatement prepared, Results<T> results)
      throws FaultException, SQLException, IOException {
    try (Watch watch =
        new Watch(
            call, () -> dialect().stop(connection, prepared), () -> source.drop(connection))) {
      try {
        watch.check();
        boolean query = prepared.execute();
        if (!query) {
          checkKept(prepared);
        }
        T read = results.read(prepared, query, watch);
        if (query) {
          checkKept(prepared);
        }
        return read;
      } catch (SQLException e) {
        Fault stopped = watch.stopped();
        if (stopped == null || (SqlFaults.broken(e) && !safe)) {
          throw e;
        }
        throw Fault.of(stopped.code(), stopped.message(), e).thrown();
      }
    }
  }

  /** Nothing is rounded or cut in silence, as far as the database tells. */
  private void checkKept(PreparedStatement executed) throws FaultException, SQLException {
    if (dialect() != Dialect.MARIADB) {
      return;
    }
    for (SQLWarning told = executed.getWarnings(); told != null; told = told.getNextWarning()) {
      if (dialect().lossy(told, reads)) {
        throw (reads ? SqlFaults.cut(told) : SqlFaults.unfit(told)).thrown();
      }
    }
  }

  /** Runs a statement that changes; returns how many rows. */
  long update(Sql sql) throws FaultException, SQLException, IOException {
    return run(sql, 0, (prepared, query, watch) -> (long) Math.max(0, prepared.getUpdateCount()));
  }

  /** Runs a query for one number. */
  long number(Sql sql) throws FaultException, SQLException, IOException {
    return run(
        sql,
        1,
        (prepared, query, watch) -> {
          try (ResultSet rows = prepared.getResultSet()) {
            return rows.next() ? rows.getLong(1) : 0;
          }
        });
  }

  static Fault changes() {
    return Fault.of(Code.SOURCE_ERROR, "this operation may only read, and its statement does not");
  }
}
