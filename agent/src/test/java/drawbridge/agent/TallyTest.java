package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.agent.console.Status;
import drawbridge.audit.AuditRecord.Outcome;
import drawbridge.relay.wire.Fault.Code;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TallyTest {
  private Instant now = Instant.parse("2026-01-31T12:00:00Z");
  private final Tally tally = new Tally(() -> now);

  @Test
  void theLastMinuteForgetsAndTheTotalsDoNot() {
    for (int i = 1; i <= 100; i++) {
      tally.ended(Outcome.OK, i * 1_000_000L);
    }
    tally.ended(Outcome.REFUSED, 1);
    tally.ended(Outcome.UNKNOWN, 1);
    tally.ended(Outcome.CANCELLED, 1);
    now = now.plusSeconds(50);
    Status.Calls calls = tally.calls(7);
    assertEquals(7, calls.running());
    assertEquals(100, calls.last().answered());
    assertEquals(2, calls.last().failed());
    assertNear(50_000, calls.last().p50());
    assertNear(99_000, calls.last().p99());
    now = now.plusSeconds(30);
    assertEquals(new Status.Last(0, 0, 0, 0, 0), tally.calls(0).last());
    assertEquals(100, tally.calls(0).answered());
    assertEquals(1, tally.calls(0).refused());
  }

  private static void assertNear(long expected, long micros) {
    assertTrue(micros >= expected && micros <= expected * 1.13, micros + " for " + expected);
  }

  @Test
  void everyLatencyHasABucketAndBucketsGrow() {
    long before = 0;
    for (long micros = 0; micros < 1L << 41; micros = micros * 5 / 4 + 1) {
      long upper = Tally.micros(Tally.bucket(micros));
      assertTrue(upper >= before, "at " + micros);
      assertTrue(micros >= 1L << 39 || upper >= micros, upper + " for " + micros);
      before = upper;
    }
  }

  @Test
  void minutesAreKeptForAnHour() {
    tally.ended(Outcome.OK, 1);
    now = now.plusSeconds(59);
    tally.ended(Outcome.REFUSED, 1);
    now = now.plusSeconds(61);
    tally.ended(Outcome.FAILED, 1);
    assertEquals(
        List.of(
            new Status.Minute(Instant.parse("2026-01-31T12:00:00Z"), 1, 1, 0),
            new Status.Minute(Instant.parse("2026-01-31T12:02:00Z"), 0, 0, 1)),
        tally.minutes());
    now = now.plusSeconds(3_600);
    assertEquals(List.of(), tally.minutes());
  }

  @Test
  void theSameProblemIsCountedAndFloodsDriveNothingElseOut() {
    tally.problem(Problem.of(Code.SOURCE_ERROR, "broken"), "orders/v1/Find", "first");
    for (int i = 0; i < 1_000; i++) {
      tally.problem(Problem.forbidden("no rule"), "", "ref" + i);
      tally.problem(Problem.of(Code.INVALID_ARGUMENT, "the caller's"), "orders/v1/Find", "x");
    }
    List<Status.Recent> recent = tally.recent();
    assertEquals(2, recent.size(), recent::toString);
    assertEquals("FORBIDDEN", recent.getFirst().code());
    assertEquals(1_000, recent.getFirst().count());
    assertEquals("ref999", recent.getFirst().reference());
    assertTrue(recent.getFirst().fix().contains("policy explain"));
    for (int i = 0; i < 100; i++) {
      tally.problem(Problem.of(Code.SOURCE_ERROR, "broken"), "orders/v1/Op" + i, "r");
    }
    assertEquals(20, tally.recent().size());
  }
}
