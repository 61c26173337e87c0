package drawbridge.namespace;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a link wants to go, or what a token is for.
 *
 * @param queue lower case, without scheme, host and suffix; empty: the whole namespace
 */
record Address(String queue, Node node) {
  private static final String DEAD_LETTERS = "/$deadletterqueue";
  private static final String MANAGEMENT = "/$management";

  /** What is meant of the queue. */
  enum Node {
    MESSAGES,
    DEAD_LETTERS,
    MANAGEMENT,
    DEAD_LETTER_MANAGEMENT,
    CBS
  }

  /** {@code sb://host/queue/$Management}, {@code /queue} and {@code queue} alike. */
  static Address of(@Nullable String text) {
    String path = text == null ? "" : text;
    int scheme = path.indexOf("://");
    if (scheme >= 0) {
      int slash = path.indexOf('/', scheme + 3);
      path = slash < 0 ? "" : path.substring(slash);
    }
    while (path.startsWith("/")) {
      path = path.substring(1);
    }
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    path = path.toLowerCase(Locale.ROOT);
    if (path.equals("$cbs")) {
      return new Address("", Node.CBS);
    }
    boolean management = path.endsWith(MANAGEMENT);
    if (management) {
      path = path.substring(0, path.length() - MANAGEMENT.length());
    }
    boolean dead = path.endsWith(DEAD_LETTERS);
    if (dead) {
      path = path.substring(0, path.length() - DEAD_LETTERS.length());
    }
    return new Address(
        path,
        management
            ? dead ? Node.DEAD_LETTER_MANAGEMENT : Node.MANAGEMENT
            : dead ? Node.DEAD_LETTERS : Node.MESSAGES);
  }

  /** A token for this address is good for {@code other} too. */
  boolean covers(Address other) {
    return queue.isEmpty() || queue.equals(other.queue) || other.queue.startsWith(queue + "/");
  }
}
