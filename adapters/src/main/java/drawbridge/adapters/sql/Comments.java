package drawbridge.adapters.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the database says of its columns to people; a table is asked for once. Used once. */
final class Comments {
  private static final int LONGEST = 500;

  private final Connection connection;
  private final Map<String, Map<String, String>> tables = new HashMap<>();

  Comments(Connection connection) {
    this.connection = connection;
  }

  /** Empty: none. */
  String of(@Nullable String schema, String table, String column) throws SQLException {
    String key = schema + "." + table;
    Map<String, String> columns = tables.get(key);
    if (columns == null) {
      columns = read(schema == null || schema.isEmpty() ? null : schema, table);
      tables.put(key, columns);
    }
    return columns.getOrDefault(column, "");
  }

  private Map<String, String> read(@Nullable String schema, String table) throws SQLException {
    Map<String, String> columns = new HashMap<>();
    String escape = connection.getMetaData().getSearchStringEscape();
    try (ResultSet rows =
        connection
            .getMetaData()
            .getColumns(
                connection.getCatalog(),
                schema == null ? null : literally(schema, escape),
                literally(table, escape),
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
