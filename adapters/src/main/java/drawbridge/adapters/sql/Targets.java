package drawbridge.adapters.sql;

import drawbridge.adapters.sql.Assignments.Place;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How the columns are declared that parameters of statements go into.
 *
 * @param places one or more
 */
record Targets(List<Place> places, Dialect dialect) {
  private static final System.Logger LOG = System.getLogger(Targets.class.getName());

  /**
   * A capacity for each place. One of a table that may be written and not read keeps everything, as
   * far as anybody can tell.
   */
  List<Capacity> look(Connection connection) throws SQLException {
    Map<String, Map<String, Capacity>> tables = new HashMap<>();
    List<Capacity> capacities = new ArrayList<>();
    for (Place place : places) {
      Map<String, Capacity> table = tables.get(place.table());
      if (table == null) {
        table = table(connection, place.table());
        tables.put(place.table(), table);
      }
      capacities.add(table.getOrDefault(place.column(), Capacity.UNKNOWN));
    }
    return List.copyOf(capacities);
  }

  private Map<String, Capacity> table(Connection connection, String table) throws SQLException {
    List<String> columns =
        places.stream().filter(p -> p.table().equals(table)).map(Place::column).distinct().toList();
    String sql = "select " + String.join(", ", columns) + " from " + table + " where 1 = 0";
    // There a refusal would end the call's transaction.
    boolean fragile = dialect == Dialect.POSTGRESQL && !connection.getAutoCommit();
    Savepoint before = fragile ? connection.setSavepoint() : null;
    try (Statement statement = connection.createStatement();
        ResultSet none = statement.executeQuery(sql)) {
      ResultSetMetaData from = none.getMetaData();
      Map<String, Capacity> capacities = new HashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        capacities.put(columns.get(i), new Capacity(Columns.Shape.of(from, i + 1), dialect));
      }
      return capacities;
    } catch (SQLException e) {
      if (SqlFaults.broken(e)) {
        throw e;
      }
      LOG.log(Level.DEBUG, "the columns of " + table + " can't be looked at", e);
      if (before != null) {
        connection.rollback(before);
      }
      return Map.of();
    }
  }
}
