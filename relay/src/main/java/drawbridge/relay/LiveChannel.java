package drawbridge.relay;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Channel} that runs: a lock around it, readers and writers that block, and one virtual
 * thread, the pump, that hands its messages to the carrier. Thread-safe.
 */
final class LiveChannel implements Link.Listener {
  private static final long LONGEST_NAP = 60_000;

  private final Channel channel;
  private final Carrier carrier;
  private final LongSupplier now;
  private final Consumer<LiveChannel> finished;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readable = lock.newCondition();
  private final Condition writable = lock.newCondition();
  private final Condition changed = lock.newCondition();
  private final Condition work = lock.newCondition();
  private boolean pumpNaps;

  /** When the napping pump looks again by itself. */
  private long napEnds;

  private boolean closedHere;
  private volatile @Nullable PeerName proven;

  /**
   * @param now monotonic milliseconds
   * @param finished hears of it once, from the pump, when its last word is handed over
   */
  LiveChannel(Channel channel, Carrier carrier, LongSupplier now, Consumer<LiveChannel> finished) {
    this.channel = channel;
    this.carrier = carrier;
    this.now = now;
    this.finished = finished;
  }

  void start() {
    Thread.ofVirtual().name("pump " + channel.id).start(this::pump);
  }

  Channel channel() {
    return channel;
  }

  // ---- the carrier's side

  void deliver(Message message) {
    lock.lock();
    try {
      channel.receive(message, now.getAsLong());
      wakeAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void link(boolean healthy) {
    lock.lock();
    try {
      channel.link(healthy, now.getAsLong());
      wakePump();
    } finally {
      lock.unlock();
    }
  }

  void nudge() {
    lock.lock();
    try {
      channel.nudge(now.getAsLong());
      wakePump();
    } finally {
      lock.unlock();
    }
  }

  void reported(Object token, boolean taken) {
    lock.lock();
    try {
      channel.reported(token, taken, now.getAsLong());
      wakePump();
    } finally {
      lock.unlock();
    }
  }

  /** The whole life of the pump, on this thread: ends when the channel has finished. */
  void pump() {
    Channel.Outgoing outgoing;
    while ((outgoing = next()) != null) {
      Object token = outgoing.token();
      carrier.send(channel.peer, outgoing.message(), taken -> reported(token, taken));
    }
    finished.accept(this);
  }

  /** Waits for the next message to hand over; null: there will be none any more. */
  private Channel.@Nullable Outgoing next() {
    while (true) {
      lock.lock();
      try {
        Channel.Outgoing outgoing = poll();
        if (outgoing != null) {
          return outgoing;
        }
        if (channel.finished()) {
          wakeAll();
          return null;
        }
        nap();
      } finally {
        lock.unlock();
      }
    }
  }

  /** The message to hand over now, or null. */
  Channel.@Nullable Outgoing poll() {
    lock.lock();
    try {
      Channel.Outgoing outgoing = channel.poll(now.getAsLong());
      if (outgoing != null && channel.out.room() > 0) {
        writable.signalAll();
      }
      return outgoing;
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the pump asks the channel again after every wake
  private void nap() {
    long from = now.getAsLong();
    long nap = Math.min(channel.wake(from) - from, LONGEST_NAP);
    if (nap <= 0) {
      return;
    }
    // Readers, openers and waiters must hear of an end that only time brought about.
    if (channel.state() == Channel.State.CLOSED) {
      wakeAll();
    }
    pumpNaps = true;
    napEnds = from + nap;
    try {
      var _ = work.await(nap, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      channel.abort(Channel.End.ABORTED);
    } finally {
      pumpNaps = false;
    }
  }

  /** Only where there is something to do before it wakes by itself: most reads change nothing. */
  private void wakePump() {
    if (pumpNaps && (channel.finished() || channel.wake(now.getAsLong()) < napEnds)) {
      pumpNaps = false;
      work.signal();
    }
  }

  private void wakeAll() {
    boolean over = channel.state() == Channel.State.CLOSED;
    if (over || channel.in.available() > 0) {
      readable.signalAll();
    }
    if (over || channel.out.room() > 0) {
      writable.signalAll();
    }
    changed.signalAll();
    wakePump();
  }

  // ---- the application's side

  /**
   * Waits until the channel is open (for an acceptor: confirmed).
   *
   * @return false where it closed first, or the time ran out
   */
  boolean awaitOpen(long milliseconds) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(milliseconds);
    lock.lockInterruptibly();
    try {
      while (channel.state() == Channel.State.OPENING
          || channel.state() == Channel.State.OPEN && !channel.confirmed()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return channel.state() == Channel.State.OPEN;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the channel is closed; true: it is. */
  boolean awaitEnd(long milliseconds) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(milliseconds);
    lock.lockInterruptibly();
    try {
      while (channel.state() != Channel.State.CLOSED && left > 0) {
        left = changed.awaitNanos(left);
      }
      return channel.state() == Channel.State.CLOSED;
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until a byte is there; -1 at the end of the stream; a timeout of 0 waits for ever. */
  int read(byte[] bytes, int offset, int count, int timeoutMillis) throws IOException {
    if (count == 0) {
      return 0;
    }
    long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    lock.lock();
    try {
      while (true) {
        if (closedHere) {
          throw new SocketException("Socket closed");
        }
        int n = channel.read(bytes, offset, count);
        if (n != 0) {
          wakePump();
          return n;
        }
        failWhenOver();
        if (timeoutMillis > 0 && left <= 0) {
          throw new SocketTimeoutException("Read timed out");
        }
        left = await(readable, left, timeoutMillis > 0);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until all bytes are buffered. */
  void write(byte[] bytes, int offset, int count) throws IOException {
    int from = offset;
    int left = count;
    lock.lock();
    try {
      while (left > 0) {
        if (closedHere) {
          throw new SocketException("Socket closed");
        }
        int n = channel.write(bytes, from, left);
        from += n;
        left -= n;
        if (n > 0) {
          wakePump();
        } else {
          failWhenOver();
          var _ = await(writable, 0, false);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the callers loop
  private static long await(Condition condition, long nanos, boolean bounded)
      throws InterruptedIOException {
    try {
      if (bounded) {
        return condition.awaitNanos(nanos);
      }
      condition.await();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private void failWhenOver() throws IOException {
    Channel.End end = channel.end();
    if (end != null) {
      throw new IOException("relay channel ended: " + end.sentence());
    }
  }

  int available() {
    lock.lock();
    try {
      return channel.in.available();
    } finally {
      lock.unlock();
    }
  }

  /** TLS has proved who stands at the other end. */
  void prove(PeerName peer) {
    proven = peer;
    proven();
  }

  @Nullable PeerName peer() {
    return proven;
  }

  private void proven() {
    lock.lock();
    try {
      channel.proven();
      wakePump();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closedHere = true;
      channel.close(now.getAsLong());
      readable.signalAll();
      writable.signalAll();
      wakeAll();
    } finally {
      lock.unlock();
    }
  }

  void abort(Channel.End why) {
    lock.lock();
    try {
      channel.abort(why);
      wakeAll();
    } finally {
      lock.unlock();
    }
  }

  boolean suspect() {
    lock.lock();
    try {
      return channel.suspect(now.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  long clock() {
    return channel.clock(now.getAsLong());
  }

  long elapsed(long stamp) {
    lock.lock();
    try {
      return channel.elapsed(stamp, now.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /** Null while it lives. */
  Channel.@Nullable End end() {
    lock.lock();
    try {
      return channel.end();
    } finally {
      lock.unlock();
    }
  }
}
