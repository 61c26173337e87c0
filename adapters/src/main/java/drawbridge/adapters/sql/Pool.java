package drawbridge.adapters.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a source, which its calls share: made when they are needed, each lent to one
 * call at a time. Thread-safe.
 */
final class Pool implements AutoCloseable {
  /** A call waits this long for a connection: a short outage then is a pause and no error. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** One attempt to connect. */
  static final Duration CONNECTING = Duration.ofSeconds(5);

  /**
   * So many calls may wait for a connection; who comes then is told so at once. An agent carries
   * out 512 calls at a time, so one slow source leaves half of them to others.
   */
  static final int MOST_WAITING = 256;

  private final String name;
  private final Dialect dialect;
  private final int size;
  private final Loan.Patience patience;
  private final Consumer<SQLException> failed;
  private final SignOn signOn;
  private final HikariPool pool;

  /** Those for whom the first connection is being made; they need not wait where it is refused. */
  private final Set<Thread> newcomers = new HashSet<>();

  /** Calls that got no connection in time. */
  private final LongAdder timeouts = new LongAdder();

  /**
   * @param name of the source
   * @param patience with a connection that is lent beyond its call's deadline
   * @param failed hears why none could be made
   */
  Pool(
      String name,
      Dialect dialect,
      SignOn signOn,
      int size,
      Loan.Patience patience,
      Consumer<SQLException> failed) {
    this.name = name;
    this.dialect = dialect;
    this.size = size;
    this.patience = patience;
    this.failed = failed;
    this.signOn = signOn;
    signOn.onRefusal(this::turnAway);
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(signOn);
    config.setMaximumPoolSize(size);
    // Connections are made when a call needs them: nobody signs on in a loop where nobody asks.
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(CONNECTING.toMillis());
    config.setAutoCommit(false);
    config.validate();
    this.pool = new HikariPool(config);
  }

  /**
   * A connection for one call, in a transaction to come; closing it gives it back.
   *
   * @param operation for the log, should it not be given back
   * @throws FaultException {@link Fault.Code#BUSY} or {@link Fault.Code#SOURCE_UNAVAILABLE} before
   *     the deadline; nothing ran
   */
  Loan lend(Call call, String operation) throws FaultException {
    if (pool.getThreadsAwaitingConnection() >= MOST_WAITING) {
      throw busy(null).thrown();
    }
    // A tenth of the time is kept, so that the answer says which wait it was.
    long left = (call.deadline() - System.nanoTime()) / 1_000_000 * 9 / 10;
    Thread waiting = Thread.currentThread();
    boolean newcomer = pool.getTotalConnections() == 0;
    if (newcomer) {
      comes(waiting);
    }
    call.cancellation().onCancel(waiting::interrupt);
    try {
      Connection connection = pool.getConnection(Math.clamp(left, 1, PATIENCE.toMillis()));
      long within = Math.max(0, call.deadline() - System.nanoTime());
      return new Loan(name, operation, connection, Duration.ofNanos(within), patience);
    } catch (SQLException e) {
      if (call.cancellation().cancelled()) {
        throw Fault.of(Fault.Code.CANCELLED, "the caller went away", e).thrown();
      }
      throw unconnected(e).thrown();
    } finally {
      call.cancellation().onCancel(null);
      if (newcomer) {
        goes(waiting);
      }
      if (newcomer || call.cancellation().cancelled()) {
        // It was meant for the wait, and must not reach what comes after.
        Thread.interrupted();
      }
    }
  }

  private void comes(Thread newcomer) {
    synchronized (newcomers) {
      newcomers.add(newcomer);
    }
    if (signOn.stopped()) {
      newcomer.interrupt(); // the refusal was a moment before
    }
  }

  /** From here on nobody interrupts it. */
  private void goes(Thread newcomer) {
    synchronized (newcomers) {
      newcomers.remove(newcomer);
    }
  }

  private void turnAway(SQLException refusal) {
    failed.accept(refusal);
    synchronized (newcomers) {
      newcomers.forEach(Thread::interrupt);
    }
  }

  private Fault unconnected(SQLException e) {
    if (signOn.stopped()) {
      return SqlFaults.unavailable(SqlFaults.REFUSED, e);
    }
    int connections = pool.getTotalConnections();
    if (connections >= size) {
      return busy(e);
    }
    if (e.getCause() instanceof SQLException cause) {
      failed.accept(cause);
      return SqlFaults.unavailable(SqlFaults.sentence(cause, dialect), e);
    }
    return connections == 0 ? SqlFaults.unavailable("the source cannot be reached", e) : busy(e);
  }

  private Fault busy(@Nullable Throwable cause) {
    timeouts.increment();
    return SqlFaults.busy(cause);
  }

  /** The connection is not used again. */
  void drop(Connection connection) {
    pool.evictConnection(connection);
  }

  /** As {@link drawbridge.adapters.Source#figures()} says. */
  Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("connections", (long) pool.getTotalConnections());
    figures.put("active", (long) pool.getActiveConnections());
    figures.put("idle", (long) pool.getIdleConnections());
    figures.put("waiting", (long) pool.getThreadsAwaitingConnection());
    figures.put("timeouts", timeouts.sum());
    return figures;
  }

  @Override
  public void close() {
    try {
      pool.shutdown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
