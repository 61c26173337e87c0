package drawbridge.relay;

import static drawbridge.relay.Constants.OTHER_FOR;
import static drawbridge.relay.Constants.OTHER_IN_STEP;
import static drawbridge.relay.Constants.OTHER_JITTER;
import static drawbridge.relay.Constants.PAST;

import java.util.LinkedHashMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The processes at one peer's mailbox, one after the other, as TLS proved them. Guarded by its
 * {@link Mailbox}.
 */
final class Incarnations {
  /** Zero: none has proved itself yet. */
  private long newest;

  private UUID channel = Message.NO_CHANNEL;
  private @Nullable Channel settling;
  private boolean settled;

  /** Those that a newer one took over from, each with a channel that only it and we know. */
  private final LinkedHashMap<Long, UUID> past = new LinkedHashMap<>();

  /** The past process that answered last that it knows. */
  private long told;

  /** A channel of it with another process of our own name, and when a message of that came. */
  private UUID other = Message.NO_CHANNEL;

  private long otherAt;
  private long otherClock;
  private int inStep;

  /**
   * TLS proved the process at the other end of a channel, and it is not a past one.
   *
   * @return the one that is past from now on; 0: none
   */
  long proved(Channel by) {
    long incarnation = by.peerIncarnation();
    long before = newest == incarnation ? 0 : newest;
    if (before != 0) {
      past.put(newest, channel);
      while (past.size() > PAST) {
        past.pollFirstEntry();
      }
    }
    if (newest != incarnation) {
      settled = false;
      settling = by;
    }
    newest = incarnation;
    channel = by.id;
    return before;
  }

  /** A past process says that it knows. */
  void told(long incarnation) {
    told = incarnation;
  }

  boolean untold(long incarnation) {
    return told != incarnation;
  }

  /** The channel is not there any more. */
  void ended(Channel one) {
    if (settling == one) {
      settled |= one.settled();
      settling = null;
    }
  }

  private boolean settled() {
    if (settling != null && settling.settled()) {
      settled = true;
      settling = null;
    }
    return settled;
  }

  boolean none() {
    return newest == 0;
  }

  boolean isNewest(long incarnation) {
    return newest != 0 && newest == incarnation;
  }

  /**
   * It talks to another process of our own name, although it knows us, and does so by now: some
   * messages of one channel came as far apart as they were sent, for a second. Late copies of what
   * was meant for the process before us do not.
   */
  boolean anotherIsThere(Message message, long now) {
    if (!settled()) {
      return false;
    }
    if (other.equals(message.channel())) {
      long sent = message.clock() - otherClock;
      if (Math.abs(now - otherAt - sent) <= OTHER_JITTER) {
        inStep++;
        return sent >= OTHER_FOR && inStep >= OTHER_IN_STEP;
      }
    }
    inStep = 0;
    other = message.channel();
    otherAt = now;
    otherClock = message.clock();
    return false;
  }

  /** A channel by which a past process knows that it is we who tell it so; null: it is not past. */
  @Nullable UUID past(long incarnation) {
    return past.get(incarnation);
  }
}
