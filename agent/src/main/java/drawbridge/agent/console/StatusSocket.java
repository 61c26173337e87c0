package drawbridge.agent.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.settings.Disk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells how the agent stands over a Unix domain socket: whoever connects is sent a {@link Status}
 * as JSON, and that is all. Nothing is read from it, so it can be told nothing. For the owner of
 * the state folder alone. Thread-safe; closing it removes the socket's file.
 */
public final class StatusSocket implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");

  /** For whoever reads slowly, and for the answer to come. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int AT_ONCE = 8;
  private static final int LONGEST = 4 << 20;

  private final Path file;
  private final ServerSocketChannel server;
  private final Supplier<Status> status;
  private final Semaphore room = new Semaphore(AT_ONCE);

  private StatusSocket(Path file, ServerSocketChannel server, Supplier<Status> status) {
    this.file = file;
    this.server = server;
    this.status = status;
  }

  /**
   * Begins to answer.
   *
   * @throws IOException where no socket can be made there, such as at a path of more than about a
   *     hundred bytes, or where another process answers at it
   */
  public static StatusSocket open(Path file, Supplier<Status> status) throws IOException {
    if (Files.exists(file)) {
      if (answers(file)) {
        throw new IOException(file + " is another running agent's");
      }
      Files.delete(file); // of one that was killed
    }
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(file));
      Disk.shut(file);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    StatusSocket socket = new StatusSocket(file, server, status);
    Thread.ofVirtual().name("status").start(socket::accept);
    return socket;
  }

  private static boolean answers(Path file) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel channel = server.accept();
        if (room.tryAcquire()) {
          Thread.ofVirtual().name("status").start(() -> serve(channel));
        } else {
          channel.close();
        }
      } catch (IOException e) {
        if (server.isOpen()) {
          LOG.log(System.Logger.Level.WARNING, "the status can no longer be asked for: " + e);
          return;
        }
      }
    }
  }

  private void serve(SocketChannel channel) {
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    ByteBuffer answer =
                        ByteBuffer.wrap(StatusJson.write(status.get()).getBytes(UTF_8));
                    while (answer.hasRemaining()) {
                      channel.write(answer);
                    }
                  } catch (IOException e) {
                    LOG.log(System.Logger.Level.DEBUG, "whoever asked for the status went away", e);
                  } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.WARNING, "the status could not be told", e);
                  }
                });
    try (channel) {
      writer.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "closing", e);
    } finally {
      room.release();
    }
  }

  /**
   * Asks the agent that answers there; as JSON.
   *
   * @throws IOException with a sentence for people: no agent runs, or it may not be asked, or it
   *     does not answer in time
   */
  public static String ask(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException("no agent runs with this state folder: there is no " + file);
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      try {
        channel.connect(UnixDomainSocketAddress.of(file));
      } catch (IOException e) {
        throw new IOException(
            Files.isWritable(file)
                ? "no agent runs: nobody answers at " + file
                : "the agent may be asked by its own user alone, who owns " + file,
            e);
      }
      CountDownLatch answered = new CountDownLatch(1);
      var _ =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      if (!answered.await(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                        channel.close();
                      }
                    } catch (InterruptedException | IOException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      try {
        return read(channel);
      } catch (IOException e) {
        throw new IOException("the agent did not answer in time", e);
      } finally {
        answered.countDown();
      }
    }
  }

  private static String read(SocketChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    InputStream in = Channels.newInputStream(channel);
    byte[] some = new byte[8_192];
    for (int n = in.read(some); n >= 0 && all.size() < LONGEST; n = in.read(some)) {
      all.write(some, 0, n);
    }
    if (all.size() == 0) {
      throw new IOException("closed without a word");
    }
    return all.toString(UTF_8);
  }

  /** What {@link #ask} was told. */
  public static Status parse(String json) throws IOException {
    return StatusJson.read(json);
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(file);
  }
}
