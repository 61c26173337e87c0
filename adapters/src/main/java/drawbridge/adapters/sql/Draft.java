package drawbridge.adapters.sql;

import drawbridge.adapters.FaultException;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes a first API file from what the database says of a table or view. */
final class Draft {
  /** Words that many databases keep for themselves and people like for columns. */
  private static final Set<String> RESERVED =
      Set.of(
          "order",
          "user",
          "group",
          "table",
          "select",
          "from",
          "where",
          "desc",
          "asc",
          "limit",
          "offset",
          "check",
          "default",
          "primary",
          "references",
          "values",
          "column",
          "end",
          "key",
          "to",
          "in",
          "on",
          "as",
          "all",
          "and",
          "or",
          "not",
          "null",
          "with",
          "grant",
          "current");

  private final Connection connection;
  private final Dialect dialect;
  private final String source;
  private final String table;

  Draft(Connection connection, Dialect dialect, String source, String table) {
    this.connection = connection;
    this.dialect = dialect;
    this.source = source;
    this.table = table;
  }

  /** The file's text, which loads as it is. */
  String text() throws SQLException, FaultException {
    String plain = table.substring(table.lastIndexOf('.') + 1).replace("\"", "");
    String api = plain.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    StringBuilder text = new StringBuilder();
    text.append("# Drafted from " + table + " of the source " + source + ".\n");
    text.append("# Choose columns and names, what is allowed, and who may call in policy.yaml.\n");
    text.append("api: " + api + "\nversion: v1\ntitle: " + words(plain));
    text.append("\nsource: " + source + "\noperations:\n");
    text.append("  - name: " + one(plain) + "\n    path: /" + api + "\n    resource:\n");
    text.append("      table: " + yaml(table) + "\n");
    try (PreparedStatement prepared =
        connection.prepareStatement("select * from " + table + " where 1 = 0")) {
      ResultSetMetaData from = prepared.getMetaData();
      Columns columns = Columns.of(from, dialect, Map.of(), Integer.MAX_VALUE);
      columns(text, from, columns);
    }
    return text.toString();
  }

  private void columns(StringBuilder text, ResultSetMetaData from, Columns columns)
      throws SQLException {
    List<String> keys = keys();
    List<String> named = keys.isEmpty() ? List.of(columns.names().getFirst()) : keys;
    text.append("      key: [");
    text.append(String.join(", ", named.stream().map(this::column).toList())).append("]");
    text.append(keys.isEmpty() ? "  # a guess: the database knows of no key\n" : "\n");
    text.append("      allow: [list, get]  # also: create, update, delete\n      columns:\n");
    Comments comments = new Comments(connection, dialect);
    Set<String> shown = new HashSet<>();
    for (int i = 1; i <= columns.names().size(); i++) {
      String name = columns.names().get(i - 1);
      Schema schema = columns.schema(i);
      StringBuilder line = new StringBuilder("        ").append(column(name)).append(": { type: ");
      line.append(schema.type().name().toLowerCase(Locale.ROOT));
      String said = shown(name, shown);
      if (!said.equals(name)) {
        line.append(", name: ").append(said);
      }
      line.append(from.isAutoIncrement(i) ? ", read-only: true" : "");
      line.append(schema.nullable() || named.contains(name) ? "" : ", required: true");
      if (schema.maxLength() > 0 && schema.maxLength() <= 8_000 && schema.type() == Type.STRING) {
        line.append(", max-length: ").append(schema.maxLength());
      }
      String comment = comments.of(from, i);
      text.append(line).append(" }");
      text.append(comment.isEmpty() ? "\n" : "  # " + comment.replaceAll("\\s+", " ") + "\n");
    }
  }

  private List<String> keys() throws SQLException {
    DatabaseMetaData about = connection.getMetaData();
    int dot = table.lastIndexOf('.');
    String schema =
        dot < 0
            ? null
            : stored(
                about,
                table.substring(table.indexOf('.') == dot ? 0 : table.indexOf('.') + 1, dot));
    Map<Integer, String> keys = new TreeMap<>();
    try (ResultSet rows =
        about.getPrimaryKeys(
            connection.getCatalog(), schema, stored(about, table.substring(dot + 1)))) {
      while (rows.next()) {
        keys.put(rows.getInt("KEY_SEQ"), rows.getString("COLUMN_NAME"));
      }
    }
    return List.copyOf(keys.values());
  }

  /** The name as the database keeps it. */
  private static String stored(DatabaseMetaData about, String name) throws SQLException {
    if (name.startsWith("\"")) {
      return name.replace("\"", "");
    }
    return about.storesUpperCaseIdentifiers()
        ? name.toUpperCase(Locale.ROOT)
        : about.storesLowerCaseIdentifiers() ? name.toLowerCase(Locale.ROOT) : name;
  }

  /** The column as a key of the file: in quotes of SQL where the database would fold its name. */
  private String column(String name) {
    boolean folded =
        switch (dialect) {
          case POSTGRESQL -> name.matches("[a-z_][a-z0-9_]*");
          case MARIADB, SQLSERVER -> name.matches("[A-Za-z_][A-Za-z0-9_]*");
          default -> name.matches("[A-Z_][A-Z0-9_]*");
        };
    boolean plain = folded && !RESERVED.contains(name.toLowerCase(Locale.ROOT));
    return plain ? name : "'\"" + name.replace("'", "''") + "\"'";
  }

  private static String shown(String name, Set<String> taken) {
    String shown =
        name.equals(name.toUpperCase(Locale.ROOT)) ? name.toLowerCase(Locale.ROOT) : name;
    shown = shown.replaceAll("[^A-Za-z0-9_]", "_").replaceFirst("^([^A-Za-z])", "c$1");
    while (!taken.add(shown.toLowerCase(Locale.ROOT))) {
      shown += "_";
    }
    return shown;
  }

  private static String yaml(String text) {
    return text.contains("\"") ? "'" + text + "'" : text;
  }

  private static String words(String name) {
    String text = name.replaceAll("[^A-Za-z0-9]+", " ").strip().toLowerCase(Locale.ROOT);
    return text.isEmpty() ? "Table" : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  /** Of one row: {@code order_lines} gives {@code OrderLine}. */
  private static String one(String table) {
    StringBuilder name = new StringBuilder();
    for (String word : words(table).split(" ", -1)) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    String text = name.toString();
    boolean several = text.endsWith("s") && !text.endsWith("ss") && text.length() > 2;
    return several ? text.substring(0, text.length() - 1) : text;
  }
}
