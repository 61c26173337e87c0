package drawbridge.relay;

import static drawbridge.relay.Constants.OTHER_FOR;
import static drawbridge.relay.Constants.OTHER_FORGOTTEN;
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

  /** Those that a newer one took over from, each with a channel that only it and we know. */
  private final LinkedHashMap<Long, UUID> past = new LinkedHashMap<>();

  /** When it first talked to another process of our own name. */
  private long other = Long.MIN_VALUE / 2;

  /** TLS proved the process at the other end of a channel, and it is not a past one. */
  void proved(long incarnation, UUID by) {
    if (newest != 0 && newest != incarnation) {
      past.put(newest, channel);
      while (past.size() > PAST) {
        past.pollFirstEntry();
      }
    }
    newest = incarnation;
    channel = by;
  }

  boolean none() {
    return newest == 0;
  }

  boolean isNewest(long incarnation) {
    return newest != 0 && newest == incarnation;
  }

  /**
   * It talks to another process of our own name, and not only in a message that is late: it has
   * done so for a second.
   */
  boolean anotherIsThere(long now) {
    if (now - other > OTHER_FORGOTTEN) {
      other = now;
    }
    return now - other >= OTHER_FOR;
  }

  /** A channel by which a past process knows that it is we who tell it so; null: it is not past. */
  @Nullable UUID past(long incarnation) {
    return past.get(incarnation);
  }
}
