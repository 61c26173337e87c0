package drawbridge.agent.policy;

import drawbridge.settings.Section;
import java.time.Duration;
import java.util.Optional;

/**
 * What one call, and one caller's calls together, may use.
 *
 * @param calls of one caller by one rule, on this agent
 * @param rows of one answer
 * @param bytes of one answer, as encoded and before compression
 * @param time from the moment the call reaches the agent to the end of its reply
 */
public record Limits(Rate calls, long rows, long bytes, Duration time) {
  /** What a rule without {@code limits} gives. */
  public static final Limits DEFAULT =
      new Limits(new Rate(60, Duration.ofMinutes(1)), 1_000, 8L << 20, Duration.ofSeconds(30));

  private static final Duration LONGEST = Duration.ofHours(1);

  static Limits read(Optional<Section> given) {
    if (given.isEmpty()) {
      return DEFAULT;
    }
    Section section = given.get();
    Limits limits =
        new Limits(
            Rate.read(section, "calls", DEFAULT.calls),
            section.integer("rows", 1, Integer.MAX_VALUE, (int) DEFAULT.rows),
            section.size("bytes", DEFAULT.bytes),
            section.duration("time", DEFAULT.time));
    if (limits.bytes < 1) {
      throw section.wrong("bytes", "nothing could ever be answered", "write a size such as 8MB");
    }
    if (limits.time.isZero() || limits.time.compareTo(LONGEST) > 0) {
      throw section.wrong("time", "not between 1ms and 1h", "write a time such as 30s");
    }
    section.done();
    return limits;
  }
}
