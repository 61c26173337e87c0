package drawbridge.acceptance;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * Carries bytes between two networks over a socket in the file system, which both see: as a program
 * of its own in one of them, and within the test in the other.
 */
final class Forwarder {
  private Forwarder() {}

  /**
   * Listens until its process ends.
   *
   * @param arguments address, port and socket file, any number of times
   */
  public static void main(String... arguments) throws Exception {
    for (int i = 0; i < arguments.length; i += 3) {
      var _ =
          serve(
              new InetSocketAddress(arguments[i], Integer.parseInt(arguments[i + 1])),
              UnixDomainSocketAddress.of(Path.of(arguments[i + 2])));
    }
    System.out.println("listening");
    new CountDownLatch(1).await();
  }

  /** Until it is closed; connections go on to their own ends. */
  static AutoCloseable serve(SocketAddress at, SocketAddress to) throws IOException {
    ServerSocketChannel server =
        at instanceof UnixDomainSocketAddress
            ? ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open();
    server.bind(at);
    Thread.ofVirtual().start(() -> accept(server, to));
    return server;
  }

  private static void accept(ServerSocketChannel server, SocketAddress to) {
    while (server.isOpen()) {
      try {
        SocketChannel from = server.accept();
        Thread.ofVirtual().start(() -> join(from, to));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private static void join(SocketChannel from, SocketAddress to) {
    try (from;
        SocketChannel onwards = SocketChannel.open(to)) {
      Thread back = Thread.ofVirtual().start(() -> copy(onwards, from));
      copy(from, onwards);
      back.join();
    } catch (IOException e) {
      // nobody listens there: the caller's connection closes
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(SocketChannel in, SocketChannel out) {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    try {
      while (in.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
        buffer.clear();
      }
      out.shutdownOutput();
    } catch (IOException e) {
      close(in);
      close(out);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // it is gone already
    }
  }
}
