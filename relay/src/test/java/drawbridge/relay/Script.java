package drawbridge.relay;

import drawbridge.certs.SampleLeaf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A server on loopback that answers everybody by one script, in TLS or not. */
final class Script implements AutoCloseable {
  private final ServerSocket server;

  /** What is done with one connection. */
  interface Part {
    void play(InputStream in, OutputStream out) throws IOException;
  }

  private Script(ServerSocket server, Part part) {
    this.server = server;
    Thread.ofVirtual().start(() -> accept(part));
  }

  /** In plaintext; with an identity in TLS. */
  static Script of(@Nullable SampleLeaf identity, Part part) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return new Script(
        identity == null
            ? new ServerSocket(0, 50, loopback)
            : context(identity).getServerSocketFactory().createServerSocket(0, 50, loopback),
        part);
  }

  private static SSLContext context(SampleLeaf identity) throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(identity.keyStore("x"), "x".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** Reads a head and answers it with this one, then closes. */
  static Part answer(String head) {
    return (in, out) -> {
      awaitBlankLine(in);
      out.write((head + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    };
  }

  static void awaitBlankLine(InputStream in) throws IOException {
    for (int seen = 0, b = in.read(); seen < 4 && b >= 0; ) {
      seen = b == (seen % 2 == 0 ? '\r' : '\n') ? seen + 1 : 0;
      if (seen < 4) {
        b = in.read();
      }
    }
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept(Part part) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (socket) {
                    part.play(socket.getInputStream(), socket.getOutputStream());
                  } catch (IOException e) {
                    // the client has seen enough
                  }
                });
      } catch (IOException e) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
