package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AttemptsTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000);

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void aCallBeginsOnce() {
    Attempts attempts = new Attempts(clock::get);
    assertTrue(attempts.begin("a", 1));
    assertFalse(attempts.begin("a", 2));
    assertFalse(attempts.begin("a", 1));
    assertTrue(attempts.begin("b", 1));
    attempts.notBegun("b");
    assertTrue(attempts.begin("b", 1));
  }

  @Test
  void afterAStartNobodyKnowsWhatFirstAttemptsDid() {
    Attempts attempts = new Attempts(clock::get);
    assertFalse(attempts.begin("a", 2));
    pass(Duration.ofMinutes(11));
    assertTrue(attempts.begin("a", 2));
  }

  @Test
  void whatIsForgottenEarlyMakesSecondAttemptsUncertain() {
    Attempts attempts = new Attempts(clock::get, 2);
    pass(Duration.ofMinutes(11));
    assertTrue(attempts.begin("a", 1));
    assertTrue(attempts.begin("b", 1));
    assertTrue(attempts.begin("x", 1), "first attempts always may");
    assertFalse(attempts.begin("a", 2), "it was forgotten, but not for good");
    pass(Duration.ofMinutes(11));
    assertTrue(attempts.begin("c", 2));
  }
}
