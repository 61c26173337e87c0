package drawbridge.agent.policy;

import drawbridge.settings.Section;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one call, and one caller's calls together, may use, on this agent.
 *
 * @param calls of one caller by one rule
 * @param concurrency calls of one caller at the same time
 * @param rows of one answer
 * @param bytes of one answer, as encoded and before compression
 * @param time from the moment the call reaches the agent to the end of its reply
 * @param total of all answers of one caller together
 * @param per what has a budget of its own
 * @param callers how many callers whom only the gateway names have a budget of their own
 */
public record Limits(
    Rate calls,
    int concurrency,
    long rows,
    long bytes,
    Duration time,
    Total total,
    Per per,
    int callers) {
  /** What one caller's answers together may use; empty: no bound but those of each call. */
  public record Total(
      Optional<Allowance> rows, Optional<Allowance> bytes, Optional<Allowance> time) {
    static final Total NONE = new Total(Optional.empty(), Optional.empty(), Optional.empty());

    static Total read(Section section) {
      Total total =
          new Total(
              Allowance.read(section, "rows", Allowance.Unit.ROWS),
              Allowance.read(section, "bytes", Allowance.Unit.BYTES),
              Allowance.read(section, "time", Allowance.Unit.TIME));
      section.done();
      return total;
    }
  }

  /** Whose calls are counted together. */
  public enum Per {
    /** All that the rule allows one caller. */
    CALLER,
    /** Each operation by itself. */
    OPERATION
  }

  private static final int MOST_CONCURRENT = 512;
  private static final int MOST_CALLERS = 10_000;

  /** What a rule without {@code limits} gives. */
  public static final Limits DEFAULT =
      new Limits(new Rate(60, Duration.ofMinutes(1)), 1_000, 8L << 20, Duration.ofSeconds(30));

  private static final Duration LONGEST = Duration.ofHours(1);

  /** Without bounds on all of a caller's calls but their number. */
  public Limits(Rate calls, long rows, long bytes, Duration time) {
    this(calls, MOST_CONCURRENT, rows, bytes, time, Total.NONE, Per.CALLER, 100);
  }

  static Limits read(Optional<Section> given) {
    if (given.isEmpty()) {
      return DEFAULT;
    }
    Section section = given.get();
    Limits limits =
        new Limits(
            Rate.read(section, "calls", DEFAULT.calls),
            section.integer("concurrency", 1, MOST_CONCURRENT, DEFAULT.concurrency),
            section.integer("rows", 1, Integer.MAX_VALUE, (int) DEFAULT.rows),
            section.size("bytes", DEFAULT.bytes),
            section.duration("time", DEFAULT.time),
            section.optionalSection("total").map(Total::read).orElse(Total.NONE),
            section.choice("per", Per.class, DEFAULT.per),
            section.integer("callers", 1, MOST_CALLERS, DEFAULT.callers));
    if (limits.bytes < 1) {
      throw section.wrong("bytes", "nothing could ever be answered", "write a size such as 8MB");
    }
    if (limits.time.isZero() || limits.time.compareTo(LONGEST) > 0) {
      throw section.wrong("time", "not between 1ms and 1h", "write a time such as 30s");
    }
    section.done();
    return limits;
  }

  /**
   * What so many agents of a site give a caller together, since each keeps its own account, and
   * what one answer may use; for people.
   */
  String text(int agents) {
    List<String> words = new ArrayList<>();
    words.add((long) agents * calls.calls() + "/" + Rate.unit(calls.period()));
    words.add((long) agents * concurrency + " at once");
    total.rows().ifPresent(all -> words.add(text(all, agents, 1, " rows")));
    total.bytes().ifPresent(all -> words.add(text(all, agents, 1 << 20, " MB")));
    total.time().ifPresent(all -> words.add(text(all, agents, 1_000_000_000, " s")));
    return String.join(", ", words)
        + (per == Per.OPERATION ? " for each operation" : "")
        + "; an answer at most %d rows, %s MB, %s s"
            .formatted(rows, number(bytes, 1 << 20), number(time.toNanos(), 1_000_000_000));
  }

  private static String text(Allowance all, int agents, long unit, String name) {
    return number(agents * all.amount(), unit) + name + "/" + Rate.unit(all.period());
  }

  private static String number(long amount, long unit) {
    return BigDecimal.valueOf(amount)
        .divide(BigDecimal.valueOf(unit), 2, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  /** The same with less for one answer. */
  Limits atMost(long rows, long bytes, Duration time) {
    return new Limits(calls, concurrency, rows, bytes, time, total, per, callers);
  }
}
