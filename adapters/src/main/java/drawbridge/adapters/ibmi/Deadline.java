package drawbridge.adapters.ibmi;

import drawbridge.adapters.Alarms;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of a connection's calls, one after the other. Nearly all calls end long before
 * theirs, so an alarm is set for the first and, when it goes off, for whichever call runs by then:
 * not one for each. Thread-safe.
 */
final class Deadline {
  private @Nullable HostJob job;
  private long at;
  private @Nullable ScheduledFuture<?> alarm;
  private long due;

  /**
   * The job is ended at this time, unless {@link #clear} comes before.
   *
   * @param deadline of {@link System#nanoTime()}
   */
  synchronized void set(long deadline, HostJob lent) {
    job = lent;
    at = deadline;
    if (alarm != null && due - deadline > 0) {
      over();
    }
    if (alarm == null) {
      await(deadline);
    }
  }

  /** The call is over. */
  synchronized void clear() {
    job = null;
  }

  /** The connection is not used any more. */
  synchronized void over() {
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
  }

  private void await(long deadline) {
    due = deadline;
    alarm = Alarms.after(deadline - System.nanoTime(), () -> passed(deadline));
  }

  private void passed(long which) {
    HostJob late = null;
    synchronized (this) {
      if (alarm == null || due != which) {
        return; // called off when it had begun
      }
      alarm = null;
      if (job != null && at - System.nanoTime() > 0) {
        await(at);
      } else {
        late = job;
      }
    }
    if (late != null) {
      late.end();
    }
  }
}
