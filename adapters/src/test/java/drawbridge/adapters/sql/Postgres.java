package drawbridge.adapters.sql;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The one real PostgreSQL server of the test program; it ends with it. */
final class Postgres {
  /** Of this source tree: the library's own place for them belongs to the user who came first. */
  private static final Path BINARIES =
      Path.of("..", ".drawbridge", "postgres").toAbsolutePath().normalize();

  private static final EmbeddedPostgres SERVER = start();

  private Postgres() {}

  /** Starts another one. */
  static EmbeddedPostgres start() {
    try {
      return EmbeddedPostgres.builder().setOverrideWorkingDirectory(BINARIES.toFile()).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String url() {
    return "jdbc:postgresql://localhost:" + SERVER.getPort() + "/postgres";
  }

  static int port() {
    return SERVER.getPort();
  }

  static void execute(String... statements) throws SQLException {
    try (Connection connection = SERVER.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  static String text(String query) throws SQLException {
    try (Connection connection = SERVER.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    }
  }
}
