package drawbridge.relay;

import static drawbridge.relay.Constants.DATA_SLOT;
import static drawbridge.relay.Constants.GAP_EVERY;
import static drawbridge.relay.Constants.HIGHEST_LIMIT;
import static drawbridge.relay.Constants.LITTLE_DELAY;
import static drawbridge.relay.Constants.OVERHEAD;
import static drawbridge.relay.Constants.SEND_AGAIN;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a channel: cuts what was written into numbered messages, keeps them until
 * acknowledged, sends again what is missing, and stays within the peer's limit. Pure: times come
 * in. Not thread-safe.
 */
final class Outbound {
  private static final long NEVER = Long.MAX_VALUE;

  /** A data message until it is acknowledged; also the token by which the carrier reports on it. */
  static final class Sent {
    final long seq;
    final byte[] body;
    private boolean underWay;
    private boolean arrived;
    private boolean again;
    private long handedOver;
    private long probes;

    private Sent(long seq, byte[] body) {
      this.seq = seq;
      this.body = body;
    }
  }

  private final Tuning tuning;
  private final ByteQueue waiting;
  private final ArrayDeque<Sent> unacked = new ArrayDeque<>();
  private final ArrayDeque<Sent> again = new ArrayDeque<>();
  private long next;
  private long charged;
  private long limit;
  private int underWay;
  private long hold;
  private long oldestSince;
  private long littleSince = -1;

  long resent;
  long impossible;

  Outbound(Tuning tuning) {
    this.tuning = tuning;
    this.waiting = new ByteQueue(tuning.sendBuffer());
  }

  // ---- the writer's side

  int write(byte[] bytes, int offset, int count) {
    return waiting.put(bytes, offset, count);
  }

  int room() {
    return waiting.room();
  }

  // ---- what the peer says

  /** Whether this was news while bytes were held back. */
  boolean limit(long said) {
    long believed = Math.min(said, charged + HIGHEST_LIMIT);
    if (believed <= limit) {
      return false;
    }
    boolean wasBlocked = blocked();
    limit = believed;
    return wasBlocked;
  }

  /** Whether this was news. */
  boolean ack(long ack, long now) {
    if (ack > next) {
      impossible++;
      return false;
    }
    boolean moved = false;
    while (!unacked.isEmpty() && unacked.peek().seq < ack) {
      Sent sent = unacked.poll();
      arrived(sent);
      moved = true;
    }
    if (moved) {
      oldestSince = now;
    }
    return moved;
  }

  /**
   * What the ranges leave out is sent again.
   *
   * @param answered the probe that they answer, 0: none
   * @return whether they listed something new
   */
  boolean missing(Ranges ranges, long answered, long now) {
    boolean news = false;
    long highest = ranges.highest();
    for (Sent sent : unacked) {
      if (!sent.arrived && ranges.contains(sent.seq)) {
        arrived(sent);
        news = true;
      }
      if (sent.arrived || sent.underWay || sent.again) {
        continue;
      }
      boolean beforeProbe = sent.probes < answered;
      boolean belowReported = sent.seq < highest && now - sent.handedOver >= GAP_EVERY;
      if (beforeProbe || belowReported) {
        sent.again = true;
        again.add(sent);
      }
    }
    return news;
  }

  private void arrived(Sent sent) {
    sent.arrived = true;
    settle(sent);
  }

  private void settle(Sent sent) {
    if (sent.underWay) {
      sent.underWay = false;
      underWay--;
    }
  }

  // ---- the carrier's side

  /** The carrier took the message or gave it up. */
  void reported(Sent sent, boolean taken, long now) {
    if (!sent.underWay) {
      return;
    }
    settle(sent);
    if (!taken && !sent.arrived) {
      sent.again = true;
      again.add(sent);
      hold = now + SEND_AGAIN;
    }
  }

