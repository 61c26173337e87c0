package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Tells what a crash leaves of a checkpoint from what somebody altered. */
final class Torn {
  private Torn() {}

  /** Whether a longer text could be a checkpoint of this log and the empty line behind it. */
  static boolean checkpoint(byte[] rest, String origin) {
    String text = new String(rest, UTF_8);
    String start = origin + "\n";
    if (text.length() <= start.length()) {
      return start.startsWith(text);
    }
    if (!text.startsWith(start)) {
      return false;
    }
    int digits = start.length();
    while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    String pattern =
        start
            + text.substring(start.length(), digits)
            + "\n"
            + "B".repeat(43)
            + "=\n\n— "
            + origin
            + " "
            + "B".repeat(91)
            + "=\n\n";
    // A character may have been torn in two.
    int whole = text.endsWith("\uFFFD") ? text.indexOf('\uFFFD') : text.length();
    if (rest.length >= pattern.getBytes(UTF_8).length || whole > pattern.length()) {
      return false;
    }
    for (int i = digits; i < whole; i++) {
      char c = text.charAt(i);
      char wanted = pattern.charAt(i);
      boolean base64 =
          c < 128 && (Character.isLetterOrDigit(c) || c == '+' || c == '/' || c == '=');
      if (i > start.length() && wanted == 'B' ? !base64 : c != wanted) {
        return false;
      }
    }
    return true;
  }
}
