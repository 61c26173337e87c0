package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
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
  /** Connects to a database in memory, each time anew. */
  private record Memory(String url) implements Connector {
    static Memory fresh() {
      return new Memory("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
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
    SqlSource slow = SqlSource.over("slow", Dialect.H2, Memory.fresh(), 1);
    SqlSource other = SqlSource.over("other", Dialect.H2, Memory.fresh(), 1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Connection taken = slow.connect(call());
      List<Future<Boolean>> waiting = new ArrayList<>();
      for (int i = 0; i < SqlSource.MOST_WAITING; i++) {
        waiting.add(
            threads.submit(
                () -> {
                  try (Connection connection = slow.connect(call())) {
                    return connection.isValid(5);
                  }
                }));
      }
      await(() -> figures(slow).getOrDefault("waiting", 0L) == SqlSource.MOST_WAITING);
      long begun = System.nanoTime();
      Fault busy = assertThrows(FaultException.class, () -> slow.connect(call())).fault();
      assertEquals(Fault.Code.BUSY, busy.code());
      try (Connection connection = other.connect(call())) {
        assertTrue(connection.isValid(5), "others have connections of their own");
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

  @Test
  void whatIsLentIsToldAndWhatIsLostToo() throws Exception {
    BlockingQueue<String> said = new LinkedBlockingQueue<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            said.add(String.valueOf(record.getMessage()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("com.zaxxer.hikari.pool.ProxyLeakTask");
    Level before = logger.getLevel();
    logger.setLevel(Level.WARNING);
    logger.addHandler(handler);
    // The pool takes no shorter time than two seconds.
    SqlSource source =
        new SqlSource("erp", Dialect.H2, Memory.fresh(), 3, "", Duration.ofSeconds(2));
    try {
      try (Connection lost = source.connect(call());
          Connection used = source.connect(call())) {
        assertTrue(lost.isValid(5) && used.isValid(5));
        assertEquals(
            Map.of("connections", 2L, "active", 2L, "idle", 0L, "waiting", 0L), figures(source));
        String leak = said.poll(20, TimeUnit.SECONDS);
        assertTrue(leak != null && leak.contains("leak"), String.valueOf(leak));
      }
      assertEquals(
          Map.of("connections", 2L, "active", 0L, "idle", 2L, "waiting", 0L), figures(source));
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(before);
      source.close();
    }
  }
}
