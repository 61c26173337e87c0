package drawbridge.adapters.sql;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;

/**
 * Dates and times as ISO 8601, always with seconds; the fraction without zeros at its end.
 * PostgreSQL's own extremes, which its driver gives as Java's, keep their names.
 */
final class IsoText {
  private IsoText() {}

  static String of(LocalDate date) {
    if (date.equals(LocalDate.MAX)) {
      return "infinity";
    }
    return date.equals(LocalDate.MIN) ? "-infinity" : date.toString();
  }

  static String of(LocalTime time) {
    // The driver's way to say 24:00:00; the database has no nanoseconds.
    if (time.equals(LocalTime.MAX)) {
      return "24:00:00";
    }
    return append(new StringBuilder(18), time).toString();
  }

  static String of(OffsetTime time) {
    if (time.toLocalTime().equals(LocalTime.MAX)) {
      return "24:00:00" + time.getOffset();
    }
    return append(new StringBuilder(24), time.toLocalTime()).append(time.getOffset()).toString();
  }

  static String of(LocalDateTime time) {
    if (time.equals(LocalDateTime.MAX)) {
      return "infinity";
    }
    return time.equals(LocalDateTime.MIN) ? "-infinity" : append(time).toString();
  }

  /** With the offset that it has. */
  static String of(OffsetDateTime time) {
    if (time.equals(OffsetDateTime.MAX)) {
      return "infinity";
    }
    if (time.equals(OffsetDateTime.MIN)) {
      return "-infinity";
    }
    return append(time.toLocalDateTime()).append(time.getOffset()).toString();
  }

  private static StringBuilder append(LocalDateTime time) {
    StringBuilder text = new StringBuilder(36).append(time.toLocalDate()).append('T');
    return append(text, time.toLocalTime());
  }

  private static StringBuilder append(StringBuilder text, LocalTime time) {
    two(text, time.getHour()).append(':');
    two(text, time.getMinute()).append(':');
    two(text, time.getSecond());
    int nanos = time.getNano();
    if (nanos != 0) {
      text.append('.');
      for (int unit = 100_000_000; nanos != 0; unit /= 10) {
        text.append((char) ('0' + nanos / unit));
        nanos %= unit;
      }
    }
    return text;
  }

  private static StringBuilder two(StringBuilder text, int n) {
    return text.append((char) ('0' + n / 10)).append((char) ('0' + n % 10));
  }
}
