package drawbridge.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A way to a server on loopback that can be broken: connections are reset and new ones refused
 * until it is mended. Thread-safe.
 */
public final class Breaker implements AutoCloseable {
  private static final int BACKLOG = 200;

  private final int port;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private @Nullable ServerSocket listening;

  Breaker(int target) throws IOException {
    this.target = target;
    this.port = Layout.freePorts(1)[0];
    mend();
  }

  public int port() {
    return port;
  }

  /** Idempotent. */
  public synchronized void mend() throws IOException {
    if (listening == null) {
      ServerSocket open = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
      listening = open;
      Thread.ofVirtual().start(() -> accept(open));
    }
  }

  /** Idempotent. */
  public synchronized void cut() throws IOException {
    if (listening != null) {
      listening.close();
      listening = null;
    }
    sockets.forEach(Breaker::reset);
    sockets.clear();
  }

  /** As from a server that is gone. */
  private static void reset(Socket socket) {
    try (socket) {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // its pump has just closed it
    }
  }

  private void accept(ServerSocket open) {
    while (true) {
      try {
        Socket near = open.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        sockets.add(near);
        sockets.add(far);
        if (open.isClosed()) {
          cut();
        }
        Thread.ofVirtual().start(() -> pump(near, far));
        Thread.ofVirtual().start(() -> pump(far, near));
      } catch (IOException e) {
        return; // cut
      }
    }
  }

  private void pump(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // either side ended it
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  @Override
  public void close() throws IOException {
    cut();
  }
}
