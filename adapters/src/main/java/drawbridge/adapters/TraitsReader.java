package drawbridge.adapters;

import drawbridge.settings.Section;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;

/** Reads what an API file says of any operation for documents and designers. */
final class TraitsReader {
  private static final Duration LONGEST = Duration.ofHours(1);

  private TraitsReader() {}

  static Traits read(Section section) {
    Duration time = section.duration("time", Duration.ZERO);
    if (section.has("time") && (time.toSeconds() < 1 || time.compareTo(LONGEST) > 0)) {
      throw section.wrong("time", "not between 1s and 1h", "write a time such as 30s");
    }
    String deprecated = date(section, "deprecated");
    String sunset = date(section, "sunset");
    if (deprecated.isEmpty() && !sunset.isEmpty()) {
      throw section.wrong(
          "sunset", "what ends is deprecated before", "add “deprecated” with a date");
    }
    return new Traits(
        section.choice("visibility", Visibility.class, Visibility.NORMAL),
        false,
        section.choice("trigger", Traits.Trigger.class, Traits.Trigger.NONE),
        deprecated,
        sunset,
        (int) time.toSeconds(),
        "",
        "",
        false,
        200);
  }

  private static String date(Section section, String key) {
    String text = section.text(key, "");
    try {
      return text.isEmpty() ? "" : LocalDate.parse(text).toString();
    } catch (DateTimeException e) {
      throw section.wrong(
          key, "“" + text + "” is no date", "write one such as 2026-01-31, in quotes or without");
    }
  }
}
