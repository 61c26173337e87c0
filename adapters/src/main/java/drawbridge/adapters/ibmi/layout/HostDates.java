package drawbridge.adapters.ibmi.layout;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Dates and times as the host writes them, in characters that every EBCDIC page has alike. */
final class HostDates {
  /** Years of two digits are 1940 to 2039, for RPG, COBOL and SQL of the host alike. */
  private static final int FIRST_YEAR = 40;

  private static final Pattern TIMESTAMP =
      Pattern.compile("(\\d{4}-\\d{2}-\\d{2})-(\\d{2})\\.(\\d{2})\\.(\\d{2})(?:\\.(\\d{1,12}))?");

  private HostDates() {}

  /**
   * The order of a date's parts.
   *
   * @param order of {@code Y} four digits of the year, {@code y} two, {@code c} the century behind
   *     1900, {@code m}, {@code d}, {@code D} the day of the year
   * @param separator empty: none
   */
  record DateForm(String order, String separator) {
    private static final String ISO_ORDER = "Ymd";

    /** By the name and the separator's name in PCML; empty strings: not given. */
    static Optional<DateForm> of(String name, String separator) {
      return switch (name) {
        case "", "ISO", "JIS" -> form(ISO_ORDER, separator, "-");
        case "USA" -> form("mdY", separator, "/");
        case "EUR" -> form("dmY", separator, ".");
        case "MDY" -> form("mdy", separator, "/");
        case "DMY" -> form("dmy", separator, "/");
        case "YMD" -> form("ymd", separator, "/");
        case "CMDY" -> form("cmdy", separator, "/");
        case "CDMY" -> form("cdmy", separator, "/");
        case "CYMD" -> form("cymd", separator, "/");
        case "JUL" -> form("yD", separator, "/");
        case "LONGJUL" -> form("YD", separator, "/");
        default -> Optional.empty();
      };
    }

    private static Optional<DateForm> form(String order, String separator, String otherwise) {
      return separated(separator, otherwise).map(s -> new DateForm(order, s));
    }

    int length() {
      int length = 0;
      for (int i = 0; i < order.length(); i++) {
        length += width(order.charAt(i));
      }
      return length + parts() * separator.length();
    }

    /** The century has no separator behind it. */
    private int parts() {
      return order.length() - (order.startsWith("c") ? 2 : 1);
    }

    private static int width(char part) {
      return switch (part) {
        case 'Y' -> 4;
        case 'D' -> 3;
        case 'c' -> 1;
        default -> 2;
      };
    }

    /** Null: the form has no room for this year. */
    @Nullable String write(LocalDate date) {
      int year = date.getYear();
      boolean fits =
          order.contains("Y")
              ? year >= 1 && year <= 9999
              : order.startsWith("c") ? year >= 1900 && year <= 2899 : year >= 1940 && year <= 2039;
      if (!fits) {
        return null;
      }
      StringBuilder text = new StringBuilder(10);
      for (int i = 0; i < order.length(); i++) {
        char part = order.charAt(i);
        if (i > 0 && order.charAt(i - 1) != 'c') {
          text.append(separator);
        }
        int value =
            switch (part) {
              case 'Y' -> year;
              case 'y' -> year % 100;
              case 'c' -> year / 100 - 19;
              case 'm' -> date.getMonthValue();
              case 'd' -> date.getDayOfMonth();
              default -> date.getDayOfYear();
            };
        text.append(digits(value, width(part)));
      }
      return text.toString();
    }

    /** Null: no date. */
    @Nullable LocalDate read(String text) {
      int at = 0;
      int year = -1;
      int century = -1;
      int month = 1;
      int day = 1;
      int dayOfYear = -1;
      if (text.length() != length()) {
        return null;
      }
      for (int i = 0; i < order.length(); i++) {
        char part = order.charAt(i);
        if (i > 0 && order.charAt(i - 1) != 'c') {
          if (!text.startsWith(separator, at)) {
            return null;
          }
          at += separator.length();
        }
        int value = number(text, at, width(part));
        if (value < 0) {
          return null;
        }
        at += width(part);
        switch (part) {
          case 'Y', 'y' -> year = value;
          case 'c' -> century = value;
          case 'm' -> month = value;
          case 'd' -> day = value;
          default -> dayOfYear = value;
        }
      }
      if (century >= 0) {
        year += (19 + century) * 100;
      } else if (order.contains("y")) {
        year += year >= FIRST_YEAR ? 1900 : 2000;
      }
      try {
        return year == 0
            ? null
            : dayOfYear >= 0
                ? LocalDate.ofYearDay(year, dayOfYear)
                : LocalDate.of(year, month, day);
      } catch (DateTimeException e) {
        return null;
      }
    }
  }