  /**
   * The next data message to hand over, or null.
   *
   * @param probes how many probes were sent before it
   * @param speak a message must go now, whatever it carries
   */
  @Nullable Sent poll(long probes, boolean speak, long now) {
    reclaim(now);
    if (now < hold || underWay >= tuning.ahead()) {
      return null;
    }
    Sent sent;
    while ((sent = again.poll()) != null) {
      sent.again = false;
      if (!sent.arrived) {
        resent++;
        return handOver(sent, probes, now);
      }
    }
    int bytes = sendable();
    if (bytes == 0 || !aheadAllowed()) {
      return null;
    }
    if (littleSince < 0) {
      littleSince = now;
    }
    if (now < due(bytes) && !speak) {
      return null;
    }
    littleSince = -1;
    sent = new Sent(next++, waiting.take(bytes));
    charged += bytes + OVERHEAD;
    if (unacked.isEmpty()) {
      oldestSince = now;
    }
    unacked.add(sent);
    return handOver(sent, probes, now);
  }

  private Sent handOver(Sent sent, long probes, long now) {
    sent.underWay = true;
    sent.handedOver = now;
    sent.probes = probes;
    underWay++;
    return sent;
  }

  /** A report that never comes must not keep its slot. */
  private void reclaim(long now) {
    if (underWay == 0) {
      return;
    }
    for (Sent sent : unacked) {
      if (sent.underWay && now - sent.handedOver >= DATA_SLOT) {
        settle(sent);
        sent.again = true;
        again.add(sent);
      }
    }
  }

  private boolean aheadAllowed() {
    Sent oldest = unacked.peek();
    return oldest == null || next < oldest.seq + tuning.ahead();
  }

  /**
   * How many of the waiting bytes the limit lets go now: all that one message takes, or at least
   * half a window, or none.
   */
  private int sendable() {
    int wanted = Math.min(waiting.length(), tuning.largestBody());
    long room = limit - charged - OVERHEAD;
    if (room >= wanted) {
      return wanted;
    }
    return room >= tuning.window() / 2 ? (int) room : 0;
  }

  /**
   * From when on these bytes are sent: little, such as an update of HTTP/2's window, waits for what
   * it can go with.
   */
  private long due(int bytes) {
    return bytes > tuning.little() || littleSince < 0 ? 0 : littleSince + LITTLE_DELAY;
  }

  /** When poll may have something if nothing happens before. */
  long wake() {
    long wake = NEVER;
    if (underWay < tuning.ahead()) {
      int bytes = sendable();
      if (!again.isEmpty()) {
        wake = hold;
      } else if (bytes > 0 && aheadAllowed()) {
        wake = Math.max(hold, due(bytes));
      }
    }
    if (underWay > 0) {
      for (Sent sent : unacked) {
        if (sent.underWay) {
          wake = Math.min(wake, sent.handedOver + DATA_SLOT);
        }
      }
    }
    return wake;
  }

  // ---- what the channel asks

  /** The number of data messages so far. */
  long count() {
    return next;
  }

  boolean unacknowledged() {
    return !unacked.isEmpty();
  }

  /** Bytes wait and the limit has no room for them. */
  boolean blocked() {
    return waiting.length() > 0 && sendable() == 0;
  }

  /** All was cut and handed over at least once; not all of it need have arrived. */
  boolean cut() {
    return waiting.length() == 0;
  }

  /** Every data message below this number has been acknowledged. */
  long acknowledged() {
    return unacked.isEmpty() ? next : unacked.peek().seq;
  }

  /** When this is acknowledged, so is all that has been written by now, if it is little. */
  long end() {
    return waiting.length() == 0 ? next : next + 1;
  }

  boolean drained() {
    return waiting.length() == 0 && unacked.isEmpty();
  }

  /**
   * Since when the oldest unacknowledged message has been the oldest; meaningless where there is
   * none.
   */
  long oldestSince() {
    return oldestSince;
  }

  void clear() {
    waiting.clear();
    unacked.clear();
    again.clear();
  }
}
