package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.settings.Disk;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends every record, and every checkpoint, to a syslog receiver by TLS. The log itself is the
 * spool: a file beside the folder says how far the receiver certainly has got, and after a break it
 * goes on from there. Syslog has no answers, so what may have been lost in buffers is sent again:
 * every record arrives at least once, and its number tells which came twice.
 */
final class SyslogShipper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.audit");
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final int GOODBYE_MILLIS = 2_000;

  /** What both kernels may hold of bytes that were sent and that nobody has read. */
  private static final long UNCERTAIN = 8L << 20;

  private final Path folder;
  private final Path shipped;
  private final SyslogSettings settings;
  private final Supplier<Checkpoint> signed;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Socket connection;
  private boolean down;

  /** Sent, and perhaps not received. */
  private record Sent(long seq, long bytes) {}

  private final Deque<Sent> uncertain = new ArrayDeque<>();
  private long bytes;
  private long certain;

  private SyslogShipper(Path folder, SyslogSettings settings, Supplier<Checkpoint> signed) {
    this.folder = folder;
    this.shipped = folder.resolveSibling(folder.getFileName() + ".shipped");
    this.settings = settings;
    this.signed = signed;
    this.thread = Thread.ofPlatform().name("audit-syslog").daemon().unstarted(this::run);
  }

  /** Begins where the process before ended. */
  static SyslogShipper start(Path folder, SyslogSettings settings, Supplier<Checkpoint> signed) {
    SyslogShipper shipper = new SyslogShipper(folder, settings, signed);
    shipper.thread.start();
    return shipper;
  }

  private void run() {
    try {
      certain = position();
      do {
        try (Socket socket = SyslogTls.connect(settings)) {
          connection = socket;
          ship(socket);
        } catch (IOException | RuntimeException e) {
          if (!down && closing.getCount() > 0) {
            down = true;
            LOG.log(
                System.Logger.Level.WARNING,
                "audit records wait, since {0}:{1} does not take them: {2}",
                settings.host(),
                String.valueOf(settings.port()),
                e.toString());
          }
        } finally {
          connection = null;
          keep();
        }
      } while (!closing.await(AGAIN.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ship(Socket socket) throws IOException, InterruptedException {
    CountDownLatch hungUp = new CountDownLatch(1);
    Thread.ofVirtual().name("audit-syslog-answers").start(() -> listen(socket, hungUp));
    OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    uncertain.clear();
    bytes = 0;
    Frames frames = new Frames(folder);
    try (LogTail tail = new LogTail(folder, certain + 1)) {
      while (true) {
        long limit = signed.get().size();
        LineReader line;
        while ((line = tail.read(limit)) != null) {
          byte[] frame = frames.record(tail.next() - 1, line);
          send(out, frame, tail.next() - 1);
        }
        if (frames.checkpointOf(signed.get(), tail.next() - 1)) {
          send(out, frames.checkpoint(signed.get()), tail.next() - 1);
        }
        out.flush();
        if (hungUp.getCount() == 0) {
          throw new IOException("the receiver hung up");
        }
        if (down) {
          down = false;
          LOG.log(System.Logger.Level.INFO, "audit records are shipped again");
        }
        if (closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
          goodbye(socket, tail.next() - 1, hungUp);
          return;
        }
      }
    }
  }

  private void send(OutputStream out, byte[] frame, long seq) throws IOException {
    out.write(frame);
    bytes += frame.length;
    uncertain.addLast(new Sent(seq, bytes));
    while (!uncertain.isEmpty() && bytes - uncertain.getFirst().bytes() > UNCERTAIN) {
      certain = uncertain.removeFirst().seq();
    }
  }

  /** A receiver that hangs up after us has read all there was. */
  private void goodbye(Socket socket, long last, CountDownLatch hungUp)
      throws IOException, InterruptedException {
    socket.shutdownOutput();
    if (hungUp.await(GOODBYE_MILLIS, TimeUnit.MILLISECONDS)) {
      certain = last;
    }
  }

  private static void listen(Socket socket, CountDownLatch hungUp) {
    try (InputStream in = socket.getInputStream()) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "the syslog receiver is gone", e);
    } finally {
      hungUp.countDown();
    }
  }

  private long position() {
    try {
      return Files.exists(shipped) ? Long.parseLong(Files.readString(shipped).strip()) : 0;
    } catch (IOException | NumberFormatException e) {
      return 0; // all of it once more
    }
  }

  private void keep() {
    try {
      Path whole = shipped.resolveSibling(shipped.getFileName() + SegmentFiles.UNFINISHED);
      Files.writeString(whole, certain + "\n", UTF_8);
      Disk.replace(whole, shipped);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "how far records were shipped was not kept", e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    closing.countDown();
    thread.join(GOODBYE_MILLIS + 500);
    Socket socket = connection;
    if (socket != null) {
      try {
        socket.close(); // it does not take what we send
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "the syslog connection did not close", e);
      }
    }
    thread.join(500);
  }
}
