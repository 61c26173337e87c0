package drawbridge.adapters.sql;

import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stops a statement at the deadline of its call, or when the call is cancelled. Thread-safe. Once
 * {@link #close} has returned nothing is sent to the connection any more, so it can go back to the
 * pool.
 */
final class Watch implements AutoCloseable {
  /** One thread for all: it only starts others. The driver's own timers know whole seconds. */
  private static final ScheduledThreadPoolExecutor ALARMS = alarms();

  /**
   * A request to stop that comes before the statement has begun, or between two fetches, finds
   * nothing to stop: so it is repeated until the statement has ended.
   */
  private static final long AGAIN_MS = 200;

  private static final System.Logger LOG = System.getLogger(Watch.class.getName());

  /** Sends the request to stop. */
  interface Stop {
    void run() throws SQLException;
  }

  private final Call call;
  private final Stop stop;
  private volatile @Nullable Code reason;
  private boolean closed;
  private ScheduledFuture<?> alarm;

  Watch(Call call, Stop stop) {
    this.call = call;
    this.stop = stop;
    this.alarm =
        schedule(Code.DEADLINE_EXCEEDED, call.deadline() - System.nanoTime(), TimeUnit.NANOSECONDS);
    call.cancellation().onCancel(() -> fire(Code.CANCELLED));
  }

  private static ScheduledThreadPoolExecutor alarms() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("sql-deadlines").factory());
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }

  private ScheduledFuture<?> schedule(Code code, long delay, TimeUnit unit) {
    return ALARMS.schedule(() -> Thread.startVirtualThread(() -> fire(code)), delay, unit);
  }

  private synchronized void fire(Code code) {
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
    alarm.cancel(false);
    alarm = schedule(code, AGAIN_MS, TimeUnit.MILLISECONDS);
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
    // In this order: a hook that runs holds the cancellation and then wants this.
    call.cancellation().onCancel(null);
    synchronized (this) {
      closed = true;
      alarm.cancel(false);
    }
  }
}
