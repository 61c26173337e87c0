package drawbridge.relay;

import java.util.UUID;

/**
 * One message between two mailboxes; the fields are those of docs/protocol.md, part 1.
 *
 * @param mailbox where it comes from: the reply-to
 * @param body never changed once here
 */
@SuppressWarnings("ArrayRecordComponent") // a body is shared on the hot path, never compared
record Message(
    Kind kind,
    UUID channel,
    long seq,
    long ack,
    long limit,
    long clock,
    long from,
    long to,
    String mailbox,
    byte[] body) {
  static final int VERSION = 1;
  static final byte[] NO_BODY = {};
  static final UUID NO_CHANNEL = new UUID(0, 0);

  /** Numbers and body fit the kind; whatever else it says is up to the channel. */
  boolean wellFormed() {
    if (seq < 0 || ack < 0 || limit < 0 || clock < 0) {
      return false;
    }
    return switch (kind) {
      case DATA -> body.length > 0 && body.length <= Constants.LARGEST_BODY;
      case ACK -> body.length % Ranges.BYTES == 0 && body.length <= Constants.RANGES * Ranges.BYTES;
      case HELLO, OPEN, ACCEPT, PROBE, CLOSE, CLOSED, RESET, SUPERSEDED -> body.length == 0;
    };
  }
}
