package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
    try (Connection connection = source.connect(call)) {
      return connection.isValid(5) ? Fault.Code.INTERNAL : Fault.Code.SOURCE_ERROR;
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
    assertTrue(
        calls(30).stream().allMatch(code -> code == Fault.Code.SOURCE_UNAVAILABLE),
        "every call is refused");
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
