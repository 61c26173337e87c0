package drawbridge.agent.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.Section;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BudgetsTest {
  private static final Decision.Payer APIM = payer("CN=apim");
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  @TempDir Path folder;

  /** Near the end of its range, where nanoTime may well be. */
  private long now = Long.MAX_VALUE - 5;

  private final Budgets budgets = new Budgets(() -> now, 10);

  private static Decision.Payer payer(String caller) {
    return new Decision.Payer("rule", "gateway-1", caller, "");
  }

  private static Limits limits(String text) {
    return Limits.read(
        Optional.of(Section.parse(Path.of("policy.yaml"), "limits: " + text).section("limits")));
  }

  private static final Limits THREE_A_SECOND = limits("{ calls: 3/s, callers: 10 }");

  private boolean taken(Decision.Payer payer, Limits limits) {
    return budgets.take(payer, limits) instanceof Budgets.Granted granted && done(granted, 0, 0, 0);
  }

  private static boolean done(Budgets.Granted granted, long rows, long bytes, long nanos) {
    granted.done(rows, bytes, nanos);
    return true;
  }

  private Budgets.Granted granted(Limits limits) {
    return assertInstanceOf(Budgets.Granted.class, budgets.take(APIM, limits));
  }

  private Budgets.Taken.Wait wait(Limits limits) {
    return assertInstanceOf(Budgets.Taken.Wait.class, budgets.take(APIM, limits));
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void aPeriodsCallsMayComeAtOnceAndThenOneByOne() {
    for (int i = 0; i < 3; i++) {
      assertTrue(taken(APIM, THREE_A_SECOND));
    }
    Budgets.Taken.Wait wait = wait(THREE_A_SECOND);
    assertEquals(333, wait.time().toMillis());
    assertEquals("calls", wait.what());
    now += wait.time().toNanos();
    assertTrue(taken(APIM, THREE_A_SECOND));
    assertFalse(taken(APIM, THREE_A_SECOND));
    pass(Duration.ofSeconds(10));
    for (int i = 0; i < 3; i++) {
      assertTrue(taken(APIM, THREE_A_SECOND));
    }
    assertFalse(taken(APIM, THREE_A_SECOND), "a long rest gives no more than a period");
  }

  @Test
  void callersDoNotPayForOneAnother() {
    while (taken(APIM, THREE_A_SECOND)) {
      pass(Duration.ZERO);
    }
    assertTrue(taken(payer("CN=other"), THREE_A_SECOND));
    assertTrue(
        taken(new Decision.Payer("rule", "gateway-1", "CN=apim", "orders/v1/Find"), THREE_A_SECOND),
        "an operation with a budget of its own");
  }

  /** What a gateway claims without proof cannot multiply what a rule gives. */
  @Test
  void inventedCallersShareOneBudgetBeyondTheNumberThatTheRuleGives() {
    Limits limits = limits("{ calls: 3/s, callers: 2 }");
    int through = 0;
    for (int i = 0; i < 500; i++) {
      through += taken(payer("CN=invented-" + i), limits) ? 1 : 0;
      through += taken(payer("CN=invented-" + i), limits) ? 1 : 0;
    }
    assertEquals(2 * 2 + 3, through, "two of their own, and one for all others");
    assertTrue(
        taken(new Decision.Payer("rule", "gateway-2", "CN=apim", ""), limits),
        "another gateway's callers are not theirs");
    Decision.Payer proven = new Decision.Payer("rule", "", "app a user u", "");
    assertTrue(taken(proven, limits), "a token proves its holder, so it is no newcomer of these");
    pass(Duration.ofSeconds(10));
    assertTrue(taken(APIM, limits), "those at rest make room");
  }

  @Test
  void aTotalOfRowsIsHeldWhileCallsRunAndWhatWasNotUsedComesBack() {
    Limits limits = limits("{ calls: 1000/s, rows: 60, total: { rows: 100/h } }");
    Budgets.Granted first = granted(limits);
    assertEquals(60, first.limits().rows());
    Budgets.Granted second = granted(limits);
    assertEquals(40, second.limits().rows(), "what the first may still use is not there twice");
    Budgets.Taken.Wait wait = wait(limits);
    assertEquals("rows", wait.what());
    assertEquals(36, wait.time().toSeconds(), "an hour for a hundred");
    first.done(10, 0, 0);
    assertEquals(50, granted(limits).limits().rows());
    second.done(40, 0, 0);
  }

  @Test
  void bytesAndTimeHaveTotalsToo() {
    Limits limits =
        limits("{ calls: 1000/s, bytes: 10KB, time: 1m, total: { bytes: 15KB/min, time: 90s/h } }");
    granted(limits).done(0, 10 << 10, Duration.ofSeconds(60).toNanos());
    Budgets.Granted second = granted(limits);
    assertEquals(5 << 10, second.limits().bytes());
    assertEquals(30, second.limits().time().toSeconds());
    second.done(0, 5 << 10, 0);
    assertEquals("bytes", wait(limits).what());
  }

  @Test
  void soManyCallsRunAtOnceAndNoMore() {
    Limits limits = limits("{ calls: 1000/s, concurrency: 2 }");
    Budgets.Granted first = granted(limits);
    granted(limits);
    assertEquals("calls at once", wait(limits).what());
    first.done(0, 0, 0);
    granted(limits);
  }

  @Test
  void whatWasUsedIsStillUsedAfterARestart() throws Exception {
    Limits limits = limits("{ calls: 2/h, rows: 100, total: { rows: 100/d } }");
    Path file = folder.resolve("budgets");
    BudgetFile before = BudgetFile.open(file, budgets, () -> NOON);
    assertTrue(taken(APIM, limits));
    granted(limits).done(100, 0, 0);
    before.save();
    assertFalse(Files.readString(file).contains("apim"), "callers are not named in it");

    Budgets after = new Budgets(() -> 12, 10);
    BudgetFile.open(file, after, () -> NOON.plus(Duration.ofMinutes(1)));
    assertInstanceOf(Budgets.Taken.Wait.class, after.take(APIM, limits));
    assertEquals(
        4,
        assertInstanceOf(Budgets.Granted.class, new Again(file).take(limits)).limits().rows(),
        "an hour later there are calls again, but of the rows only what a day gives in that time");
  }

  /** Another start, an hour after noon. */
  private record Again(Path file) {
    Budgets.Taken take(Limits limits) {
      Budgets budgets = new Budgets(() -> 0, 10);
      BudgetFile.open(file, budgets, () -> NOON.plus(Duration.ofMinutes(61)));
      return budgets.take(APIM, limits);
    }
  }

  @Test
  void aDamagedFileIsNoReasonNotToStart() throws Exception {
    Path file = Files.writeString(folder.resolve("budgets"), "drawbridge-budgets-1 x\nrubbish");
    BudgetFile kept = BudgetFile.open(file, budgets, () -> NOON);
    assertTrue(taken(APIM, THREE_A_SECOND));
    kept.save();
    assertEquals(2, Files.readAllLines(file).size());
  }

  @Test
  void manyCallersAtOnceNeverGetMoreThanThereIs() throws Exception {
    Limits limits = limits("{ calls: 100/h, concurrency: 512 }");
    List<Thread> threads = new ArrayList<>();
    java.util.concurrent.atomic.AtomicInteger through =
        new java.util.concurrent.atomic.AtomicInteger();
    for (int i = 0; i < 20; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int n = 0; n < 50; n++) {
                      through.addAndGet(taken(APIM, limits) ? 1 : 0);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(100, through.get());
  }
}
