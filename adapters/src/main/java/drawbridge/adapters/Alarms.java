package drawbridge.adapters;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does things when their time has come, each on a virtual thread of its own. Most alarms are
 * deadlines, and called off. Thread-safe.
 */
public final class Alarms {
  /**
   * An alarm that becomes the next one wakes the clock's thread, which costs a call more than the
   * alarm itself. So there is always one that is sooner than most deadlines.
   */
  private static final Duration TICK = Duration.ofSeconds(1);

  private static final ScheduledThreadPoolExecutor CLOCK = clock();

  private Alarms() {}

  private static ScheduledThreadPoolExecutor clock() {
    ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("source-deadlines").factory());
    clock.setRemoveOnCancelPolicy(true);
    var _ =
        clock.scheduleAtFixedRate(() -> {}, TICK.toNanos(), TICK.toNanos(), TimeUnit.NANOSECONDS);
    return clock;
  }

  /** Once; cancelling it calls it off unless it has begun. */
  public static ScheduledFuture<?> after(long nanos, Runnable what) {
    return CLOCK.schedule(() -> Thread.startVirtualThread(what), nanos, TimeUnit.NANOSECONDS);
  }

  /** Again and again; cancelling it ends that. */
  public static ScheduledFuture<?> every(Duration time, Runnable what) {
    return CLOCK.scheduleWithFixedDelay(
        () -> Thread.startVirtualThread(what),
        time.toNanos(),
        time.toNanos(),
        TimeUnit.NANOSECONDS);
  }
}
