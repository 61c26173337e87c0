package drawbridge.relay;

import drawbridge.certs.SampleLeaf;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A proxy that inspects TLS: takes CONNECT to anywhere, shows a certificate of its own CA, and
 * passes what it reads on to one server, to which it speaks TLS again.
 */
final class InspectingProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final SSLContext shown;
  private final SSLContext upstream;
  private final int target;

  /** Connections whose plain text it could read. */
  final AtomicInteger inspected = new AtomicInteger();

  /**
   * Listens when it returns.
   *
   * @param leaf what it shows in place of the server's own
   * @param upstream trusts the server
   * @param target port of the server on loopback
   */
  InspectingProxy(SampleLeaf leaf, SSLContext upstream, int target)
      throws IOException, GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(leaf.keyStore("x"), "x".toCharArray());
    shown = SSLContext.getInstance("TLS");
    shown.init(keys.getKeyManagers(), null, null);
    this.upstream = upstream;
    this.target = target;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket;
        Socket server = upstream.getSocketFactory().createSocket("127.0.0.1", target)) {
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      for (int c = in.read(); c >= 0 && head.indexOf("\r\n\r\n") < 0; c = in.read()) {
        head.append((char) c);
        if (head.indexOf("\r\n\r\n") >= 0) {
          break;
        }
      }
      socket
          .getOutputStream()
          .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      try (SSLSocket tls =
          (SSLSocket) shown.getSocketFactory().createSocket(socket, null, 0, true)) {
        tls.setUseClientMode(false);
        tls.startHandshake();
        inspected.incrementAndGet();
        Thread.ofVirtual().start(() -> pass(server, tls));
        pass(tls, server);
      }
    } catch (IOException e) {
      // one connection less
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      byte[] buffer = new byte[16 << 10];
      InputStream in = from.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        to.getOutputStream().write(buffer, 0, n);
        to.getOutputStream().flush();
      }
    } catch (IOException e) {
      // the other side ended
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
