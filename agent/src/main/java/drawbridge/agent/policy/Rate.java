package drawbridge.agent.policy;

import drawbridge.settings.Section;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So many calls in a period; as many may come at once after a quiet period.
 *
 * @param calls 1 to 1,000,000
 * @param period a second, a minute, an hour or a day
 */
public record Rate(int calls, Duration period) {
  private static final int MOST = 1_000_000;
  private static final Pattern FORM = Pattern.compile("(\\d{1,7})/(s|min|h|d)");

  static Rate read(Section section, String key, Rate otherwise) {
    return section.optionalText(key).map(text -> parse(section, key, text)).orElse(otherwise);
  }

  private static Rate parse(Section section, String key, String text) {
    Matcher m = FORM.matcher(text);
    if (m.matches()) {
      int calls = Integer.parseInt(m.group(1));
      if (calls >= 1 && calls <= MOST) {
        return new Rate(calls, period(m.group(2)));
      }
    }
    throw section.wrong(
        key,
        "“" + text + "” is not a rate",
        "write calls per s, min, h or d, such as 600/min, at most 1000000");
  }

  static Duration period(String word) {
    return switch (word) {
      case "s" -> Duration.ofSeconds(1);
      case "min" -> Duration.ofMinutes(1);
      case "h" -> Duration.ofHours(1);
      default -> Duration.ofDays(1);
    };
  }

  static String unit(Duration period) {
    return period.toDays() > 0
        ? "d"
        : period.toHours() > 0 ? "h" : period.toMinutes() > 0 ? "min" : "s";
  }

  /** As the file writes it. */
  @Override
  public String toString() {
    return calls + "/" + unit(period);
  }
}
