package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The isolation that a file chooses holds in the database, and who gets in the way is told. */
@Timeout(120)
final class IsolationTest {
  @TempDir Path folder;

  static List<Database> databases() {
    return Database.all();
  }

  /** The isolation of the session that asks. */
  private static String level(Dialect dialect) {
    return switch (dialect) {
      case POSTGRESQL -> "select current_setting('transaction_isolation') as \"level\"";
      case MARIADB -> "select @@tx_isolation as \"level\"";
      default ->
          "select isolation_level as \"level\" from information_schema.sessions"
              + " where session_id = session_id()";
    };
  }

  @ParameterizedTest
  @MethodSource("databases")
  void theChosenIsolationReachesTheConnectionAndIsPutBack(Database database) throws Exception {
    StringBuilder operations = new StringBuilder();
    for (String isolation :
        List.of("default", "read-committed", "repeatable-read", "serializable")) {
      operations.append(
          """
          - name: %s
            get: /%s
            single: true
            isolation: %s
            sql: |
              %s
          """
              .formatted(name(isolation), isolation, isolation, level(database.dialect())));
    }
    try (TestSite site = database.site(folder, operations.toString())) {
      String usual = level(site, "default");
      assertEquals(
          database.dialect() == Dialect.MARIADB ? "repeatable-read" : "read-committed", usual);
      for (String isolation : List.of("serializable", "read-committed", "repeatable-read")) {
        assertEquals(isolation, level(site, isolation));
        assertEquals(usual, level(site, "default"), "of the same connection afterwards");
      }
      Map<String, Long> pool = site.site().figures().getOrDefault("main", Map.of());
      assertEquals(1L, pool.get("connections"), "all on one connection");
    }
  }

  private static String name(String isolation) {
    return "At" + isolation.replace("-", "");
  }

  private static String level(TestSite site, String isolation) throws Exception {
    return TestCall.json(site.call(name(isolation)))
        .get("level")
        .asText()
        .toLowerCase(Locale.ROOT)
        .replace(' ', '-');
  }

  /** Two transactions change one row, in an order that is certain. */
  private Future<TestAnswer> collide(ExecutorService threads, TestSite site, String operation)
      throws Exception {
    Database database = Database.all().getFirst();
    try (Connection other = database.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("update balances set amount = 50 where id = 1");
      Future<TestAnswer> call =
          threads.submit(
              () -> new TestCall(site.operation(operation)).body("{\"amount\":10}").run());
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (!database
          .text(
              "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                  + " and query like 'update balances%'")
          .equals("1")) {
        assertTrue(System.nanoTime() < end, "the call never met the other transaction");
        LockSupport.parkNanos(1_000_000);
      }
      other.commit();
      return call;
    }
  }

  @Test
  void aTransactionThatAnotherOneGotInTheWayOfIsAConflict() throws Exception {
    Database database = Database.all().getFirst();
    database.execute(
        "drop table if exists balances",
        "create table balances (id integer primary key, amount integer not null)",
        "insert into balances values (1, 100)");
    String operations =
        """
        - name: Take
          post: /take
          sql: update balances set amount = amount - :amount where id = 1
          parameters: { amount: { type: integer, required: true } }
        - name: TakeAlone
          post: /take/alone
          isolation: repeatable-read
          sql: update balances set amount = amount - :amount where id = 1
          parameters: { amount: { type: integer, required: true } }
        """;
    try (TestSite site = database.site(folder, operations);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<TestAnswer> alone = collide(threads, site, "TakeAlone");
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> alone.get(60, TimeUnit.SECONDS));
      Fault fault = assertInstanceOf(FaultException.class, e.getCause()).fault();
      assertEquals(Fault.Code.CONFLICT, fault.code());
      assertEquals("40001", assertInstanceOf(SQLException.class, fault.cause()).getSQLState());
      assertEquals("50", database.text("select amount from balances where id = 1"));

      TestAnswer shared = collide(threads, site, "Take").get(60, TimeUnit.SECONDS);
      assertEquals("{\"rows\":1}", shared.text());
      assertEquals("40", database.text("select amount from balances where id = 1"));
    }
  }
}
