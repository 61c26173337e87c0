package drawbridge.adapters.sql;

import drawbridge.adapters.Column;
import drawbridge.adapters.FaultException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** An operation as its source sees it. Thread-safe. */
interface SqlOperation {
  /** {@code api/version/name}. */
  String id();

  /**
   * What it answers with, without running it; empty: no rows.
   *
   * @param connection that commits by itself, so that a refusal doesn't hinder the next
   * @throws FaultException its file doesn't fit the database; the cause names the difference
   * @throws SQLException the database refuses its statement, or is gone
   */
  List<Column> describe(Connection connection) throws SQLException, FaultException;
}
