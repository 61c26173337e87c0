package drawbridge.adapters.sql;

import com.ibm.as400.access.AS400JDBCConnection;
import drawbridge.adapters.Type;
import java.sql.Connection;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.PGResultSetMetaData;

/** Where databases and their drivers differ. */
public enum Dialect {
  POSTGRESQL("PostgreSQL", "org.postgresql:postgresql", "jdbc:postgresql:"),
  H2("H2", "com.h2database:h2", "jdbc:h2:"),
  MARIADB(
      "MariaDB or MySQL", "org.mariadb.jdbc:mariadb-java-client", "jdbc:mariadb:", "jdbc:mysql:"),
  SQLSERVER("SQL Server", "com.microsoft.sqlserver:mssql-jdbc", "jdbc:sqlserver:"),
  ORACLE("Oracle", "com.oracle.database.jdbc:ojdbc17", "jdbc:oracle:"),
  DB2("Db2", "com.ibm.db2:jcc", "jdbc:db2:"),
  /** Db2 for i, through JTOpen. */
  DB2I("Db2 for i", "net.sf.jt400:jt400", "jdbc:as400:"),
  /** Any other, of which only the standard is expected. */
  OTHER("a database", "its JDBC driver");

  private final String title;
  private final String driver;

  /** With spaces between: enums hold nothing that could change. */
  private final String prefixes;

  Dialect(String title, String driver, String... prefixes) {
    this.title = title;
    this.driver = driver;
    this.prefixes = String.join(" ", prefixes);
  }

  static Dialect of(String url) {
    return List.of(values()).stream().filter(d -> d.takes(url)).findFirst().orElse(OTHER);
  }

  private boolean takes(String url) {
    return !prefixes.isEmpty()
        && List.of(prefixes.split(" ", -1)).stream().anyMatch(url::startsWith);
  }

  /** For people. */
  String title() {
    return title;
  }

  /** Where its driver comes from, in Maven's coordinates. */
  String driver() {
    return driver;
  }

  /** {@code E'it\'s'} is one string. */
  boolean escapeStrings() {
    return this == POSTGRESQL;
  }

  /**
   * {@code 'it\'s'} is one string, {@code "text"} is one too, # begins a comment, and -- only with
   * a space behind it.
   */
  boolean backslashes() {
    return this == MARIADB;
  }

  /** A comment may hold others, each with an end of its own. */
  boolean nestedComments() {
    return this != MARIADB && this != ORACLE;
  }

  /** {@code [a name]}, and no arrays. */
  boolean bracketNames() {
    return this == SQLSERVER;
  }

  /** In a pattern of {@code like} a [ means something. */
  boolean bracketsInPatterns() {
    return this == SQLSERVER;
  }

  /** {@code $tag$ … $tag$} is one string. */
  boolean dollarStrings() {
    return this == POSTGRESQL || this == H2;
  }

  /** The database itself refuses changes in a read-only transaction. */
  boolean enforcesReadOnly() {
    return this == POSTGRESQL || this == MARIADB;
  }

  /** The driver fetches by and by, and not the whole result at once, when told a fetch size. */
  boolean cursors() {
    return this != H2;
  }

  /**
   * What the driver is told to fetch so many rows. MariaDB's sends all rows as one stream, of which
   * the driver would only keep more at a time.
   */
  int fetchSize(int rows) {
    return this == MARIADB ? 1 : rows;
  }

  /**
   * Stops what runs on the connection; harmless where nothing does. PostgreSQL is asked on the
   * connection, since its driver's {@code Statement.cancel} does nothing between two fetches.
   */
  void stop(Connection connection, Statement statement) throws SQLException {
    if (this == POSTGRESQL) {
      connection.unwrap(PGConnection.class).cancelQuery();
    } else {
      statement.cancel();
    }
  }

