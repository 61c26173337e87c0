package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A deadline, and a caller that goes away, reach the statement in every database. */
@Timeout(120)
final class DeadlinesTest {
  @TempDir Path folder;

  static List<Database> databases() {
    return Database.all();
  }

  /** A minute of work, and what the database shows while it runs. */
  private record Slow(String sql, String running) {
    static Slow of(Database database) {
      return switch (database.dialect()) {
        case POSTGRESQL ->
            new Slow(
                "select 61 as \"done\" from pg_sleep(61)",
                "select count(*) from pg_stat_activity where state = 'active' and query like"
                    + " '%pg_sleep(61)%' and pid <> pg_backend_pid()");
        case MARIADB ->
            new Slow(
                "select sleep(61) as `done`",
                "select count(*) from information_schema.processlist where info like"
                    + " '%sleep(61)%' and id <> connection_id()");
        default ->
            new Slow(
                "select sum(a.x * b.x) as \"done\" from system_range(1, 610000) a,"
                    + " system_range(1, 610000) b",
                "select count(*) from information_schema.sessions where executing_statement like"
                    + " '%610000%' and session_id <> session_id()");
      };
    }

    boolean runs(Database database) throws SQLException {
      return !database.text(running).equals("0");
    }
  }

  private TestSite open(Database database, Slow slow) throws Exception {
    return database.site(
        folder,
        """
        - { name: Slow, get: /slow, sql: '%s' }
        - { name: Quick, get: /quick, single: true, sql: 'select 1 as "one"' }
        """
            .formatted(slow.sql())
            .replace("\"one\"", database.dialect() == Dialect.MARIADB ? "`one`" : "\"one\""));
  }

  private static Fault fault(TestSite site, Duration time, Cancellation cancellation) {
    Call call = new Call(Map.of(), System.nanoTime() + time.toNanos(), 10, cancellation);
    return assertThrows(
            FaultException.class,
            () -> site.operation("Slow").action().run(call, new TestAnswer(Answer.Format.JSON)))
        .fault();
  }

  private static void await(Slow slow, Database database, boolean running) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (slow.runs(database) != running) {
      assertTrue(System.nanoTime() < end, "in time: " + running);
      LockSupport.parkNanos(5_000_000);
    }
  }

  @ParameterizedTest
  @MethodSource("databases")
  void theDeadlineStopsTheStatement(Database database) throws Exception {
    Slow slow = Slow.of(database);
    try (TestSite site = open(database, slow)) {
      long begun = System.nanoTime();
      Fault fault = fault(site, Duration.ofSeconds(1), new Cancellation());
      assertEquals(Fault.Code.DEADLINE_EXCEEDED, fault.code());
      assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(15));
      await(slow, database, false);
      assertEquals("{\"one\":1}", site.call("Quick").text());
    }
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aCallerThatGoesAwayStopsIt(Database database) throws Exception {
    Slow slow = Slow.of(database);
    try (TestSite site = open(database, slow)) {
      Cancellation cancellation = new Cancellation();
      CompletableFuture<Fault> ended = new CompletableFuture<>();
      Thread.startVirtualThread(
          () -> {
            try {
              ended.complete(fault(site, Duration.ofSeconds(100), cancellation));
            } catch (Throwable e) {
              ended.completeExceptionally(e);
            }
          });
      await(slow, database, true);
      cancellation.cancel();
      assertEquals(Fault.Code.CANCELLED, ended.get(15, TimeUnit.SECONDS).code());
      await(slow, database, false);
      assertEquals("{\"one\":1}", site.call("Quick").text());
    }
  }
}
