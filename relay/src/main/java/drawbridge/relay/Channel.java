package drawbridge.relay;

import static drawbridge.relay.Constants.CLOSE_EVERY;
import static drawbridge.relay.Constants.CLOSE_FOR;
import static drawbridge.relay.Constants.CONTROL_SLOT;
import static drawbridge.relay.Constants.OPEN_EVERY;
import static drawbridge.relay.Constants.OPEN_FOR;
import static drawbridge.relay.Constants.SEND_AGAIN;
import static drawbridge.relay.Constants.SUSPECT;
import static drawbridge.relay.Constants.UNCONFIRMED;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One end of a channel as a pure state machine: no threads, no clock, no input or output. Times
 * (monotonic milliseconds) come in with every call; messages for the carrier come out of {@link
 * #poll}. Not thread-safe: {@link LiveChannel} and the simulation each hold it their way; only the
 * answers to {@link #state}, {@link #end}, {@link #confirmed} and {@link #peerIncarnation} may be
 * asked for by anybody.
 *
 * <pre>
 *            anything of the channel arrives          an answer is due for 3 s, our link up
 * OPENING ────────────────────────────────────▶ OPEN ⇄ (suspect)
 *    │ 30 s without                               │        progress
 *    ▼                                            ▼
 * CLOSED ◀── close/closed · reset · no progress for the patience · abort
 * </pre>
 */
final class Channel {
  enum State {
    OPENING,
    OPEN,
    CLOSED
  }

  /** Why a channel is closed; whether the end was clean. */
  enum End {
    CLOSED_CLEANLY("closed", true),
    NO_ANSWER_TO_OPEN("nobody answered the open", false),
    NEVER_CONFIRMED("the opener never confirmed", false),
    RESET_BY_PEER("the peer does not know the channel any more", false),
    GONE("the peer had closed already", false),
    SUPERSEDED("the peer says that a newer process of our name took over", false),
    PAST("a newer process of the peer's name took over", false),
    REPLACED("a newer channel of the same peer took over", false),
    NO_PROGRESS("no progress for longer than the patience", false),
    UNSENT("closed with bytes that did not arrive", false),
    ABORTED("ended by this side", false);

    private final String sentence;
    private final boolean clean;

    End(String sentence, boolean clean) {
      this.sentence = sentence;
      this.clean = clean;
    }

    String sentence() {
      return sentence;
    }

    boolean clean() {
      return clean;
    }
  }

  /** A message for the carrier, and the token by which {@link #reported} knows it. */
  record Outgoing(Message message, Object token) {}

  /**
   * Names the one control message under way; a late report on an older one then changes nothing.
   */
  private static final class Control {}

  private static final long NEVER = Long.MAX_VALUE;

  final UUID id;
  final boolean opener;
  final String own;
  final String peer;
  final long incarnation;

  /** Counts the openings of the opener's incarnation. */
  final long opening;

  final Inbound in;
  final Outbound out;
  private final Tuning tuning;
  private final Progress progress;
  private final long born;

  private volatile State state;
  private volatile @Nullable End end;
  private volatile long peerIncarnation;

  /** The number of data messages by which the peer knows that it was proved to us; 0: not yet. */
  private long proof;

  private volatile boolean settled;
  private volatile boolean confirmed;
  private boolean closing;
  private long closingSince;
  private long expected = -1;
  private boolean endOfStream;
  private @Nullable Kind lastWord;

  private @Nullable Control controlUnderWay;
  private long controlSince;
  private long controlHold;
  private boolean acceptDue;
  private long openAt;
  private long closeAt;
  private long probeToAnswer;
  private long leastDifference = NEVER;

  static Channel open(
      UUID id, String own, String peer, long incarnation, long opening, Tuning tuning, long now) {
    return new Channel(id, true, own, peer, incarnation, 0, opening, tuning, now);
  }

  static Channel accept(Message open, String own, long incarnation, Tuning tuning, long now) {
    return new Channel(
        open.channel(),
        false,
        own,
        open.mailbox(),
        incarnation,
        open.from(),
        open.seq(),
        tuning,
        now);
  }

  private Channel(
      UUID id,
      boolean opener,
      String own,
      String peer,
      long incarnation,
      long peerIncarnation,
      long opening,
      Tuning tuning,
      long now) {
    this.id = id;
    this.opener = opener;
    this.own = own;
    this.peer = peer;
    this.incarnation = incarnation;
    this.peerIncarnation = peerIncarnation;
    this.opening = opening;
    this.tuning = tuning;
    this.in = new Inbound(tuning.unprovenWindow(), tuning.ahead());
    this.out = new Outbound(tuning);
    this.progress = new Progress(opener, tuning, now);
    this.born = now;
    this.openAt = now;
    this.state = opener ? State.OPENING : State.OPEN;
    this.confirmed = opener;
  }

  // ---- the application's side

  /** Bytes taken; 0: no room now. */
  int write(byte[] bytes, int offset, int count) {
    return closing || state == State.CLOSED ? 0 : out.write(bytes, offset, count);
  }

  /** Bytes read; 0: none now; -1: the peer closed and all its bytes were read. */
  int read(byte[] bytes, int offset, int count) {
    int n = in.read(bytes, offset, count);
    return n == 0 && endOfStream ? -1 : n;
  }

  /** TLS has proved the peer: it may have the whole window now. */
  void proven() {
    in.window(tuning.window());
    proof = Math.max(1, out.end());
  }

  /**
   * The peer has taken our last word of the handshake too, so that it does not talk to an older
   * process of our name any more. Of a proven channel; on any thread.
   */
  boolean settled() {
    return settled;
  }

  /** Sends what was written, then ends cleanly. What the peer still sends is thrown away. */
  void close(long now) {
    if (state == State.CLOSED || closing) {
      return;
    }
    if (state == State.OPENING) {
      end(End.ABORTED, Kind.RESET);
      return;
    }
    closing = true;
    closingSince = now;
    closeAt = now;
    in.discard();
  }

  /** Ends at once; the peer is told. */
  void abort(End why) {
    if (state != State.CLOSED) {
      end(why, why == End.PAST ? Kind.SUPERSEDED : Kind.RESET);
    }
  }

  private void end(End why, @Nullable Kind last) {
    state = State.CLOSED;
    end = why;
    lastWord = last;
    out.clear();
    progress.ended();
  }

  // ---- the carrier's side

  void receive(Message message, long now) {
    if (state == State.CLOSED) {
      if (message.kind() == Kind.CLOSE && endOfStream) {
        lastWord = Kind.CLOSED;
      }
      return;
    }
    if (!authentic(message)) {
      return;
    }
    leastDifference = Math.min(leastDifference, now - message.clock());
    if (message.kind() == Kind.OPEN) {
      acceptDue = !confirmed;
      out.limit(message.limit());
      return;
    }
    if (opener && state == State.OPENING) {
      state = State.OPEN;
      peerIncarnation = message.from();
      in.ackSoon();
      progress.opened(now);
    }
    confirmed = true;
    boolean acked = out.ack(message.ack(), now);
    boolean freed = out.limit(message.limit());
    settled |= proof > 0 && out.acknowledged() >= proof;
    if (acked || freed) {
      progress.made(now);
    }
    switch (message.kind()) {
      case DATA -> in.data(message.seq(), message.body(), now);
      case ACK -> acked(message, now);
      case PROBE -> probeToAnswer = Math.max(probeToAnswer, message.seq());
      case ACCEPT -> in.ackSoon();
      case CLOSE -> closeReceived(message);
      case CLOSED -> end(closing ? End.CLOSED_CLEANLY : End.GONE, null);
      case RESET -> end(closing && out.drained() ? End.CLOSED_CLEANLY : End.RESET_BY_PEER, null);
      case SUPERSEDED -> end(End.SUPERSEDED, Kind.CLOSED);
      case OPEN, HELLO -> {}
    }
    if (state != State.CLOSED && expected >= 0 && in.ack() >= expected) {
      endOfStream = true;
      end(End.CLOSED_CLEANLY, Kind.CLOSED);
    }
  }

  /**
   * Of the process at the other end, as far as known; a later one of that name can only end the
   * channel.
   */
  private boolean authentic(Message message) {
    return peerIncarnation == 0
        || message.from() == peerIncarnation
        || message.kind() == Kind.RESET
        || message.kind() == Kind.CLOSED;
  }

  private void acked(Message message, long now) {
    boolean answer = message.seq() > 0 && progress.answered(message.seq(), now);
    if (answer || message.body().length > 0) {
      Ranges ranges = Ranges.parse(message.ack(), message.body());
      if (out.missing(ranges, answer ? message.seq() : 0, now)) {
        progress.made(now);
      }
    }
  }

  private void closeReceived(Message message) {
    if (closing) {
      end(End.CLOSED_CLEANLY, Kind.CLOSED);
      return;
    }
    expected = message.seq();
    in.ackSoon();
  }

  /** The carrier took the message (or gave it up). May come late, twice or never. */
  void reported(Object token, boolean taken, long now) {
    if (token instanceof Outbound.Sent sent) {
      if (state != State.CLOSED) {
        out.reported(sent, taken, now);
      }
    } else if (token instanceof Control control && control == controlUnderWay) {
      controlUnderWay = null;
      if (!taken) {
        controlHold = now + SEND_AGAIN;
      }
    }
  }

  /** Our link to the carrier is up and not throttled, or it is not. */
  void link(boolean healthy, long now) {
    progress.link(healthy, now);
    if (healthy) {
      in.linkUp(now);
    }
  }

  /** The peer seems to have started anew: ask it at once. */
  void nudge(long now) {
    if (state == State.OPENING) {
      openAt = now;
    } else {
      progress.askNow();
    }
  }

  // ---- what goes out

  /** The next message to hand over now, or null. Call again until null, then at {@link #wake}. */
  @Nullable Outgoing poll(long now) {
    tick(now);
    boolean control = controlFree(now);
    if (state == State.CLOSED) {
      if (lastWord == null || !control) {
        return null;
      }
      Kind word = lastWord;
      lastWord = null;
      return control(word, 0, Message.NO_BODY, now);
    }
    if (state == State.OPENING) {
      if (control && now >= openAt) {
        openAt = now + OPEN_EVERY;
        return control(Kind.OPEN, opening, Message.NO_BODY, now);
      }
      return null;
    }
    if (acceptDue && control) {
      acceptDue = false;
      return control(Kind.ACCEPT, 0, Message.NO_BODY, now);
    }
    if (!confirmed) {
      return null;
    }
    Outbound.Sent sent = out.poll(progress.probes(), in.ackAt() <= now, now);
    if (sent != null) {
      progress.due(true, now);
      return new Outgoing(message(Kind.DATA, sent.seq, sent.body, now), sent);
    }
    return control ? control(now) : null;
  }

  private @Nullable Outgoing control(long now) {
    if (probeToAnswer > 0) {
      long probe = probeToAnswer;
      probeToAnswer = 0;
      in.gapAnnounced(now);
      return control(Kind.ACK, probe, in.ranges(), now);
    }
    if (closing && out.cut() && now >= closeAt) {
      closeAt = now + CLOSE_EVERY;
      return control(Kind.CLOSE, out.count(), Message.NO_BODY, now);
    }
    if (progress.probeAt(active()) <= now) {
      return control(Kind.PROBE, progress.probe(now), Message.NO_BODY, now);
    }
    if (in.ackAt() <= now) {
      byte[] ranges = in.gapDue(now) ? in.ranges() : Message.NO_BODY;
      if (ranges.length > 0) {
        in.gapAnnounced(now);
      }
      return control(Kind.ACK, 0, ranges, now);
    }
    return null;
  }

  private boolean controlFree(long now) {
    if (controlUnderWay != null && now - controlSince >= CONTROL_SLOT) {
      controlUnderWay = null;
    }
    return controlUnderWay == null && now >= controlHold;
  }

  private Outgoing control(Kind kind, long seq, byte[] body, long now) {
    Control token = new Control();
    controlUnderWay = token;
    controlSince = now;
    return new Outgoing(message(kind, seq, body, now), token);
  }

  private Message message(Kind kind, long seq, byte[] body, long now) {
    in.announced();
    return new Message(
        kind, id, seq, in.ack(), in.limit(), clock(now), incarnation, peerIncarnation, own, body);
  }

  // ---- time

  private boolean due() {
    return out.unacknowledged() || closing;
  }

  /** Something waits for the peer, so silence would be a reason to ask. */
  private boolean active() {
    return due() || out.blocked();
  }

  private void tick(long now) {
    if (state == State.CLOSED) {
      return;
    }
    if (state == State.OPENING) {
      if (now - born >= OPEN_FOR) {
        end(End.NO_ANSWER_TO_OPEN, Kind.RESET);
      }
      return;
    }
    if (!confirmed) {
      if (now - born >= UNCONFIRMED) {
        end(End.NEVER_CONFIRMED, Kind.RESET);
      }
      return;
    }
    progress.due(due(), now);
    progress.active(active(), now);
    boolean stuck = out.unacknowledged() && now - out.oldestSince() >= tuning.patience();
    if (stuck || progress.overdue(tuning.patience(), now)) {
      end(End.NO_PROGRESS, Kind.RESET);
    } else if (closing && now - Math.max(closingSince, progress.last()) >= CLOSE_FOR) {
      end(out.drained() ? End.CLOSED_CLEANLY : End.UNSENT, Kind.RESET);
    }
  }

  /** When {@link #poll} must be called if nothing happens before; may lie in the past. */
  long wake(long now) {
    if (state == State.CLOSED) {
      return lastWord == null ? NEVER : controlAt(now);
    }
    if (state == State.OPENING) {
      return Math.min(Math.max(openAt, controlAt(now)), born + OPEN_FOR);
    }
    if (!confirmed) {
      return Math.min(acceptDue ? controlAt(now) : NEVER, born + UNCONFIRMED);
    }
    long control = Math.min(in.ackAt(), progress.probeAt(active()));
    if (probeToAnswer > 0) {
      control = now;
    }
    if (closing && out.cut()) {
      control = Math.min(control, closeAt);
    }
    long wake = Math.max(control, controlAt(now));
    wake = Math.min(wake, out.wake());
    wake = Math.min(wake, progress.wake());
    if (out.unacknowledged()) {
      wake = Math.min(wake, out.oldestSince() + tuning.patience());
    }
    if (closing) {
      wake = Math.min(wake, Math.max(closingSince, progress.last()) + CLOSE_FOR);
    }
    return wake;
  }

  private long controlAt(long now) {
    long slot = controlUnderWay == null ? now : controlSince + CONTROL_SLOT;
    return Math.max(slot, controlHold);
  }

  // ---- what others ask

  State state() {
    return state;
  }

  /** Null until closed. */
  @Nullable End end() {
    return end;
  }

  boolean confirmed() {
    return confirmed;
  }

  boolean closing() {
    return closing;
  }

  /** An answer has been due for 3 s while our own link was healthy. */
  boolean suspect(long now) {
    return state == State.OPEN && progress.overdue(SUSPECT, now);
  }

  /** When progress was last made. */
  long lastProgress() {
    return progress.last();
  }

  /** Closed, and the last word is handed over. */
  boolean finished() {
    return state == State.CLOSED && lastWord == null;
  }

  /** Milliseconds since this end was made: the {@code clock} of its messages. */
  long clock(long now) {
    return Math.max(0, now - born);
  }

  /**
   * How long ago the peer's clock showed {@code stamp}, less the time that the fastest message
   * took.
   */
  long elapsed(long stamp, long now) {
    return leastDifference == NEVER ? 0 : Math.max(0, now - leastDifference - stamp);
  }

  long peerIncarnation() {
    return peerIncarnation;
  }

  @Override
  public String toString() {
    return "channel " + id + (opener ? " to " : " from ") + peer;
  }
}
