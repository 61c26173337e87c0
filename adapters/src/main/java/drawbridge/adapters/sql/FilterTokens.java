package drawbridge.adapters.sql;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Type;
import drawbridge.adapters.sql.Filter.Literal;
import drawbridge.adapters.sql.Filter.Operator;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The text of a {@code $filter}, token by token. Not thread-safe. */
final class FilterTokens {
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\\w.:-])");
  private static final Pattern DATE =
      Pattern.compile("[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])");
  private static final String CLOCK =
      "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]{1,9})?)?";
  private static final Pattern MOMENT =
      Pattern.compile(DATE + "T" + CLOCK + "(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?(?![\\w.:+-])");
  private static final Pattern DAY = Pattern.compile(DATE + "(?![\\w.:+-])");
  private static final Pattern TIME = Pattern.compile(CLOCK + "(?![\\w.:+-])");
  private static final Pattern NUMBER =
      Pattern.compile("-?[0-9]{1,38}(?:\\.[0-9]{1,38})?(?:[eE][+-]?[0-9]{1,3})?(?![\\w.:])");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  private static final Pattern OPERATOR = Pattern.compile("[ \\t]+(eq|ne|lt|le|gt|ge)[ \\t]+");

  private final String option;
  private final String text;
  private int at;

  FilterTokens(String option, String text) {
    this.option = option;
    this.text = text;
  }

  /** A fault that says where. */
  FaultException wrong(String problem) {
    return Fault.argument(option, option + " " + problem + " (character " + (at + 1) + ")")
        .thrown();
  }

  void skipSpace() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }

  void end() throws FaultException {
    if (at < text.length()) {
      throw wrong("goes on with something that is not supported here");
    }
  }

  boolean symbol(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  void expect(char c) throws FaultException {
    if (!symbol(c)) {
      throw wrong("has no “" + c + "” here");
    }
  }

  /** A word between spaces: {@code and }. */
  boolean word(String word) {
    int start = at;
    skipSpace();
    if (at > start && prefix(word)) {
      return true;
    }
    at = start;
    return false;
  }

  /** A word with a space behind. */
  boolean prefix(String word) {
    int end = at + word.length();
    if (text.startsWith(word, at)
        && end < text.length()
        && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
      at = end;
      skipSpace();
      return true;
    }
    return false;
  }

  /** A function's name and its bracket. */
  boolean call(String name) {
    if (text.startsWith(name + "(", at)) {
      at += name.length() + 1;
      return true;
    }
    return false;
  }

  /** A bracket follows. */
  boolean open() {
    return at < text.length() && text.charAt(at) == '(';
  }

  private @Nullable Matcher match(Pattern pattern) {
    Matcher matcher = pattern.matcher(text).region(at, text.length());
    matcher.useTransparentBounds(true);
    return matcher.lookingAt() ? matcher : null;
  }

  /** The comparison that comes next, which stays there; null: none does. */
  @Nullable Operator operator() {
    Matcher matcher = match(OPERATOR);
    return matcher == null ? null : Operator.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
  }

  void skipOperator() {
    Matcher matcher = match(OPERATOR);
    if (matcher != null) {
      at = matcher.end();
    }
  }

  String name() {
    Matcher matcher = match(NAME);
    if (matcher == null) {
      return "";
    }
    at = matcher.end();
    return matcher.group();
  }

  Optional<Literal> literal() throws FaultException {
    if (at < text.length() && text.charAt(at) == '\'') {
      return Optional.of(new Literal(Type.STRING, string()));
    }
    Matcher matcher;
    try {
      if ((matcher = match(UUID_TEXT)) != null) {
        return Optional.of(taken(matcher, Type.UUID, UUID.fromString(matcher.group())));
      }
      if ((matcher = match(MOMENT)) != null) {
        Object moment =
            matcher.group(1) == null
                ? LocalDateTime.parse(matcher.group())
                : OffsetDateTime.parse(matcher.group());
        return Optional.of(taken(matcher, Type.TIMESTAMP, moment));
      }
      if ((matcher = match(DAY)) != null) {
        return Optional.of(taken(matcher, Type.DATE, LocalDate.parse(matcher.group())));
      }
      if ((matcher = match(TIME)) != null) {
        return Optional.of(taken(matcher, Type.TIME, LocalTime.parse(matcher.group())));
      }
    } catch (DateTimeException e) {
      throw wrong("has a day that there is not");
    }
    if ((matcher = match(NUMBER)) != null) {
      return Optional.of(taken(matcher, Type.DECIMAL, new BigDecimal(matcher.group())));
    }
    for (String word : new String[] {"null", "true", "false"}) {
      Matcher name = match(NAME);
      if (name != null && name.group().equals(word)) {
        return Optional.of(
            word.equals("null")
                ? taken(name, Type.STRING, null)
                : taken(name, Type.BOOLEAN, word.equals("true")));
      }
    }
    return Optional.empty();
  }

  private Literal taken(Matcher matcher, Type type, @Nullable Object value) {
    at = matcher.end();
    return new Literal(type, value);
  }

  private String string() throws FaultException {
    StringBuilder value = new StringBuilder();
    int i = at + 1;
    while (true) {
      if (i >= text.length()) {
        throw wrong("has a text that is not closed");
      }
      char c = text.charAt(i);
      if (c == 0) {
        throw wrong("has the character 0");
      }
      if (c != '\'') {
        value.append(c);
        i++;
      } else if (i + 1 < text.length() && text.charAt(i + 1) == '\'') {
        value.append('\'');
        i += 2;
      } else {
        at = i + 1;
        return value.toString();
      }
    }
  }
}
