package drawbridge.adapters.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What the user of a source could do beyond its operations, as far as the database tells. */
final class Privileges {
  /** So many are named; the rest is counted. */
  private static final int NAMED = 3;

  private static final String SERVER = "may administer the server";

  /** Who may read all tables sees in MariaDB's what everybody has. */
  private static final String MINE =
      "grantee = concat('''', replace(current_user(), '@', '''@'''), '''')";

  private Privileges() {}

  /**
   * Asks the database; what it does not tell is left out.
   *
   * @param reads no operation of the source changes anything
   * @return a sentence each; empty: nothing that it tells of
   */
  static List<String> excess(Connection connection, Dialect dialect, boolean reads) {
    List<String> found = new ArrayList<>();
    switch (dialect) {
      case POSTGRESQL -> {
        if (!names(
                connection,
                "select rolname from pg_roles where rolname = current_user"
                    + " and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls)")
            .isEmpty()) {
          found.add(SERVER);
        }
        changes(
            found,
            reads,
            connection,
            "select distinct table_schema || '.' || table_name from information_schema.role_table_grants"
                + " where privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')"
                + " and table_schema not in ('pg_catalog', 'information_schema') order by 1");
      }
      case MARIADB -> {
        if (!names(
                connection,
                "select privilege_type from information_schema.user_privileges"
                    + " where privilege_type in ('SUPER', 'FILE', 'CREATE USER', 'SHUTDOWN', 'PROCESS') and "
                    + MINE)
            .isEmpty()) {
          found.add(SERVER);
        }
        String write = " where privilege_type in ('INSERT', 'UPDATE', 'DELETE') and " + MINE;
        changes(
            found,
            reads,
            connection,
            "select distinct '*.*' from information_schema.user_privileges"
                + write
                + " union select distinct concat(table_schema, '.*') from information_schema.schema_privileges"
                + write
                + " union select distinct concat(table_schema, '.', table_name) from information_schema.table_privileges"
                + write
                + " order by 1");
      }
      case SQLSERVER -> {
        if (!names(
                connection,
                "select 'x' where is_srvrolemember('sysadmin') = 1 or is_member('db_owner') = 1")
            .isEmpty()) {
          found.add(SERVER);
        }
        changes(
            found,
            reads,
            connection,
            "select s.name + '.' + t.name from sys.tables t join sys.schemas s on s.schema_id = t.schema_id"
                + " where has_perms_by_name(quotename(s.name) + '.' + quotename(t.name), 'OBJECT', 'UPDATE') = 1"
                + " order by 1");
      }
      case H2, ORACLE, DB2, DB2I, OTHER -> {}
    }
    return found;
  }

  private static void changes(
      List<String> found, boolean reads, Connection connection, String query) {
    if (!reads) {
      return;
    }
    List<String> tables = names(connection, query);
    if (!tables.isEmpty()) {
      String more = tables.size() > NAMED ? " and " + (tables.size() - NAMED) + " more" : "";
      found.add(
          "may change %s%s, and no operation does"
              .formatted(
                  String.join(", ", tables.subList(0, Math.min(NAMED, tables.size()))), more));
    }
  }

  private static List<String> names(Connection connection, String query) {
    List<String> names = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      statement.setMaxRows(1_000);
      try (ResultSet rows = statement.executeQuery(query)) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
    } catch (SQLException e) {
      // It does not tell: another product of that language, or no right to ask.
      return List.of();
    }
    return names;
  }
}
