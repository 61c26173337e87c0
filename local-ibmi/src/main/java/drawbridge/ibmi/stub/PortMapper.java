package drawbridge.ibmi.stub;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;

/**
 * Tells on which port a server listens: a name in ASCII, then {@code +} and 4 bytes, or {@code -}.
 */
final class PortMapper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PortMapper.class.getName());
  private static final int PATIENCE_MS = 10_000;
  private static final int LONGEST = 64;

  private final HostSystem host;
  private final ServerSocket socket = new ServerSocket();

  PortMapper(HostSystem host, int port) throws IOException {
    this.host = host;
    socket.bind(new InetSocketAddress(host.settings().address(), port));
  }

  int port() {
    return socket.getLocalPort();
  }

  void start(ExecutorService threads) {
    threads.execute(
        () -> {
          while (!socket.isClosed()) {
            try {
              Socket client = socket.accept();
              threads.execute(() -> serve(client));
            } catch (IOException e) {
              LOG.log(Level.DEBUG, "the port mapper ends", e);
            }
          }
        });
  }

  /** The client sends no end, so the name ends where a read does: it is one small segment. */
  private void serve(Socket client) {
    try (client) {
      client.setSoTimeout(PATIENCE_MS);
      InputStream in = client.getInputStream();
      byte[] name = new byte[LONGEST];
      int length = in.read(name);
      if (length > 0) {
        client
            .getOutputStream()
            .write(answer(new String(name, 0, length, StandardCharsets.US_ASCII)));
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client of the port mapper went away", e);
    }
  }

  private byte[] answer(String name) {
    for (HostService service : HostService.values()) {
      for (boolean tls : new boolean[] {false, true}) {
        if (name.equals(service.mapperName() + (tls ? "-s" : "")) && host.listens(service, tls)) {
          return new Bytes()
              .int1('+')
              .int4(tls ? host.tlsPort(service) : host.port(service))
              .toArray();
        }
      }
    }
    return new Bytes().int1('-').int4(0).toArray();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the port mapper could not be closed", e);
    }
  }
}
