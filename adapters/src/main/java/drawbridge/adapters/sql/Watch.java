package drawbridge.adapters.sql;

import drawbridge.adapters.Alarms;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Stops a statement at the deadline of its call, or when the call is cancelled. Thread-safe. Once
 * {@link #close} has returned nothing is sent to the connection any more, so it can go back to the
 * pool; where a request to stop finds no end, the connection is abandoned instead.
 */
final class Watch implements AutoCloseable {
  /**
   * A request to stop that comes before the statement has begun, or between two fetches, finds
   * nothing to stop: so it is repeated until the statement has ended.
   */
  private static final Duration AGAIN = Duration.ofMillis(200);

  /** JTOpen asks on a connection of its own, which waits for ever for a host that is silent. */
  private static final long STOP_MS = 3_000;

  private static final System.Logger LOG = System.getLogger(Watch.class.getName());

  /** Sends the request to stop. */
  interface Stop {
    void run() throws SQLException;
  }

  private final Call call;
  private final Stop stop;
  private final Runnable abandon;
  private final ReentrantLock stopping = new ReentrantLock();
  private volatile @Nullable Code reason;
  private volatile boolean closed;
  private volatile ScheduledFuture<?> alarm;

  /**
   * Begins to watch.
   *
   * @param abandon sees to it that the connection is not used again
   */
  Watch(Call call, Stop stop, Runnable abandon) {
    this.call = call;
    this.stop = stop;
    this.abandon = abandon;
    stopping.lock(); // one that is due at once waits until it is known
    try {
      this.alarm = schedule(Code.DEADLINE_EXCEEDED, call.deadline() - System.nanoTime());
    } finally {
      stopping.unlock();
    }
    call.cancellation().onCancel(() -> Thread.startVirtualThread(() -> fire(Code.CANCELLED)));
  }

  /** By a clock of our own: the drivers' know whole seconds. */
  private ScheduledFuture<?> schedule(Code code, long nanos) {
    return Alarms.after(nanos, () -> fire(code));
  }

  private void fire(Code code) {
    stopping.lock();
    try {
      if (closed) {
        return;
      }
      if (reason == null) {
        reason = code;
      }
      try {
        stop.run();
      } catch (SQLException e) {
        LOG.log(Level.DEBUG, "a statement could not be asked to stop", e);
      }
      if (!closed) {
        alarm.cancel(false);
        alarm = schedule(code, AGAIN.toNanos());
      }
    } finally {
      stopping.unlock();
    }
  }

  /** Why the statement was stopped; null: it was not. */
  @Nullable Fault stopped() {
    Code code = reason;
    if (code == null) {
      return null;
    }
    return fault(code);
  }

  /** Between two rows, say. */
  void check() throws FaultException {
    Fault stopped = stopped();
    if (stopped != null) {
      throw stopped.thrown();
    }
  }

  /** The same for a failure that may have come before the watch noticed. */
  static @Nullable Fault over(Call call) {
    if (call.cancellation().cancelled()) {
      return fault(Code.CANCELLED);
    }
    return call.deadline() - System.nanoTime() <= 0 ? fault(Code.DEADLINE_EXCEEDED) : null;
  }

  private static Fault fault(Code code) {
    return Fault.of(
        code,
        code == Code.CANCELLED ? "the caller went away" : "the operation took longer than allowed");
  }

  @Override
  public void close() {
    call.cancellation().onCancel(null);
    boolean quiet = false;
    try {
      quiet = stopping.tryLock(STOP_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closed = true;
    alarm.cancel(false);
    if (quiet) {
      stopping.unlock();
    } else {
      LOG.log(Level.DEBUG, "a request to stop a statement has no end");
      abandon.run();
    }
  }
}
