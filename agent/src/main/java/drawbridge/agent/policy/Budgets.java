package drawbridge.agent.policy;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many calls each caller has left, kept apart from the policy so that reading it again gives
 * nobody a fresh budget. Thread-safe.
 *
 * <p>A token bucket kept as one number, the time at which it is full again: a caller that is at
 * rest has a time in the past and can be forgotten.
 */
public final class Budgets {
  private static final int MOST = 10_000;

  /** Looking through all of them is not done for every call of somebody who invents callers. */
  private static final long SWEEP_EVERY = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanoTime;
  private final int most;
  private final ConcurrentHashMap<Decision.Payer, AtomicLong> fullAt = new ConcurrentHashMap<>();
  private final AtomicLong nextSweep;

  public Budgets(LongSupplier nanoTime) {
    this(nanoTime, MOST);
  }

  Budgets(LongSupplier nanoTime, int most) {
    this.nanoTime = nanoTime;
    this.most = most;
    this.nextSweep = new AtomicLong(nanoTime.getAsLong());
  }

  /** Takes one call. Zero: taken; else how long to wait until one is there, and none was taken. */
  public Duration take(Decision.Payer payer, Rate rate) {
    long now = nanoTime.getAsLong();
    long period = rate.period().toNanos();
    long each = Math.max(1, period / rate.calls());
    AtomicLong full = bucket(payer, now);
    while (true) {
      long was = full.get();
      long after = (was - now > 0 ? was : now) + each;
      long wait = after - now - period;
      if (wait > 0) {
        return Duration.ofNanos(wait);
      }
      if (full.compareAndSet(was, after)) {
        return Duration.ZERO;
      }
    }
  }

  /**
   * When there is no room, those at rest are forgotten; when there is none even so, newcomers of a
   * rule share one budget, so inventing callers buys nothing.
   */
  private AtomicLong bucket(Decision.Payer payer, long now) {
    AtomicLong known = fullAt.get(payer);
    if (known != null) {
      return known;
    }
    long due = nextSweep.get();
    if (fullAt.size() >= most
        && now - due >= 0
        && nextSweep.compareAndSet(due, now + SWEEP_EVERY)) {
      fullAt.values().removeIf(full -> full.get() - now <= 0);
    }
    Decision.Payer who =
        fullAt.size() >= most ? new Decision.Payer(payer.rule(), "(others)") : payer;
    return fullAt.computeIfAbsent(who, absent -> new AtomicLong(now));
  }
}
