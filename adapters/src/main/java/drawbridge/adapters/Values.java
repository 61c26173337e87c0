package drawbridge.adapters;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;

/** Turns the text of an argument into a value of its type; strict, so nothing is guessed. */
final class Values {
  /** Characters of a string where nothing else is said; as much as a row usually takes. */
  static final int LONGEST_STRING = 8_000;

  private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]{1,19}");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]{1,40}(\\.[0-9]{0,40})?|\\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?");
  private static final Pattern DOUBLE =
      Pattern.compile("[+-]?([0-9]{1,40}(\\.[0-9]{0,40})?|\\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?");
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /** ISO 8601 with a year of four digits; Java alone would take the year 999999999. */
  private static final Pattern DATE_BEGIN = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?");

  private Values() {}

  /**
   * The value in its Java type: String, Integer, Long, BigDecimal, Double, Boolean, LocalDate,
   * LocalTime, LocalDateTime or (with an offset) OffsetDateTime, UUID, byte[].
   */
  static Object parse(Parameter parameter, String text) throws FaultException {
    Object value = typed(parameter, text);
    Schema schema = parameter.schema();
    if (value instanceof String string) {
      checkString(parameter, schema, string);
    } else if (value instanceof Number number) {
      checkNumber(parameter, schema, new BigDecimal(number.toString()));
    }
    return value;
  }

  private static void checkString(Parameter parameter, Schema schema, String value)
      throws FaultException {
    if (schema.maxLength() > 0 && value.codePointCount(0, value.length()) > schema.maxLength()) {
      throw wrong(parameter, "is longer than " + schema.maxLength() + " characters");
    }
    if (!schema.values().isEmpty() && !schema.values().contains(value)) {
      throw wrong(parameter, "must be one of " + String.join(", ", schema.values()));
    }
    if (!schema.pattern().isEmpty() && !Pattern.matches(schema.pattern(), value)) {
      throw wrong(parameter, "does not have the form that is wanted");
    }
  }

  private static void checkNumber(Parameter parameter, Schema schema, BigDecimal value)
      throws FaultException {
    if (!schema.minimum().isEmpty() && value.compareTo(new BigDecimal(schema.minimum())) < 0) {
      throw wrong(parameter, "must be at least " + schema.minimum());
    }
    if (!schema.maximum().isEmpty() && value.compareTo(new BigDecimal(schema.maximum())) > 0) {
      throw wrong(parameter, "must be at most " + schema.maximum());
    }
  }

  private static Object typed(Parameter parameter, String text) throws FaultException {
    try {
      return switch (parameter.type()) {
        case STRING -> string(parameter, text);
        case INTEGER ->
            Integer.valueOf(matching(parameter, WHOLE, text, "a whole number of 32 bits"));
        case LONG -> Long.valueOf(matching(parameter, WHOLE, text, "a whole number of 64 bits"));
        case DECIMAL -> new BigDecimal(matching(parameter, DECIMAL, text, "a decimal number"));
        case DOUBLE -> finite(parameter, matching(parameter, DOUBLE, text, "a number"));
        case BOOLEAN -> bool(parameter, text);
        case DATE ->
            LocalDate.parse(matching(parameter, DATE_BEGIN, text, "a date such as 2026-01-31"));
        case TIME -> LocalTime.parse(text);
        case TIMESTAMP -> timestamp(parameter, text);
        case UUID -> UUID.fromString(matching(parameter, UUID_TEXT, text, "a UUID"));
        case BYTES -> Base64.getDecoder().decode(text);
        case OBJECT -> throw wrong(parameter, "must be a member of a JSON body");
      };
    } catch (NumberFormatException e) {
      throw wrong(parameter, "is out of the range of its type");
    } catch (DateTimeException e) {
      throw wrong(
          parameter,
          switch (parameter.type()) {
            case TIME -> "must be a time such as 13:45:00";
            case DATE -> "must be a date such as 2026-01-31";
            default -> "must be a time stamp such as 2026-01-31T13:45:00Z";
          });
    } catch (IllegalArgumentException e) {
      throw wrong(parameter, "must be base64");
    }
  }

  static FaultException wrong(Parameter parameter, String problem) {
    return Fault.argument(parameter.name(), "“" + parameter.name() + "” " + problem).thrown();
  }

  private static String string(Parameter parameter, String text) throws FaultException {
    int most = Math.max(LONGEST_STRING, parameter.schema().maxLength());
    if (text.length() > most) {
      throw wrong(parameter, "is longer than " + most + " characters");
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw wrong(parameter, "must not hold the character 0");
      }
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw wrong(parameter, "is not well-formed text");
        }
        i++;
      }
    }
    return text;
  }

  private static String matching(Parameter parameter, Pattern pattern, String text, String what)
      throws FaultException {
    if (!pattern.matcher(text).matches()) {
      throw wrong(parameter, "must be " + what);
    }
    return text;
  }

  private static Double finite(Parameter parameter, String text) throws FaultException {
    double value = Double.parseDouble(text);
    boolean vanished = value == 0 && new BigDecimal(text).signum() != 0;
    if (Double.isInfinite(value) || vanished) {
      throw wrong(parameter, "is out of the range of its type");
    }
    return value;
  }

  private static Boolean bool(Parameter parameter, String text) throws FaultException {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(parameter, "must be true or false");
    };
  }

  private static Object timestamp(Parameter parameter, String text) throws FaultException {
    matching(parameter, DATE_BEGIN, text, "a time stamp such as 2026-01-31T13:45:00Z");
    // The date has minuses too: a zone is looked for after the time begins.
    int time = text.indexOf('T');
    boolean zoned =
        time > 0
            && (text.endsWith("Z") || text.indexOf('+', time) > 0 || text.indexOf('-', time) > 0);
    return zoned ? OffsetDateTime.parse(text) : LocalDateTime.parse(text);
  }
}
