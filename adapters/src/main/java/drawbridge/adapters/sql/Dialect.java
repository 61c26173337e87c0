package drawbridge.adapters.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.postgresql.PGConnection;

/** Where databases and their drivers differ. */
enum Dialect {
  POSTGRESQL("jdbc:postgresql:"),
  H2("jdbc:h2:");

  private final String prefix;

  Dialect(String prefix) {
    this.prefix = prefix;
  }

  static Optional<Dialect> of(String url) {
    return List.of(values()).stream().filter(d -> url.startsWith(d.prefix)).findFirst();
  }

  /** The beginnings of the URLs that have a driver here, for messages. */
  static String known() {
    return String.join(" or ", List.of(values()).stream().map(d -> d.prefix).toList());
  }

  /** {@code E'it\'s'} is one string. */
  boolean escapeStrings() {
    return this == POSTGRESQL;
  }

  /** The database itself refuses changes in a read-only transaction. */
  boolean enforcesReadOnly() {
    return this == POSTGRESQL;
  }

  /** The driver fetches by and by, and not the whole result at once, when told a fetch size. */
  boolean cursors() {
    return this == POSTGRESQL;
  }

  /**
   * Stops what runs on the connection; harmless where nothing does. PostgreSQL is asked on the
   * connection, since its driver's {@code Statement.cancel} does nothing between two fetches.
   */
  void stop(Connection connection, Statement statement) throws SQLException {
    switch (this) {
      case POSTGRESQL -> connection.unwrap(PGConnection.class).cancelQuery();
      case H2 -> statement.cancel();
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
}