  /**
   * The job that works for the connection, where the database has such; {@code number/user/name}.
   */
  Optional<String> job(Connection connection) throws SQLException {
    if (this != DB2I) {
      return Optional.empty();
    }
    // Name and user in 10 characters each, then the number.
    String job = connection.unwrap(AS400JDBCConnection.class).getServerJobIdentifier();
    return job == null || job.length() < 26
        ? Optional.empty()
        : Optional.of(
            job.substring(20).strip()
                + "/"
                + job.substring(10, 20).strip()
                + "/"
                + job.substring(0, 10).strip());
  }

  /** What the connection may wait for the network; where the driver can't, nothing is set. */
  void networkTimeout(Connection connection, int millis) throws SQLException {
    try {
      connection.setNetworkTimeout(Runnable::run, millis);
    } catch (SQLFeatureNotSupportedException e) {
      if (this != OTHER) {
        throw e;
      }
    }
  }

  /** A text column whose bytes are UTF-8 as they come, which spares decoding and encoding. */
  boolean utf8(String type) {
    return this == POSTGRESQL
        && switch (type) {
          case "text", "varchar", "bpchar", "name" -> true;
          default -> false;
        };
  }

  /**
   * The end of an ordered query that wants only some rows.
   *
   * @param skip rows before them
   * @param rows not negative; {@link Long#MAX_VALUE}: all
   */
  String limit(long skip, long rows) {
    if (rows == Long.MAX_VALUE && skip == 0) {
      return "";
    }
    return switch (this) {
      case MARIADB -> " limit " + rows + (skip == 0 ? "" : " offset " + skip);
      case SQLSERVER ->
          " offset "
              + skip
              + " rows"
              + (rows == Long.MAX_VALUE ? "" : " fetch next " + rows + " rows only");
      default ->
          (skip == 0 ? "" : " offset " + skip + " rows")
              + (rows == Long.MAX_VALUE ? "" : " fetch first " + rows + " rows only");
    };
  }

  /** The length of a text in characters. */
  String characters(String sql) {
    return switch (this) {
      case POSTGRESQL, H2, MARIADB, OTHER -> "char_length(" + sql + ")";
      case SQLSERVER -> "(len(" + sql + " + 'x') - 1)";
      case ORACLE -> "length(" + sql + ")";
      case DB2, DB2I -> "length(" + sql + ")";
    };
  }

  /** Behind the table's name in a query whose rows shall stay as they are until the commit. */
  String lockHint() {
    return this == SQLSERVER ? " with (updlock, rowlock)" : "";
  }

  /** At the end of such a query. */
  String lock() {
    return switch (this) {
      case SQLSERVER -> "";
      case DB2, DB2I -> " with rs use and keep update locks";
      default -> " for update";
    };
  }

  /** A name that is used as it is written. */
  String quoted(String name) {
    return switch (this) {
      case MARIADB -> "`" + name.replace("`", "``") + "`";
      case SQLSERVER -> "[" + name.replace("]", "]]") + "]";
      default -> "\"" + name.replace("\"", "\"\"") + "\"";
    };
  }

  /** Digits after the second that the driver hands over; further ones it would round. */
  int secondDigits() {
    return switch (this) {
      case POSTGRESQL, MARIADB -> 6;
      case SQLSERVER -> 7;
      case H2, ORACLE, DB2, DB2I, OTHER -> 9;
    };
  }

  /** A part of a second has more digits than so many. */
  static boolean finer(int nanos, int digits) {
    int unit = 1;
    for (int i = 9; i > digits; i--) {
      unit *= 10;
    }
    return nanos % unit != 0;
  }

