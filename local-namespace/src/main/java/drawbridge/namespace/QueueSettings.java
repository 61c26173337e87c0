package drawbridge.namespace;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * One queue. Start with {@link #of} and change what matters. Immutable.
 *
 * @param lock how long a receiver in peek-lock has a message to itself
 * @param maxDelivery after so many deliveries that were not completed it is dead-lettered
 * @param timeToLive a message lives no longer than this, or less where the message says so
 * @param deadLetterOnExpiry what expires moves to the dead-letter queue instead of vanishing
 * @param maxMessage the longest message with all its headers, in bytes
 * @param maxSize of all messages in the queue and its dead-letter queue, in bytes
 * @param described what the management endpoint says otherwise than the queue behaves, by the name
 *     of the element, such as {@code RequiresSession}: for tests of those who read it
 */
public record QueueSettings(
    String name,
    Duration lock,
    int maxDelivery,
    Duration timeToLive,
    boolean deadLetterOnExpiry,
    int maxMessage,
    long maxSize,
    Map<String, String> described) {

  static final Duration LOCK = Duration.ofSeconds(30);
  static final int MAX_DELIVERY = 10;
  static final Duration TIME_TO_LIVE = Duration.ofDays(14);
  static final int MAX_MESSAGE = 256 << 10;
  static final long MAX_SIZE = 64L << 20;

  public QueueSettings {
    described = Map.copyOf(described);
    if (name.isEmpty() || name.length() > 260 || !name.matches("[A-Za-z0-9][A-Za-z0-9._/-]*")) {
      throw new IllegalArgumentException("“" + name + "” is not a name of a queue");
    }
    if (!lock.isPositive() || lock.compareTo(Duration.ofMinutes(5)) > 0) {
      throw new IllegalArgumentException("a lock lasts at most 5 minutes, not " + lock);
    }
    if (maxDelivery < 1 || !timeToLive.isPositive() || maxMessage < 1 || maxSize < 1) {
      throw new IllegalArgumentException("a limit of queue " + name + " is not positive");
    }
  }

  /** Lock 30 s, 10 deliveries, 14 days, messages of 256 KB, 64 MB in all. */
  public static QueueSettings of(String name) {
    return new QueueSettings(
        name, LOCK, MAX_DELIVERY, TIME_TO_LIVE, false, MAX_MESSAGE, MAX_SIZE, Map.of());
  }

  public QueueSettings lock(Duration value) {
    return new QueueSettings(
        name, value, maxDelivery, timeToLive, deadLetterOnExpiry, maxMessage, maxSize, described);
  }

  public QueueSettings maxDelivery(int value) {
    return new QueueSettings(
        name, lock, value, timeToLive, deadLetterOnExpiry, maxMessage, maxSize, described);
  }

  public QueueSettings timeToLive(Duration value) {
    return new QueueSettings(
        name, lock, maxDelivery, value, deadLetterOnExpiry, maxMessage, maxSize, described);
  }

  public QueueSettings deadLetterOnExpiry(boolean value) {
    return new QueueSettings(
        name, lock, maxDelivery, timeToLive, value, maxMessage, maxSize, described);
  }

  public QueueSettings maxMessage(int bytes) {
    return new QueueSettings(
        name, lock, maxDelivery, timeToLive, deadLetterOnExpiry, bytes, maxSize, described);
  }

  public QueueSettings maxSize(long bytes) {
    return new QueueSettings(
        name, lock, maxDelivery, timeToLive, deadLetterOnExpiry, maxMessage, bytes, described);
  }

  public QueueSettings described(String element, String text) {
    Map<String, String> all = new HashMap<>(described);
    all.put(element, text);
    return new QueueSettings(
        name, lock, maxDelivery, timeToLive, deadLetterOnExpiry, maxMessage, maxSize, all);
  }
}
