package drawbridge.agent;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The calls begun of late that may have changed something: none is begun twice. Thread-safe. What
 * is not known for sure is held to have begun: a second attempt after a restart of the agent, or
 * after calls had to be forgotten early, is refused until such a first attempt would be too old.
 */
final class Attempts {
  private static final Duration REMEMBERED = Duration.ofMinutes(10);
  private static final int MOST = 100_000;

  private final LongSupplier nanoTime;
  private final int most;

  /** Call ids and when they began, oldest first. */
  private final Map<String, Long> begun = new LinkedHashMap<>();

  private long certainFrom;

  Attempts(LongSupplier nanoTime) {
    this(nanoTime, MOST);
  }

  Attempts(LongSupplier nanoTime, int most) {
    this.nanoTime = nanoTime;
    this.most = most;
    this.certainFrom = nanoTime.getAsLong() + REMEMBERED.toNanos();
  }

  /** True: this call may begin, and from now on it has. */
  synchronized boolean begin(String call, int attempt) {
    long now = nanoTime.getAsLong();
    forgetOld(now);
    if (begun.containsKey(call) || (attempt > 1 && now - certainFrom < 0)) {
      return false;
    }
    begun.put(call, now);
    return true;
  }

  /** It did not begin after all: nothing ran. */
  synchronized void notBegun(String call) {
    begun.remove(call);
  }

  private void forgetOld(long now) {
    Iterator<Long> oldest = begun.values().iterator();
    while (oldest.hasNext()) {
      boolean old = now - oldest.next() > REMEMBERED.toNanos();
      if (!old && begun.size() < most) {
        return;
      }
      if (!old) {
        certainFrom = now + REMEMBERED.toNanos();
      }
      oldest.remove();
    }
  }
}
