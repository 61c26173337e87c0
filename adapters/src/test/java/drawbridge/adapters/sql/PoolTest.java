package drawbridge.adapters.sql;

import static java.sql.Connection.TRANSACTION_NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestSite.TestAnswer;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How connections are shared, and what is told of them. */
@Timeout(60)
final class PoolTest {
  private static final Loan.Patience SHORT =
      new Loan.Patience(Duration.ofMillis(50), Duration.ofMillis(50));

  /** Connects to a database, each time anew. */
  private record Anew(String url) implements Connector {
    static Anew inMemory() {
      return new Anew("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    }

    @Override
    public Connection connect(Duration patience) throws SQLException {
      return DriverManager.getConnection(url);
    }

    @Override
    public String account() {
      return url;
    }

    @Override
    public String credentials() {
      return "";
    }

    @Override
    public String toMend() {
      return "nothing";
    }
  }

  private static Call call() {
    return new Call(
        Map.of(), System.nanoTime() + Duration.ofSeconds(30).toNanos(), 10, new Cancellation());
  }

  private static Map<String, Long> figures(SqlSource source) {
    return source.figures();
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.call()) {
      assertTrue(System.nanoTime() < end, "in time");
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void aSlowSourceHoldsSoManyCallsAndNoMore() throws Exception {
    SqlSource slow = SqlSource.over("slow", Dialect.H2, Anew.inMemory(), 1);
    SqlSource other = SqlSource.over("other", Dialect.H2, Anew.inMemory(), 1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Loan taken = slow.lend(call(), "shop/v1/Take");
      List<Future<Boolean>> waiting = new ArrayList<>();
      for (int i = 0; i < Pool.MOST_WAITING; i++) {
        waiting.add(
            threads.submit(
                () -> {
                  try (Loan loan = slow.lend(call(), "shop/v1/Wait")) {
                    return loan.connection().isValid(5);
                  }
                }));
      }
      await(() -> figures(slow).getOrDefault("waiting", 0L) == Pool.MOST_WAITING);
      long begun = System.nanoTime();
      Fault busy =
          assertThrows(FaultException.class, () -> slow.lend(call(), "shop/v1/Late")).fault();
      assertEquals(Fault.Code.BUSY, busy.code());
      try (Loan loan = other.lend(call(), "shop/v1/Other")) {
        assertTrue(loan.connection().isValid(5), "others have connections of their own");
      }
      assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(5), "neither waits");
      taken.close();
      for (Future<Boolean> one : waiting) {
        assertTrue(one.get(), "whoever waited is served");
      }
    } finally {
      slow.close();
      other.close();
    }
  }

  /** What a logger says while it is open. */
  private static final class Heard extends Handler implements AutoCloseable {
    private final BlockingQueue<LogRecord> said = new LinkedBlockingQueue<>();
    private final Logger logger = Logger.getLogger(Loan.class.getName());

    Heard() {
      logger.addHandler(this);
    }

    LogRecord next() throws InterruptedException {
      LogRecord record = said.poll(20, TimeUnit.SECONDS);
      assertTrue(record != null, "something is said");
      return record;
    }

    @Override
    public void publish(LogRecord record) {
      said.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }

  private static Map<String, Long> figures(
      long connections, long active, long idle, long waiting, long timeouts) {
    return Map.of(
        "connections", connections,
        "active", active,
        "idle", idle,
        "waiting", waiting,
        "timeouts", timeouts);
  }

  private static Call call(Duration most) {
    return new Call(Map.of(), System.nanoTime() + most.toNanos(), 10, new Cancellation());
  }

  @Test
  void whatIsLentIsCountedAndWhatIsLostIsToldWithItsOperation() throws Exception {
    SqlSource source = new SqlSource("erp", Dialect.H2, Anew.inMemory(), 3, "", SHORT);
    try (Heard log = new Heard()) {
      try (Loan lost = source.lend(call(Duration.ofMillis(100)), "shop/v1/Lose");
          Loan used = source.lend(call(), "shop/v1/Use")) {
        assertTrue(lost.connection().isValid(5) && used.connection().isValid(5));
        assertEquals(figures(2, 2, 0, 0, 0), figures(source));
        LogRecord leak = log.next();
        assertEquals(Level.WARNING, leak.getLevel());
        assertTrue(
            leak.getMessage().contains("source erp: a connection leaks: shop/v1/Lose"),
            leak.getMessage());
        assertTrue(leak.getThrown().getStackTrace().length > 0, "what its thread does");
      }
      assertTrue(log.next().getMessage().contains("shop/v1/Lose gave its connection back"));
      assertTrue(log.said.isEmpty(), "nothing is said of who is in time");
      assertEquals(figures(2, 0, 2, 0, 0), figures(source));
    } finally {
      source.close();
    }
  }

  /** Neither a reset nor an answer comes, also not to the request to stop. */
  @Test
  void aSourceThatFallsSilentHoldsNobodyForLong() throws Exception {
    try (Forwarder way = new Forwarder(Postgres.port());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Anew postgres =
          new Anew("jdbc:postgresql://localhost:" + way.port() + "/postgres?user=postgres");
      SqlSource source = new SqlSource("erp", Dialect.POSTGRESQL, postgres, 2, "", SHORT);
      Engine engine = new Engine(source, "shop/v1/One", true, true, TRANSACTION_NONE, 0);
      Engine.Work one = (session, reply) -> session.number(new Sql().add("select 1"));
      engine.run(call(), new TestAnswer(Answer.Format.JSON), one);

      way.lose(true);
      Fault fault =
          threads
              .submit(
                  () -> {
                    Fault late =
                        assertThrows(
                                FaultException.class,
                                () ->
                                    engine.run(
                                        call(Duration.ofMillis(500)),
                                        new TestAnswer(Answer.Format.JSON),
                                        one))
                            .fault();
                    assertFalse(Thread.currentThread().isInterrupted(), "what comes after is free");
                    return late;
                  })
              .get(30, TimeUnit.SECONDS);
      assertEquals(Fault.Code.DEADLINE_EXCEEDED, fault.code());
      await(() -> figures(source).getOrDefault("connections", -1L) == 0);

      way.lose(false);
      engine.run(call(), new TestAnswer(Answer.Format.JSON), one);
      source.close();
    }
  }

  /** JTOpen fails like that where one thread undoes what another one has just disconnected. */
  @Test
  void aConnectionThatBreaksWhileItIsGivenBackSpoilsNoAnswer() throws Exception {
    Anew h2 = Anew.inMemory();
    AtomicBoolean breaks = new AtomicBoolean();
    Connector breaking =
        new Connector() {
          @Override
          public Connection connect(Duration patience) throws SQLException {
            Connection real = h2.connect(patience);
            return (Connection)
                Proxy.newProxyInstance(
                    PoolTest.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                      if (breaks.get() && method.getName().equals("rollback")) {
                        throw new NullPointerException("server is null");
                      }
                      return method.invoke(real, arguments);
                    });
          }

          @Override
          public String account() {
            return h2.account();
          }

          @Override
          public String credentials() {
            return h2.credentials();
          }

          @Override
          public String toMend() {
            return h2.toMend();
          }
        };
    SqlSource source = new SqlSource("erp", Dialect.H2, breaking, 1, "", SHORT);
    Engine engine = new Engine(source, "shop/v1/One", true, true, TRANSACTION_NONE, 0);
    Engine.Work one = (session, reply) -> session.number(new Sql().add("select 1"));
    try {
      breaks.set(true);
      engine.run(call(), new TestAnswer(Answer.Format.JSON), one);
      await(() -> figures(source).getOrDefault("connections", -1L) == 0);
      breaks.set(false);
      engine.run(call(), new TestAnswer(Answer.Format.JSON), one);
      assertEquals(figures(1, 0, 1, 0, 0), figures(source));
    } finally {
      source.close();
    }
  }

  @Test
  void whoWaitsInVainIsCounted() throws Exception {
    SqlSource source = SqlSource.over("erp", Dialect.H2, Anew.inMemory(), 1);
    try (Loan taken = source.lend(call(), "shop/v1/Take")) {
      assertTrue(taken.connection().isValid(5));
      Fault busy =
          assertThrows(
                  FaultException.class,
                  () -> source.lend(call(Duration.ofMillis(300)), "shop/v1/Wait"))
              .fault();
      assertEquals(Fault.Code.BUSY, busy.code());
      assertEquals(figures(1, 1, 0, 0, 1), figures(source));
    } finally {
      source.close();
    }
  }
}