  /**
   * The form of a time of day.
   *
   * @param usa {@code hh:mm AM}, without seconds
   */
  record TimeForm(boolean usa, String separator) {
    static Optional<TimeForm> of(String name, String separator) {
      return switch (name) {
        case "", "ISO", "EUR" -> separated(separator, ".").map(s -> new TimeForm(false, s));
        case "HMS", "JIS" -> separated(separator, ":").map(s -> new TimeForm(false, s));
        case "USA" -> separated(separator, ":").map(s -> new TimeForm(true, s));
        default -> Optional.empty();
      };
    }

    /** Null: the form has no seconds and the time has. */
    @Nullable String write(LocalTime time) {
      if (time.getNano() != 0 || (usa && time.getSecond() != 0)) {
        return null;
      }
      String minute = digits(time.getMinute(), 2);
      if (!usa) {
        return String.join(
            separator, digits(time.getHour(), 2), minute, digits(time.getSecond(), 2));
      }
      int hour = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
      return digits(hour, 2) + separator + minute + (time.getHour() < 12 ? " AM" : " PM");
    }

    /** ISO 8601, where the end of the day is 24:00:00; null: no time. */
    @Nullable String read(String text) {
      int step = 2 + separator.length();
      if (!text.startsWith(separator, 2)) {
        return null;
      }
      int hour = number(text, 0, 2);
      int minute = number(text, step, 2);
      int second = 0;
      if (usa) {
        String half = text.substring(Math.min(text.length(), step + 2));
        if (hour > 12 || !(half.equals(" AM") || half.equals(" PM"))) {
          return null;
        }
        // The end of the day, and not its begin, is written 00:00 AM.
        hour = hour == 0 ? 24 : hour % 12 + (half.equals(" PM") ? 12 : 0);
      } else {
        if (!text.startsWith(separator, step + 2)) {
          return null;
        }
        second = number(text, 2 * step, 2);
      }
      if (hour == 24 && minute == 0 && second == 0) {
        return "24:00:00";
      }
      boolean time =
          hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
      return time ? digits(hour, 2) + ":" + digits(minute, 2) + ":" + digits(second, 2) : null;
    }
  }

  /** Null: the fraction has more digits than there is room for, or the year has. */
  static @Nullable String timestamp(LocalDateTime time, int size) {
    if (time.getYear() < 1 || time.getYear() > 9999) {
      return null;
    }
    String text =
        time.toLocalDate()
            + "-"
            + digits(time.getHour(), 2)
            + "."
            + digits(time.getMinute(), 2)
            + "."
            + digits(time.getSecond(), 2);
    int room = Math.max(0, size - text.length() - 1);
    String fraction = digits(time.getNano(), 9) + "000";
    if (fraction.substring(room).chars().anyMatch(c -> c != '0')) {
      return null;
    }
    return room == 0 ? text : text + "." + fraction.substring(0, room);
  }

  /** ISO 8601 without an offset; null: no time stamp. */
  static @Nullable String timestamp(String text) {
    Matcher m = TIMESTAMP.matcher(text);
    if (!m.matches()) {
      return null;
    }
    try {
      LocalDate date = LocalDate.parse(m.group(1));
      String time = m.group(2) + ":" + m.group(3) + ":" + m.group(4);
      if (time.equals("24:00:00")) {
        return date.plusDays(1) + "T00:00:00";
      }
      String fraction = m.group(5) == null ? "" : m.group(5).replaceFirst("0+$", "");
      LocalTime.parse(time);
      return date.getYear() == 0
          ? null
          : date + "T" + time + (fraction.isEmpty() ? "" : "." + fraction);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Optional<String> separated(String name, String otherwise) {
    return switch (name) {
      case "" -> Optional.of(otherwise);
      case "ampersand" -> Optional.of("&");
      case "blank" -> Optional.of(" ");
      case "comma" -> Optional.of(",");
      case "hyphen" -> Optional.of("-");
      case "period" -> Optional.of(".");
      case "slash" -> Optional.of("/");
      case "colon" -> Optional.of(":");
      case "none" -> Optional.of("");
      default -> Optional.empty();
    };
  }

  private static String digits(int value, int width) {
    String text = Integer.toString(value);
    return "0".repeat(Math.max(0, width - text.length())) + text;
  }

  /** -1: not all of them are digits. */
  private static int number(String text, int from, int width) {
    if (from + width > text.length()) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < from + width; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + c - '0';
    }
    return value;
  }
}
