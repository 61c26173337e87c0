package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestSite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wrong password is tried once, however many calls come. */
final class SignOnTest {
  private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
  private final Counted connector = new Counted();
  private final SqlSource source = SqlSource.over("erp", Dialect.H2, connector, 8);

  /** Signs on to a real database with the password that it holds by now. */
  private final class Counted implements Connector {
    final AtomicInteger attempts = new AtomicInteger();
    final AtomicInteger atOnce = new AtomicInteger();
    final AtomicInteger mostAtOnce = new AtomicInteger();
    volatile String password = "right";

    @Override
    public Connection connect(Duration patience) throws SQLException {
      attempts.incrementAndGet();
      mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
      try {
        return DriverManager.getConnection(url, "bridge", password);
      } finally {
        atOnce.decrementAndGet();
      }
    }

    @Override
    public String account() {
      return url;
    }

    @Override
    public String credentials() {
      return password;
    }

    @Override
    public String toMend() {
      return "the password of bridge in /secrets/erp";
    }
  }

  private void change(String statement) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "bridge", "right");
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  private Fault.Code call() {
    return call(source);
  }

  private static Fault.Code call(SqlSource source) {
    Call call =
        new Call(
            Map.of(), System.nanoTime() + Duration.ofSeconds(20).toNanos(), 10, new Cancellation());
    try (Loan loan = source.lend(call, "shop/v1/Sign")) {
      return loan.connection().isValid(5) ? Fault.Code.INTERNAL : Fault.Code.SOURCE_ERROR;
    } catch (FaultException e) {
      return e.fault().code();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Fault.Code> calls(int count) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Fault.Code> one = this::call;
      List<Fault.Code> codes = new ArrayList<>();
      List<Future<Fault.Code>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(threads.submit(one));
      }
      for (Future<Fault.Code> future : all) {
        codes.add(future.get());
      }
      return codes;
    }
  }

  @AfterEach
  void close() {
    source.close();
  }

  @Test
  void aWrongPasswordIsTriedOnceUntilItIsMended() throws Exception {
    change("create user if not exists x password 'y'");
    connector.password = "wrong";
    long begun = System.nanoTime();
    assertTrue(
        calls(30).stream().allMatch(code -> code == Fault.Code.SOURCE_UNAVAILABLE),
        "every call is refused");
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    assertTrue(took.toSeconds() < 8, () -> "who waits for a connection is told late: " + took);
    assertEquals(1, connector.attempts.get(), "and the database asked once");
    assertEquals("the source refused the sign-in", source.state().detail());
    assertFalse(source.check(Duration.ofSeconds(2)).ok());
    assertTrue(
        source.check(Duration.ofSeconds(2)).details().toString().contains("/secrets/erp"),
        "the admin is told what to mend");
    assertEquals(1, connector.attempts.get(), "by a check neither");
    connector.password = "right";
    assertEquals(Fault.Code.INTERNAL, call());
    assertTrue(source.state().available());
  }

  /** As after the site folder was read again, or where two sources have one user. */
  @Test
  void anotherSourceOfTheAccountDoesNotTryWhatWasRefused() throws Exception {
    change("create user if not exists x password 'y'");
    connector.password = "wrong";
    assertEquals(Fault.Code.SOURCE_UNAVAILABLE, call());
    try (SqlSource again = SqlSource.over("other", Dialect.H2, connector, 2)) {
      SQLException refused =
          assertThrows(SQLException.class, () -> again.connectAnew(Duration.ofSeconds(2)));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("is not tried again"),
          refused.getMessage());
      assertEquals(Fault.Code.SOURCE_UNAVAILABLE, call(again));
      assertEquals("the source refused the sign-in", again.state().detail());
      assertEquals(1, connector.attempts.get());
      connector.password = "right";
      again.connectAnew(Duration.ofSeconds(2)).close();
    }
    assertEquals(Fault.Code.INTERNAL, call());
  }

  /** A user whose password a real PostgreSQL checks, as it does for no other one here. */
  private static void guarded(String password) throws Exception {
    Postgres.execute(
        "drop role if exists guarded", "create role guarded login password '" + password + "'");
    Path rules = Path.of(Postgres.text("show hba_file"));
    String before = Files.readString(rules);
    String rule = "host all guarded all scram-sha-256\n";
    if (!before.startsWith(rule)) {
      Files.writeString(rules, rule + before);
    }
    Postgres.execute("select pg_reload_conf()");
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (entersWith("nonsense")) {
      assertTrue(System.nanoTime() < end, "the server checks no password");
      LockSupport.parkNanos(1_000_000);
    }
    assertTrue(entersWith(password));
  }

  private static boolean entersWith(String password) throws SQLException {
    try (Connection connection = DriverManager.getConnection(Postgres.url(), "guarded", password)) {
      return connection.isValid(5);
    } catch (SQLException e) {
      if (!"28P01".equals(e.getSQLState())) {
        throw e;
      }
      return false;
    }
  }

  @Test
  void aPasswordFileThatIsMendedMakesASourceOnPostgresGoOn(@TempDir Path folder) throws Exception {
    guarded("another-4711");
    try (TestSite site =
        TestSite.open(
            folder,
            "guarded",
            "url: \"" + Postgres.url() + "\"",
            "- { name: Me, get: /me, single: true, sql: select current_user as me }\n")) {
      assertEquals("the source refused the sign-in", site.site().sources().getFirst().detail());
      assertEquals(Fault.Code.SOURCE_UNAVAILABLE, refused(site));
      // What is in the file would be right by now: that nobody notices shows that nobody tries.
      Postgres.execute("alter role guarded password 's3cr3t-4711'");
      assertTrue(entersWith("s3cr3t-4711"));
      assertEquals(Fault.Code.SOURCE_UNAVAILABLE, refused(site));
      assertFalse(site.site().sources().getFirst().available());
      Postgres.execute("alter role guarded password 'mended-4711'");
      Files.writeString(folder.resolve("password"), "mended-4711\n");
      assertEquals("{\"me\":\"guarded\"}", site.call("Me").text());
      assertTrue(site.site().sources().getFirst().available());
    }
  }

  private static Fault.Code refused(TestSite site) {
    return assertThrows(FaultException.class, () -> site.call("Me")).fault().code();
  }

  @Test
  void connectionsSignOnOneByOne() throws Exception {
    change("create user if not exists x password 'y'");
    assertTrue(calls(30).stream().allMatch(code -> code == Fault.Code.INTERNAL));
    assertEquals(1, connector.mostAtOnce.get());
  }

  @Test
  void theFirstRefusalIsThrownAsTheDatabaseSaidIt() throws Exception {
    change("create user if not exists x password 'y'");
    connector.password = "wrong";
    SQLException refused =
        assertThrows(SQLException.class, () -> source.connectAnew(Duration.ofSeconds(2)));
    assertTrue(Dialect.H2.refusedSignIn(refused));
  }
}
