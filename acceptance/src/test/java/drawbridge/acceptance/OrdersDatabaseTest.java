package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OrdersDatabaseTest {
  @TempDir private static Path folder;
  private static final AtomicLong PROCESS = new AtomicLong();
  private static OrdersDatabase database;

  @BeforeAll
  static void start() throws Exception {
    database =
        OrdersDatabase.start(
            folder.resolve("pg"), folder.resolve("pg.log"), "pass/word+1=", 10_000, PROCESS::set);
  }

  @AfterAll
  static void stop() throws Exception {
    database.close();
    Processes.awaitEnd(PROCESS.get());
  }

  @Test
  void holdsTheSameOrdersInEveryRun() throws Exception {
    try (Connection connection = connect("pass/word+1=");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*), min(placed_on), max(placed_on), sum(total), count(note) from sales.orders")) {
      assertTrue(row.next());
      assertEquals(10_000, row.getInt(1));
      assertEquals("2023-01-01", row.getString(2));
      assertEquals("2025-09-23", row.getString(3));
      assertEquals("49906989.00", row.getString(4));
      assertEquals(8_000, row.getInt(5));
    }
  }

  @Test
  void refusesAWrongPassword() {
    assertThrows(SQLException.class, () -> connect("guess").close());
  }

  @Test
  void refusesTheSuperuser() {
    assertThrows(
        SQLException.class,
        () -> DriverManager.getConnection(database.url(), "postgres", "").close());
  }

  @Test
  void letsTheAgentChangeNothing() throws Exception {
    try (Connection connection = connect("pass/word+1=");
        Statement statement = connection.createStatement()) {
      assertThrows(SQLException.class, () -> statement.execute("delete from sales.orders"));
    }
  }

  private static Connection connect(String password) throws SQLException {
    return DriverManager.getConnection(database.url(), OrdersDatabase.USER, password);
  }
}
