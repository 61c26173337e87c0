package drawbridge.agent;

import drawbridge.agent.console.Status;
import drawbridge.audit.AuditRecord.Outcome;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How calls ended: since the start, in the last minute and minute by minute for an hour, and what
 * went wrong lately. Bounded in memory whatever comes. Thread-safe; for whoever looks on, so a call
 * never depends on it.
 */
final class Tally {
  /** The last minute is made of these; it may so be up to a step longer. */
  private static final int STEP_SECONDS = 10;

  private static final int STEPS = 360;
  private static final int LAST = 6;

  /** Of latencies: eight to each doubling of the time, so read to an eighth. */
  private static final int BUCKETS = 320;

  private static final int MOST_PROBLEMS = 20;

  private static final class Step {
    long number = -1;
    final long[] ends = new long[3];

    void begin(long now) {
      if (number != now) {
        number = now;
        Arrays.fill(ends, 0);
      }
    }
  }

  private static final class Latencies {
    long number = -1;
    final int[] counts = new int[BUCKETS];

    void begin(long now) {
      if (number != now) {
        number = now;
        Arrays.fill(counts, 0);
      }
    }
  }

  private record Key(String code, String operation) {}

  private final InstantSource clock;
  private final long[] all = new long[3];
  private final Step[] steps = new Step[STEPS];
  private final Latencies[] latencies = new Latencies[LAST + 1];

  /** The one that came again last at the end. */
  private final Map<Key, Status.Recent> problems = new LinkedHashMap<>();

  Tally(InstantSource clock) {
    this.clock = clock;
    Arrays.setAll(steps, i -> new Step());
    Arrays.setAll(latencies, i -> new Latencies());
  }

  /** A call has ended. */
  synchronized void ended(Outcome outcome, long nanos) {
    long now = step();
    int which =
        switch (outcome) {
          case OK -> 0;
          case REFUSED -> 1;
          case FAILED, CANCELLED, UNKNOWN -> 2;
        };
    all[which]++;
    Step step = steps[(int) (now % STEPS)];
    step.begin(now);
    step.ends[which]++;
    if (outcome == Outcome.OK) {
      Latencies of = latencies[(int) (now % latencies.length)];
      of.begin(now);
      of.counts[bucket(nanos / 1_000)]++;
    }
  }

  /** What a caller alone can mend is not kept: it would drive out what the admin can. */
  void problem(Problem problem, String operation, String reference) {
    String fix = problem.fix();
    if (!fix.isEmpty()) {
      String what = problem.reason().isEmpty() ? problem.message() : problem.reason();
      note(problem.code().name(), operation, what, reference, fix);
    }
  }

  /** Something happened that somebody should know of. */
  synchronized void note(String code, String operation, String what, String reference, String fix) {
    Key key = new Key(code, operation);
    Instant now = clock.instant();
    Status.Recent before = problems.remove(key);
    problems.put(
        key,
        new Status.Recent(
            before == null ? now : before.first(),
            now,
            before == null ? 1 : before.count() + 1,
            code,
            operation,
            what,
            reference,
            fix));
    if (problems.size() > MOST_PROBLEMS) {
      problems.remove(problems.keySet().iterator().next());
    }
  }

  /** Newest first. */
  synchronized List<Status.Recent> recent() {
    return new ArrayList<>(problems.values()).reversed();
  }

  synchronized Status.Calls calls(int running) {
    long now = step();
    long[] last = new long[3];
    int[] counts = new int[BUCKETS];
    for (long number = now - LAST; number <= now; number++) {
      Step step = steps[(int) (number % STEPS)];
      if (step.number == number) {
        add(last, step.ends);
      }
      Latencies of = latencies[(int) (number % latencies.length)];
      if (of.number == number) {
        Arrays.setAll(counts, i -> counts[i] + of.counts[i]);
      }
    }
    return new Status.Calls(
        running,
        all[0],
        all[1],
        all[2],
        new Status.Last(
            last[0], last[1], last[2], percentile(counts, 0.5), percentile(counts, 0.99)));
  }

  /** Of the last hour, oldest first; those without a call are left out. */
  synchronized List<Status.Minute> minutes() {
    int perMinute = 60 / STEP_SECONDS;
    long now = step();
    Map<Long, long[]> minutes = new LinkedHashMap<>();
    for (long number = now - STEPS + 1; number <= now; number++) {
      Step step = steps[(int) Math.floorMod(number, (long) STEPS)];
      if (step.number == number) {
        add(minutes.computeIfAbsent(number / perMinute, key -> new long[3]), step.ends);
      }
    }
    List<Status.Minute> result = new ArrayList<>();
    minutes.forEach(
        (minute, n) ->
            result.add(new Status.Minute(Instant.ofEpochSecond(minute * 60), n[0], n[1], n[2])));
    return result;
  }

  private static void add(long[] sum, long[] more) {
    Arrays.setAll(sum, i -> sum[i] + more[i]);
  }

  private long step() {
    return Math.max(0, clock.instant().getEpochSecond()) / STEP_SECONDS;
  }

  static int bucket(long micros) {
    long v = Math.clamp(micros, 8, 1L << 39);
    int e = 63 - Long.numberOfLeadingZeros(v);
    return e * 8 + (int) ((v >> (e - 3)) & 7);
  }

  /** Upper end of the bucket, in microseconds. */
  static long micros(int bucket) {
    int e = bucket / 8;
    return (8L + bucket % 8 + 1) << (e - 3);
  }

  private static long percentile(int[] counts, double share) {
    long total = Arrays.stream(counts).asLongStream().sum();
    long rank = (long) Math.ceil(total * share);
    long seen = 0;
    for (int bucket = 0; bucket < BUCKETS && total > 0; bucket++) {
      seen += counts[bucket];
      if (seen >= rank) {
        return micros(bucket);
      }
    }
    return 0;
  }
}
