package drawbridge.agent.policy;

import drawbridge.settings.Section;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So much in a period, of rows, bytes or nanoseconds.
 *
 * @param amount at least 1
 * @param period a second to a day
 */
public record Allowance(long amount, Duration period) {
  private static final Pattern FORM = Pattern.compile("([0-9A-Za-z]{1,16})/(s|min|h|d)");

  /** What stands before the slash. */
  enum Unit {
    ROWS,
    BYTES,
    TIME
  }

  static Optional<Allowance> read(Section section, String key, Unit unit) {
    return section.optionalText(key).map(text -> parse(section, key, text, unit));
  }

  private static Allowance parse(Section section, String key, String text, Unit unit) {
    Matcher m = FORM.matcher(text);
    if (m.matches()) {
      // Read by the one reader of sizes and times, so that all of them are written alike.
      Section one = Section.parse(section.file(), "{ " + key + ": " + m.group(1) + " }");
      try {
        long amount =
            switch (unit) {
              case ROWS -> one.integer(key, 1, Integer.MAX_VALUE);
              case BYTES -> one.size(key, 0);
              case TIME -> one.duration(key, Duration.ZERO).toNanos();
            };
        if (amount > 0) {
          return new Allowance(amount, Rate.period(m.group(2)));
        }
      } catch (drawbridge.settings.SettingsException e) {
        // said below
      }
    }
    throw section.wrong(
        key,
        "“" + text + "” is not an amount in a time",
        switch (unit) {
          case ROWS -> "write rows per s, min, h or d, such as 100000/h";
          case BYTES -> "write a size per s, min, h or d, such as 1GB/d";
          case TIME -> "write a time per s, min, h or d, such as 10m/h";
        });
  }
}
