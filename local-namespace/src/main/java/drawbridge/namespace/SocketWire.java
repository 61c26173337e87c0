package drawbridge.namespace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The socket, with the delay of {@link Behaviour} on every byte in both directions. Without a delay
 * bytes go straight through.
 */
final class SocketWire implements Wire {
  /** Under way in one direction; beyond it the socket is not read, or nothing taken to write. */
  private static final int MOST_UNDER_WAY = 8 << 20;

  private record Chunk(long due, ByteBuffer bytes) {}

  private final SocketChannel channel;
  private final EventLoop loop;
  private final LongSupplier delayMillis;
  private final Runnable awake;
  private final ByteBuffer scratch;
  private final ArrayDeque<Chunk> arriving = new ArrayDeque<>();
  private final ArrayDeque<Chunk> leaving = new ArrayDeque<>();
  private long arrivingBytes;
  private long leavingBytes;
  private EventLoop.@Nullable Timer alarm;
  private long alarmAt;
  private boolean ended;
  private boolean blocked;

  /**
   * @param awake called when bytes that were under way are due
   * @param scratch shared by all wires of the loop, empty between calls
   */
  SocketWire(
      SocketChannel channel,
      EventLoop loop,
      LongSupplier delayMillis,
      Runnable awake,
      ByteBuffer scratch) {
    this.channel = channel;
    this.loop = loop;
    this.delayMillis = delayMillis;
    this.awake = awake;
    this.scratch = scratch;
  }

  /** What the selector should wait for. */
  int interest() {
    return (arrivingBytes < MOST_UNDER_WAY && !ended ? SelectionKey.OP_READ : 0)
        | (blocked ? SelectionKey.OP_WRITE : 0);
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    if (arriving.isEmpty() && delayMillis.getAsLong() == 0) {
      return ended ? -1 : channel.read(to);
    }
    takeIn();
    long now = loop.millis();
    int moved = 0;
    Chunk chunk;
    while (to.hasRemaining() && (chunk = arriving.peek()) != null && chunk.due <= now) {
      moved += move(chunk.bytes, to);
      if (!chunk.bytes.hasRemaining()) {
        arriving.remove();
      }
    }
    arrivingBytes -= moved;
    if (moved == 0 && (chunk = arriving.peek()) != null) {
      wakeAt(chunk.due);
    }
    return moved > 0 ? moved : ended && arriving.isEmpty() ? -1 : 0;
  }

  private void takeIn() throws IOException {
    while (!ended && arrivingBytes < MOST_UNDER_WAY) {
      scratch.clear();
      int n = channel.read(scratch);
      if (n <= 0) {
        ended = n < 0;
        return;
      }
      ByteBuffer copy = ByteBuffer.allocate(n).put(scratch.flip()).flip();
      arriving.add(new Chunk(loop.millis() + delayMillis.getAsLong(), copy));
      arrivingBytes += n;
    }
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    if (leaving.isEmpty() && delayMillis.getAsLong() == 0) {
      channel.write(from);
      blocked = from.hasRemaining();
      return;
    }
    int n = (int) Math.min(from.remaining(), Math.max(0, MOST_UNDER_WAY - leavingBytes));
    if (n > 0) {
      ByteBuffer copy = ByteBuffer.allocate(n);
      move(from, copy);
      leaving.add(new Chunk(loop.millis() + delayMillis.getAsLong(), copy.flip()));
      leavingBytes += n;
    }
  }

  @Override
  public boolean flush() throws IOException {
    blocked = false;
    long now = loop.millis();
    Chunk chunk;
    while (!blocked && (chunk = leaving.peek()) != null) {
      if (chunk.due > now) {
        wakeAt(chunk.due);
        return false;
      }
      leavingBytes -= channel.write(chunk.bytes);
      blocked = chunk.bytes.hasRemaining();
      if (!blocked) {
        leaving.remove();
      }
    }
    return leaving.isEmpty();
  }

  private void wakeAt(long due) {
    if (alarm != null) {
      if (alarmAt <= due) {
        return;
      }
      alarm.cancel();
    }
    alarmAt = due;
    alarm =
        loop.after(
            Math.max(0, due - loop.millis()),
            () -> {
              alarm = null;
              awake.run();
            });
  }

  private static int move(ByteBuffer from, ByteBuffer to) {
    int n = Math.min(from.remaining(), to.remaining());
    to.put(to.position(), from, from.position(), n);
    to.position(to.position() + n);
    from.position(from.position() + n);
    return n;
  }
}
