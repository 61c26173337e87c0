package drawbridge.relay;

import static drawbridge.relay.Constants.ACK_DELAY;
import static drawbridge.relay.Constants.ACK_DELAY_STOPPED;
import static drawbridge.relay.Constants.FURTHEST;
import static drawbridge.relay.Constants.GAP_AFTER;
import static drawbridge.relay.Constants.GAP_EVERY;
import static drawbridge.relay.Constants.OVERHEAD;

import java.util.ArrayDeque;
import java.util.TreeMap;

/**
 * The receiving half of a channel: puts data messages in order, hands their bytes to the reader,
 * and decides when an {@code ack} of its own is due. Pure: times come in. Not thread-safe.
 */
final class Inbound {
  private static final long NEVER = Long.MAX_VALUE;

  private final int ahead;
  private int window;

  private final ArrayDeque<byte[]> ready = new ArrayDeque<>();
  private final TreeMap<Long, byte[]> early = new TreeMap<>();
  private int offset;
  private long next;
  private long buffered;
  private long consumed;
  private boolean discarding;

  private long announced;
  private boolean ackNow;
  private long unackedSince = -1;
  private long unackedCharge;
  private int unackedCount;

  /** When the present hole is reported (again). */
  private long gapAt = NEVER;

  long duplicates;
  long reordered;
  long refused;

  Inbound(int window, int ahead) {
    this.window = window;
    this.ahead = ahead;
  }

  // ---- the reader's side

  /** Bytes read; 0: none there now. */
  int read(byte[] to, int from, int most) {
    int n = 0;
    while (n < most && !ready.isEmpty()) {
      byte[] first = ready.peek();
      int part = Math.min(most - n, first.length - offset);
      System.arraycopy(first, offset, to, from + n, part);
      n += part;
      offset += part;
      if (offset == first.length) {
        ready.poll();
        offset = 0;
        consume(first);
      }
    }
    return n;
  }

  int available() {
    byte[] first = ready.peek();
    return first == null ? 0 : first.length - offset;
  }

  /** Charged bytes that have arrived and wait for the reader, in order or not. */
  long buffered() {
    return buffered;
  }

  /** Nobody reads any more: what is here and what still comes is taken as read. */
  void discard() {
    discarding = true;
    ready.forEach(this::consume);
    ready.clear();
    early.replaceAll(
        (seq, body) -> {
          if (body.length > 0) {
            consume(body);
          }
          return Message.NO_BODY;
        });
    offset = 0;
  }

  private void consume(byte[] body) {
    buffered -= charge(body);
    consumed += charge(body);
    // A window that grew silently would leave the sender waiting for a probe.
    if (limit() - announced >= window / 2) {
      ackNow = true;
    }
  }

  void window(int bytes) {
    if (bytes > window) {
      window = bytes;
      ackNow = true;
    }
  }

  // ---- the carrier's side

  /** Whether the message said anything new. */
  boolean data(long seq, byte[] body, long now) {
    if (seq < next || early.containsKey(seq)) {
      duplicates++;
      ackNow = true;
      return false;
    }
    if (seq >= next + FURTHEST || buffered + charge(body) > window) {
      refused++;
      ackNow = true;
      return false;
    }
    buffered += charge(body);
    note(charge(body), now);
    byte[] kept = body;
    if (discarding) {
      consume(body);
      kept = Message.NO_BODY;
    }
    if (seq != next) {
      reordered++;
      early.put(seq, kept);
      if (gapAt == NEVER) {
        gapAt = now + GAP_AFTER;
      }
      return true;
    }
    deliver(kept);
    if (!early.isEmpty()) {
      byte[] following;
      while ((following = early.remove(next)) != null) {
        deliver(following);
      }
      gapAt = early.isEmpty() ? NEVER : now + GAP_AFTER;
    }
    return true;
  }

  private void deliver(byte[] body) {
    next++;
    if (!discarding) {
      ready.add(body);
    }
  }

  private void note(long charge, long now) {
    unackedCharge += charge;
    unackedCount++;
    if (unackedSince < 0) {
      unackedSince = now;
    }
    if (unackedCharge >= window / 2) {
      ackNow = true;
    }
  }

  private static long charge(byte[] body) {
    return body.length + (long) OVERHEAD;
  }

  // ---- what our messages say

  /** The number of the data message that is expected next: everything below has arrived. */
  long ack() {
    return next;
  }

  /** Absolute, in charged bytes. */
  long limit() {
    return consumed + window;
  }

  byte[] ranges() {
    return Ranges.encode(next, early);
  }

  void ackSoon() {
    ackNow = true;
  }

  /** The link came back: the peer should hear of a hole at once. */
  void linkUp(long now) {
    if (gapAt != NEVER) {
      gapAt = now;
    }
    ackNow = true;
  }

  boolean gapDue(long now) {
    return gapAt <= now;
  }

  /** When an ack of its own must go. */
  long ackAt() {
    if (ackNow) {
      return Long.MIN_VALUE;
    }
    long stopped = unackedCount >= ahead ? ACK_DELAY_STOPPED : ACK_DELAY;
    return Math.min(gapAt, unackedSince < 0 ? NEVER : unackedSince + stopped);
  }

  /** Any message of ours was built: it carried ack and limit. */
  void announced() {
    announced = limit();
    ackNow = false;
    unackedSince = -1;
    unackedCharge = 0;
    unackedCount = 0;
  }

  /** Ranges went with it. */
  void gapAnnounced(long now) {
    if (gapAt != NEVER) {
      gapAt = now + GAP_EVERY;
    }
  }
}
