package drawbridge.agent.console;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times and numbers as people read them, on the terminal and on the page. */
final class Words {
  private Words() {}

  /** {@code 3 d 4 h}, {@code 5 min 6 s}, {@code 0 s}. */
  static String time(Duration duration) {
    long s = Math.max(0, duration.toSeconds());
    return s >= 86_400
        ? s / 86_400 + " d " + s % 86_400 / 3_600 + " h"
        : s >= 3_600
            ? s / 3_600 + " h " + s % 3_600 / 60 + " min"
            : s >= 60 ? s / 60 + " min " + s % 60 + " s" : s + " s";
  }

  /** {@code 2026-01-31 12:00:00 UTC}. */
  static String instant(Instant time) {
    String text = time.truncatedTo(ChronoUnit.SECONDS).toString();
    return text.replace('T', ' ').replace("Z", " UTC");
  }

  /** {@code 1,234}. */
  static String number(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** {@code 850 µs}, {@code 4.2 ms}, {@code 1.3 s}; of none: a dash. */
  static String micros(long micros) {
    return micros == 0
        ? "–"
        : micros < 1_000
            ? micros + " µs"
            : micros < 10_000
                ? String.format(Locale.ROOT, "%.1f ms", micros / 1e3)
                : micros < 1_000_000
                    ? micros / 1_000 + " ms"
                    : String.format(Locale.ROOT, "%.1f s", micros / 1e6);
  }

  /** {@code in 90 days}, {@code ended 2 days ago}. */
  static String ends(Instant end, Instant now) {
    long days = Duration.between(now, end).toDays();
    return end.isBefore(now)
        ? "ended " + time(Duration.between(end, now)) + " ago"
        : days == 1 ? "ends in 1 day" : "ends in " + days + " days";
  }

  static String channel(Status.Channel channel) {
    return !channel.open() ? "closed" : channel.suspect() ? "suspect" : "open";
  }

  static String figures(Status.Source source) {
    StringBuilder text = new StringBuilder();
    for (Status.Figure figure : source.figures()) {
      text.append(text.isEmpty() ? "" : ", ").append(number(figure.value())).append(' ');
      text.append(figure.name());
    }
    return text.toString();
  }
}
