package drawbridge.gateway;

import java.util.HexFormat;

/** W3C trace context: a caller's is passed on as it is, and where there is none one is made. */
final class TraceParent {
  private static final int LENGTH = 55;

  private TraceParent() {}

  /**
   * One that nobody samples, for calls whose caller has none.
   *
   * @param id 16 random bytes, which become the trace's id
   */
  static String of(byte[] id) {
    HexFormat hex = HexFormat.of();
    return "00-" + hex.formatHex(id) + "-" + hex.formatHex(id, 8, 16) + "-00";
  }

  static boolean valid(String text) {
    return text.length() == LENGTH
        && text.startsWith("00-")
        && text.charAt(35) == '-'
        && text.charAt(52) == '-'
        && hex(text, 3, 35, true)
        && hex(text, 36, 52, true)
        && hex(text, 53, 55, false);
  }

  private static boolean hex(String text, int from, int to, boolean notZero) {
    boolean zero = true;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
      zero &= c == '0';
    }
    return !(zero && notZero);
  }
}
