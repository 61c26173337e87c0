package drawbridge.adapters.sql;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A way to a server on this machine that can be cut and mended, always on the same port, and that
 * can lose whatever comes while nobody is told.
 */
final class Forwarder implements AutoCloseable {
  private final int target;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private @Nullable ServerSocket server;
  private volatile boolean loses;

  Forwarder(int target) throws IOException {
    this.target = target;
    this.port = listen(0);
  }

  int port() {
    return port;
  }

  void start() throws IOException {
    listen(port);
  }

  private synchronized int listen(int wanted) throws IOException {
    ServerSocket opened = new ServerSocket();
    opened.setReuseAddress(true);
    opened.bind(new InetSocketAddress(InetAddress.getByName("localhost"), wanted));
    server = opened;
    Thread.startVirtualThread(() -> accept(opened));
    return opened.getLocalPort();
  }

  private void accept(ServerSocket from) {
    try {
      while (true) {
        Socket near = from.accept();
        Socket far = new Socket(InetAddress.getByName("localhost"), target);
        sockets.add(near);
        sockets.add(far);
        Thread.startVirtualThread(() -> copy(near, far));
        Thread.startVirtualThread(() -> copy(far, near));
      }
    } catch (IOException e) {
      // Cut.
    }
  }

  /** From now on what comes is lost; or goes on again. */
  void lose(boolean all) {
    loses = all;
  }

  private void copy(Socket from, Socket to) {
    try (from;
        to) {
      byte[] bytes = new byte[8_192];
      for (int n; (n = from.getInputStream().read(bytes)) >= 0; ) {
        if (!loses) {
          to.getOutputStream().write(bytes, 0, n);
        }
      }
    } catch (IOException e) {
      // Cut.
    }
  }

  synchronized void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    stop();
  }
}
