package drawbridge.adapters.ibmi.layout;

import java.util.Locale;

/**
 * What a PICTURE says.
 *
 * @param length characters
 * @param scale decimals, or less than zero for whole numbers that end in zeros not stored
 */
record Picture(Category category, int length, int scale, boolean signed) {
  enum Category {
    TEXT,
    NATIONAL,
    GRAPHIC,
    NUMBER
  }

  /** The picture is none that stored values have; the message says why. */
  static final class Malformed extends Exception {
    Malformed(String problem) {
      super(problem);
    }
  }

  private static final int LONGEST = 16 << 20;

  static Picture parse(String text) throws Malformed {
    String symbols = expanded(text.toUpperCase(Locale.ROOT));
    if (symbols.matches("[AX9]+") && !symbols.matches("9+")) {
      return new Picture(Category.TEXT, symbols.length(), 0, false);
    }
    if (symbols.matches("N+")) {
      return new Picture(Category.NATIONAL, symbols.length(), 0, false);
    }
    if (symbols.matches("G+")) {
      return new Picture(Category.GRAPHIC, symbols.length(), 0, false);
    }
    boolean signed = symbols.startsWith("S");
    String digits = signed ? symbols.substring(1) : symbols;
    if (digits.matches("9+P*V?|9*V9*|V?P+9+") && digits.indexOf('9') >= 0) {
      return number(digits, signed);
    }
    throw new Malformed(
        symbols.matches("[AXN9BZ0/,.+*$CDR-]+")
            ? "is edited for printing, and not for storage"
            : "is not understood");
  }

  private static Picture number(String digits, boolean signed) throws Malformed {
    int stored = (int) digits.chars().filter(c -> c == '9').count();
    int scaling = (int) digits.chars().filter(c -> c == 'P').count();
    if (stored > 63 || scaling > 30) {
      throw new Malformed("has more than 63 digits");
    }
    int point = digits.indexOf('V');
    int scale =
        scaling > 0
            ? digits.startsWith("9") ? -scaling : stored + scaling
            : point < 0 ? 0 : digits.length() - point - 1;
    return new Picture(Category.NUMBER, stored, scale, signed);
  }

  private static String expanded(String text) throws Malformed {
    StringBuilder symbols = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char symbol = text.charAt(at++);
      int times = 1;
      if (at < text.length() && text.charAt(at) == '(') {
        int end = text.indexOf(')', at);
        String number = end < 0 ? "" : text.substring(at + 1, end);
        if (!number.matches("[0-9]{1,8}")) {
          throw new Malformed("has parentheses without a number in them");
        }
        times = Integer.parseInt(number);
        at = end + 1;
      }
      if (times < 1 || symbols.length() + times > LONGEST) {
        throw new Malformed("is longer than 16 MB, or nothing");
      }
      symbols.repeat(symbol, times);
    }
    return symbols.toString();
  }
}
