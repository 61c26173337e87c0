package drawbridge.audit;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A record and who waits for it. Thread-safe. */
final class Pending {
  private static final int WAITING = 0;
  private static final int TAKEN = 1;
  private static final int DURABLE = 2;
  private static final int FAILED = 3;
  private static final int GIVEN_UP = 4;

  static final Pending LAST = new Pending(AuditRecord.event(AuditRecord.Kind.STOP, Map.of()), null);

  final AuditRecord record;
  private final @Nullable Thread waiter;
  private final AtomicInteger state = new AtomicInteger(WAITING);

  Pending(AuditRecord record, @Nullable Thread waiter) {
    this.record = record;
    this.waiter = waiter;
  }

  boolean take() {
    return state.compareAndSet(WAITING, TAKEN);
  }

  void settle(boolean durable) {
    state.set(durable ? DURABLE : FAILED);
    LockSupport.unpark(waiter);
  }

  /** False: not durable by then, or never. An interrupt does not shorten the wait. */
  boolean await(long until) {
    boolean interrupted = false;
    try {
      while (true) {
        int now = state.get();
        if (now == DURABLE || now == FAILED) {
          return now == DURABLE;
        }
        long left = until - System.nanoTime();
        if (left <= 0) {
          state.compareAndSet(WAITING, GIVEN_UP);
          return state.get() == DURABLE;
        }
        LockSupport.parkNanos(this, left);
        interrupted |= Thread.interrupted();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