  /**
   * What the bridge sets on a new connection. MariaDB and MySQL store what fits of a value and only
   * warn, unless they are strict; for tables without transactions that takes a word of its own.
   */
  void begin(Connection connection) throws SQLException {
    if (this == MARIADB) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "set session sql_mode = concat_ws(',', nullif(@@session.sql_mode, ''),"
                + " 'STRICT_ALL_TABLES'), session sql_notes = 1");
      }
    }
  }

  /** The database refuses a value that doesn't fit. */
  boolean unfit(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return state.startsWith("22")
        || switch (this) {
          case MARIADB -> lossy(e, false);
          // Too long, out of range, no such date.
          case SQLSERVER ->
              List.of(220, 232, 241, 242, 245, 2628, 8114, 8115, 8152, 8169)
                  .contains(e.getErrorCode());
          case ORACLE -> List.of(1401, 1426, 1438, 1722, 12899).contains(e.getErrorCode());
          default -> false;
        };
  }

  /**
   * The database stored a value otherwise than it was given, or left something out of an answer:
   * MariaDB and MySQL do, even where they are strict, and say so in a note.
   */
  boolean lossy(SQLException told, boolean reads) {
    if (this != MARIADB) {
      return false;
    }
    return switch (told.getErrorCode()) {
      // group_concat was cut.
      case 1260 -> true;
      // Out of range, rounded or cut, not of its type, too long.
      case 1264, 1265, 1292, 1366, 1406 -> !reads;
      default -> false;
    };
  }

  int nullType(Type type) {
    return switch (type) {
      case STRING -> Types.VARCHAR;
      case INTEGER -> Types.INTEGER;
      case LONG -> Types.BIGINT;
      case DECIMAL -> Types.NUMERIC;
      case DOUBLE -> Types.DOUBLE;
      case BOOLEAN -> this == ORACLE ? Types.NUMERIC : Types.BOOLEAN;
      case DATE -> Types.DATE;
      case TIME -> this == ORACLE ? Types.VARCHAR : Types.TIME;
      case TIMESTAMP -> Types.TIMESTAMP;
      case UUID -> this == POSTGRESQL || this == H2 ? Types.OTHER : Types.CHAR;
      case BYTES -> Types.VARBINARY;
      case OBJECT -> Types.OTHER;
    };
  }

  /**
   * The name of the table's column that a column of a result comes from; empty: it is none's.
   *
   * @param column from 1
   */
  String baseColumn(ResultSetMetaData from, int column) throws SQLException {
    return this == POSTGRESQL
        ? from.unwrap(PGResultSetMetaData.class).getBaseColumnName(column)
        : from.getColumnName(column);
  }

  /** The name of that table's schema; empty: the database does not say. */
  String baseSchema(ResultSetMetaData from, int column) throws SQLException {
    String schema =
        this == POSTGRESQL
            ? from.unwrap(PGResultSetMetaData.class).getBaseSchemaName(column)
            : from.getSchemaName(column);
    return schema == null ? "" : schema;
  }

  /** A constraint refuses the change, and the SQLSTATE doesn't say so. */
  boolean constraint(SQLException e) {
    // No value where one must be, and MySQL's checks.
    return this == MARIADB && (e.getErrorCode() == 1364 || e.getErrorCode() == 3819);
  }

  /** A row with the same value in a unique column is there. */
  boolean duplicate(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return state.equals("23505")
        || switch (this) {
          case MARIADB -> e.getErrorCode() == 1062;
          case SQLSERVER -> e.getErrorCode() == 2627 || e.getErrorCode() == 2601;
          case ORACLE -> e.getErrorCode() == 1;
          default -> false;
        };
  }

  /** Name or password is wrong, or the account is locked or expired. */
  boolean refusedSignIn(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return state.startsWith("28")
        || switch (this) {
          case SQLSERVER ->
              List.of(18452, 18456, 18463, 18486, 18487, 18488).contains(e.getErrorCode());
          case ORACLE -> List.of(1017, 28000, 28001, 1045).contains(e.getErrorCode());
          case DB2 -> List.of(-4214, -30082).contains(e.getErrorCode());
          default -> false;
        };
  }

  /** The driver is part of the program. */
  boolean ships() {
    return switch (this) {
      case POSTGRESQL, H2, MARIADB, SQLSERVER, DB2I -> true;
      case ORACLE, DB2, OTHER -> false;
    };
  }
}
