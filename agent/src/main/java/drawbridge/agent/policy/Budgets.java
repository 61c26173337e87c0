package drawbridge.agent.policy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What each caller has left, kept apart from the policy so that reading it again gives nobody a
 * fresh budget. Thread-safe. {@link BudgetFile} keeps it across restarts.
 *
 * <p>A caller whom only the gateway names could be invented. So of these a rule's {@code callers}
 * have an account of their own by each gateway, and all others share one.
 */
public final class Budgets {
  private static final int MOST = 10_000;

  /** Looking through all of them is not done for every call of somebody who invents callers. */
  private static final long SWEEP_EVERY = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanoTime;
  private final int most;
  private final ConcurrentHashMap<Decision.Payer, Account> accounts = new ConcurrentHashMap<>();
  private final Map<String, Integer> groups = new HashMap<>();

  /** What was left at the last stop, by the payer's hash, until the payer comes again. */
  private final Map<String, Account> restored = new HashMap<>();

  private long nextSweep;

  public Budgets(LongSupplier nanoTime) {
    this(nanoTime, MOST);
  }

  Budgets(LongSupplier nanoTime, int most) {
    this.nanoTime = nanoTime;
    this.most = most;
    this.nextSweep = nanoTime.getAsLong();
  }

  /** What came of asking for a call. */
  public sealed interface Taken {
    /** Nothing was taken: try again after so long. */
    record Wait(Duration time, String what) implements Taken {}
  }

  /**
   * One call was taken, and the most that its answer may use.
   *
   * @param limits of this call: the rule's, or what is left of the caller's totals where that is
   *     less
   */
  public record Granted(Limits limits, Account account, Account.Held held) implements Taken {
    /** Gives back what was not used; to be called exactly once. */
    public void done(long rows, long bytes, long nanos) {
      account.settle(limits, held, rows, bytes, nanos);
    }
  }

  /** Takes one call. */
  public Taken take(Decision.Payer payer, Limits limits) {
    return account(payer, limits).take(limits, nanoTime.getAsLong());
  }

  private Account account(Decision.Payer payer, Limits limits) {
    Account known = accounts.get(payer);
    return known != null ? known : newcomer(payer, limits);
  }

  private synchronized Account newcomer(Decision.Payer payer, Limits limits) {
    long now = nanoTime.getAsLong();
    if (full(payer, limits) && now - nextSweep >= 0) {
      nextSweep = now + SWEEP_EVERY;
      accounts.entrySet().removeIf(entry -> forgotten(entry, now));
    }
    Decision.Payer who = full(payer, limits) ? payer.others() : payer;
    return accounts.computeIfAbsent(
        who,
        absent -> {
          groups.merge(who.group(), 1, Integer::sum);
          Account left = restored.remove(BudgetFile.hash(who));
          return left == null ? new Account(now) : left;
        });
  }

  private boolean full(Decision.Payer payer, Limits limits) {
    return accounts.size() >= most
        || !payer.gateway().isEmpty() && groups.getOrDefault(payer.group(), 0) >= limits.callers();
  }

  private boolean forgotten(Map.Entry<Decision.Payer, Account> entry, long now) {
    boolean rests = entry.getValue().atRest(now);
    if (rests) {
      groups.merge(entry.getKey().group(), -1, (a, b) -> a + b == 0 ? null : a + b);
    }
    return rests;
  }

  /** What is owed by those who are not at rest, by the payer's hash. */
  synchronized Map<String, Account.Debts> debts() {
    long now = nanoTime.getAsLong();
    restored.values().removeIf(account -> account.atRest(now));
    Map<String, Account.Debts> all = new HashMap<>();
    restored.forEach((hash, account) -> all.put(hash, account.debts(now)));
    accounts.forEach(
        (payer, account) -> {
          if (!account.atRest(now)) {
            all.put(BudgetFile.hash(payer), account.debts(now));
          }
        });
    return all;
  }

  /** Before the first call. */
  synchronized void restore(Map<String, Account.Debts> debts) {
    long now = nanoTime.getAsLong();
    debts.forEach((hash, owed) -> restored.put(hash, new Account(now, owed)));
  }
}
