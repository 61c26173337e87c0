package drawbridge.agent.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BudgetsTest {
  private static final Rate SIX_A_MINUTE = new Rate(6, Duration.ofMinutes(1));

  /** Starts near the point where a nanoTime overflows, since it may. */
  private final AtomicLong clock =
      new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(30).toNanos());

  private static Decision.Payer payer(String caller) {
    return new Decision.Payer("rule", caller);
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void aWholePeriodsCallsMayComeAtOnceAndThenAsTheyGrowBack() {
    Budgets budgets = new Budgets(clock::get);
    for (int i = 0; i < 6; i++) {
      assertEquals(Duration.ZERO, budgets.take(payer("a"), SIX_A_MINUTE));
    }
    assertEquals(Duration.ofSeconds(10), budgets.take(payer("a"), SIX_A_MINUTE));
    pass(Duration.ofSeconds(9));
    assertEquals(Duration.ofSeconds(1), budgets.take(payer("a"), SIX_A_MINUTE));
    pass(Duration.ofSeconds(1));
    assertEquals(Duration.ZERO, budgets.take(payer("a"), SIX_A_MINUTE));
    assertEquals(Duration.ofSeconds(10), budgets.take(payer("a"), SIX_A_MINUTE));
    pass(Duration.ofHours(1));
    for (int i = 0; i < 6; i++) {
      assertEquals(Duration.ZERO, budgets.take(payer("a"), SIX_A_MINUTE));
    }
    assertTrue(budgets.take(payer("a"), SIX_A_MINUTE).isPositive());
  }

  @Test
  void callersAndRulesHaveBudgetsOfTheirOwn() {
    Budgets budgets = new Budgets(clock::get);
    Rate one = new Rate(1, Duration.ofMinutes(1));
    assertEquals(Duration.ZERO, budgets.take(payer("a"), one));
    assertTrue(budgets.take(payer("a"), one).isPositive());
    assertEquals(Duration.ZERO, budgets.take(payer("b"), one));
    assertEquals(Duration.ZERO, budgets.take(new Decision.Payer("other", "a"), one));
  }

  @Test
  void inventingCallersBuysNothing() {
    Budgets budgets = new Budgets(clock::get, 100);
    Rate one = new Rate(1, Duration.ofMinutes(1));
    int taken = 0;
    for (int i = 0; i < 10_000; i++) {
      taken += budgets.take(payer("caller-" + i), one).isZero() ? 1 : 0;
    }
    assertEquals(101, taken, "a hundred remembered, and one that the others share");
    pass(Duration.ofMinutes(2));
    assertEquals(Duration.ZERO, budgets.take(payer("late"), one), "those at rest are forgotten");
  }
}
