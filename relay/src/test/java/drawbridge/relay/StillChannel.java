package drawbridge.relay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A live channel without its own thread, whose time stands still: whoever waits must be woken by
 * what another thread does. The test is its peer, and is its carrier, which takes every message at
 * once.
 */
final class StillChannel implements Carrier {
  static final String OWN = "drawbridge.gateway";
  static final String PEER = "drawbridge.site.agent";

  /** With it a message is half a window, so that the reader's end acknowledges each at once. */
  static final int BODY = 22;

  /** The writer's buffer holds one message, and one is on its way at a time. */
  static final Tuning ONE_BY_ONE =
      new Tuning(
          2 * (BODY + Constants.OVERHEAD),
          2 * (BODY + Constants.OVERHEAD),
          BODY,
          BODY,
          1,
          0,
          Constants.PATIENCE,
          Constants.PROBE_IDLE);

  private static final UUID ID = new UUID(1, 1);
  private static final long FROM = 3;
  private static final long TO = 2;
  private static final long LIMIT = 1 << 20;

  final LiveChannel live;
  final List<Message> carried = new ArrayList<>();
  private int finished;
  private @Nullable StillChannel other;

  /** As its peer, to acknowledge nothing. */
  boolean silent;

  private StillChannel(Channel channel) {
    live = new LiveChannel(channel, this, () -> 0, one -> finished());
  }

  /** The acceptor's end, confirmed. */
  static StillChannel open(Tuning tuning) {
    Channel channel = Channel.accept(message(Kind.OPEN, 1), OWN, TO, tuning, 0);
    StillChannel still = Schedules.shared(new StillChannel(channel));
    still.deliver(Kind.ACK, 0);
    return still;
  }

  /** The opener's end, without an answer yet. */
  static StillChannel opening(Tuning tuning) {
    return Schedules.shared(new StillChannel(Channel.open(ID, OWN, PEER, TO, 1, tuning, 0)));
  }

  /** Both ends; what one hands over the other gets. */
  static StillChannel pair(Tuning tuning) {
    StillChannel opener = opening(tuning);
    Message open =
        new Message(Kind.OPEN, ID, 1, 0, tuning.unprovenWindow(), 0, TO, 0, OWN, Message.NO_BODY);
    StillChannel acceptor = new StillChannel(Channel.accept(open, PEER, FROM, tuning, 0));
    opener.other = acceptor;
    acceptor.other = opener;
    return opener;
  }

  StillChannel other() {
    StillChannel end = other;
    if (end == null) {
      throw new IllegalStateException("no pair");
    }
    return end;
  }

  static Message message(Kind kind, long seq, byte... body) {
    return new Message(kind, ID, seq, 0, LIMIT, 0, FROM, TO, PEER, body);
  }

  void deliver(Kind kind, long seq, byte... body) {
    live.deliver(message(kind, seq, body));
  }

  /** The peer has got every data message below the number. */
  void acknowledge(long next) {
    live.deliver(new Message(Kind.ACK, ID, 0, next, LIMIT, 0, FROM, TO, PEER, Message.NO_BODY));
  }

  /** One byte, -1 at the end. */
  int read() throws IOException {
    byte[] one = new byte[1];
    return live.read(one, 0, 1, 0) < 0 ? -1 : one[0];
  }

  void write(int bytes) throws IOException {
    live.write(new byte[bytes], 0, bytes);
  }

  @Override
  public void send(String mailbox, Message message, Report report) {
    report.taken(true);
    StillChannel to = other;
    if (to != null) {
      to.live.deliver(message);
      return;
    }
    if (message.kind() == Kind.DATA && !silent) {
      acknowledge(message.seq() + 1);
    }
    synchronized (this) {
      carried.add(message);
      notifyAll();
    }
  }

  synchronized void awaitCarried(Kind kind) throws InterruptedException {
    while (!carried(kind)) {
      wait();
    }
  }

  private boolean carried(Kind kind) {
    for (Message message : carried) {
      if (message.kind() == kind) {
        return true;
      }
    }
    return false;
  }

  synchronized int bytesCarried() {
    int bytes = 0;
    for (Message message : carried) {
      bytes += message.body().length;
    }
    return bytes;
  }

  private synchronized void finished() {
    finished++;
  }

  synchronized int timesFinished() {
    return finished;
  }

  @Override
  public void start(Receiver receiver) {}

  @Override
  public void close() {}
}
