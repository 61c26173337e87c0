package drawbridge.agent.policy;

import java.time.Duration;
import java.util.Optional;

/**
 * What one payer has left: for each kind a bucket kept as one number, the time at which it is full
 * again. What a call may use at most is held when it begins and given back at its end, so that many
 * calls at once cannot use more than there is. Thread-safe.
 */
final class Account {
  private static final int CALLS = 0;
  private static final int ROWS = 1;
  private static final int BYTES = 2;
  private static final int TIME = 3;
  static final int KINDS = 4;

  private final long[] fullAt = new long[KINDS];
  private int running;

  Account(long now) {
    java.util.Arrays.fill(fullAt, now);
  }

  Account(long now, Debts debts) {
    for (int kind = 0; kind < KINDS; kind++) {
      fullAt[kind] = now + debts.nanos()[kind];
    }
  }

  /** Nanoseconds until each bucket is full again. */
  @SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
  record Debts(long[] nanos) {}

  /** What a call holds of each total; zero where there is none. */
  record Held(long rows, long bytes, long nanos) {}

  synchronized Budgets.Taken take(Limits limits, long now) {
    if (running >= limits.concurrency()) {
      return new Budgets.Taken.Wait(Duration.ofSeconds(1), "calls at once");
    }
    long each = Math.max(1, limits.calls().period().toNanos() / limits.calls().calls());
    long wait = owed(CALLS, now) + each - limits.calls().period().toNanos();
    if (wait > 0) {
      return new Budgets.Taken.Wait(Duration.ofNanos(wait), "calls");
    }
    Limits.Total total = limits.total();
    long rows = left(ROWS, total.rows(), limits.rows(), now);
    long bytes = left(BYTES, total.bytes(), limits.bytes(), now);
    long nanos = left(TIME, total.time(), limits.time().toNanos(), now);
    if (rows < 1 || bytes < 1 || nanos < 1) {
      int kind = rows < 1 ? ROWS : bytes < 1 ? BYTES : TIME;
      return new Budgets.Taken.Wait(
          untilOne(kind, total, now), rows < 1 ? "rows" : bytes < 1 ? "bytes" : "time");
    }
    add(CALLS, each, now);
    Held held =
        new Held(
            hold(ROWS, total.rows(), rows, now),
            hold(BYTES, total.bytes(), bytes, now),
            hold(TIME, total.time(), nanos, now));
    running++;
    return new Budgets.Granted(limits.atMost(rows, bytes, Duration.ofNanos(nanos)), this, held);
  }

  synchronized void settle(Limits limits, Held held, long rows, long bytes, long nanos) {
    running--;
    giveBack(ROWS, limits.total().rows(), held.rows - rows);
    giveBack(BYTES, limits.total().bytes(), held.bytes - bytes);
    giveBack(TIME, limits.total().time(), held.nanos - nanos);
  }

  synchronized boolean atRest(long now) {
    if (running > 0) {
      return false;
    }
    for (int kind = 0; kind < KINDS; kind++) {
      if (fullAt[kind] - now > 0) {
        return false;
      }
    }
    return true;
  }

  synchronized Debts debts(long now) {
    long[] nanos = new long[KINDS];
    for (int kind = 0; kind < KINDS; kind++) {
      nanos[kind] = owed(kind, now);
    }
    return new Debts(nanos);
  }

  // ---- one bucket

  private long owed(int kind, long now) {
    return Math.max(0, fullAt[kind] - now);
  }

  private void add(int kind, long nanos, long now) {
    fullAt[kind] = now + owed(kind, now) + nanos;
  }

  private long left(int kind, Optional<Allowance> total, long most, long now) {
    if (total.isEmpty()) {
      return most;
    }
    long period = total.get().period().toNanos();
    double part = (double) (period - owed(kind, now)) / period;
    return Math.min(most, (long) (part * total.get().amount()));
  }

  private long hold(int kind, Optional<Allowance> total, long amount, long now) {
    if (total.isEmpty()) {
      return 0;
    }
    add(kind, nanos(total.get(), amount), now);
    return amount;
  }

  private void giveBack(int kind, Optional<Allowance> total, long amount) {
    total.ifPresent(allowance -> fullAt[kind] -= nanos(allowance, amount));
  }

  private static long nanos(Allowance total, long amount) {
    return (long) Math.ceil((double) amount * total.period().toNanos() / total.amount());
  }

  private Duration untilOne(int kind, Limits.Total total, long now) {
    Optional<Allowance> allowance =
        kind == ROWS ? total.rows() : kind == BYTES ? total.bytes() : total.time();
    return allowance
        .map(
            a ->
                Duration.ofNanos(Math.max(1, owed(kind, now) + nanos(a, 1) - a.period().toNanos())))
        .orElse(Duration.ZERO);
  }
}
