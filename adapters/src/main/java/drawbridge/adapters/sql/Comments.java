package drawbridge.adapters.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the database says of its columns to people; a table is asked for once. Used once. */
final class Comments {
  private static final int LONGEST = 500;

  private final Connection connection;
  private final Dialect dialect;
  private final Map<Table, Map<String, String>> tables = new HashMap<>();

  /** Where a column comes from; null: the database does not say. */
  private record Table(@Nullable String catalog, @Nullable String schema, String name) {}

  Comments(Connection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
  }

  /**
   * On a column of a result, from 1; empty: there is none, or the column comes from no table.
   *
   * @param from of the connection
   */
  String of(ResultSetMetaData from, int column) throws SQLException {
    String name = from.getTableName(column);
    if (name == null || name.isEmpty()) {
      return "";
    }
    String catalog = said(from.getCatalogName(column));
    Table table =
        new Table(
            catalog == null ? connection.getCatalog() : catalog,
            said(dialect.baseSchema(from, column)),
            name);
    Map<String, String> columns = tables.get(table);
    if (columns == null) {
      columns = read(table);
      tables.put(table, columns);
    }
    return columns.getOrDefault(dialect.baseColumn(from, column), "");
  }

  private static @Nullable String said(@Nullable String name) {
    return name == null || name.isEmpty() ? null : name;
  }

  private Map<String, String> read(Table table) throws SQLException {
    Map<String, String> columns = new HashMap<>();
    String escape = connection.getMetaData().getSearchStringEscape();
    String schema = table.schema();
    try (ResultSet rows =
        connection
            .getMetaData()
            .getColumns(
                table.catalog(),
                schema == null ? null : literally(schema, escape),
                literally(table.name(), escape),
                null)) {
      while (rows.next()) {
        String remark = rows.getString("REMARKS");
        if (remark != null && !remark.isBlank()) {
          String text = remark.strip();
          columns.put(
              rows.getString("COLUMN_NAME"),
              text.length() > LONGEST ? text.substring(0, LONGEST) : text);
        }
      }
    }
    return columns;
  }

  /** The metadata take patterns. */
  static String literally(String name, String escape) {
    return name.replace(escape, escape + escape)
        .replace("_", escape + "_")
        .replace("%", escape + "%");
  }
}
