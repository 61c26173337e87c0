package drawbridge.namespace;

import java.util.concurrent.TimeUnit;

/**
 * The service's credits: so many operations in each second, all of them at once if need be, and
 * nothing more before the next second begins. Only the event loop uses it.
 */
final class OperationBudget {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private int perSecond;
  private long windowStart = System.nanoTime();
  private long used;
  private long total;
  private long refused;

  void perSecond(int limit) {
    perSecond = limit;
  }

  /** Counts {@code n} operations, or refuses them where this second's are spent. */
  boolean take(int n) {
    if (!available()) {
      refused += n;
      return false;
    }
    used += n;
    total += n;
    return true;
  }

  /** Counts operations that are never refused. */
  void spend(int n) {
    used += n;
    total += n;
  }

  boolean available() {
    if (perSecond == 0) {
      return true;
    }
    long now = System.nanoTime();
    if (now - windowStart >= SECOND) {
      windowStart = now - (now - windowStart) % SECOND;
      used = 0;
    }
    return used < perSecond;
  }

  /** Until the next second begins, from 1. */
  long millisToNext() {
    long left = SECOND - (System.nanoTime() - windowStart);
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(left) + 1);
  }

  long total() {
    return total;
  }

  long refused() {
    return refused;
  }
}
