package drawbridge.relay;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of messages; docs/protocol.md, part 1, says who sends which when. */
enum Kind {
  HELLO,
  OPEN,
  ACCEPT,
  DATA,
  ACK,
  PROBE,
  CLOSE,
  CLOSED,
  RESET,
  SUPERSEDED;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** As on the wire. */
  String word() {
    return word;
  }

  static @Nullable Kind of(String word) {
    return switch (word) {
      case "hello" -> HELLO;
      case "open" -> OPEN;
      case "accept" -> ACCEPT;
      case "data" -> DATA;
      case "ack" -> ACK;
      case "probe" -> PROBE;
      case "close" -> CLOSE;
      case "closed" -> CLOSED;
      case "reset" -> RESET;
      case "superseded" -> SUPERSEDED;
      default -> null;
    };
  }
}
