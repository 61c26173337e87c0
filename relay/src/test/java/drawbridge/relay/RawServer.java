package drawbridge.relay;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Answers every connection with the same bytes, whatever it asks for, and hangs up. */
final class RawServer implements AutoCloseable {
  private final ServerSocket listener;
  private final byte[] answer;
  private final boolean waits;

  /**
   * @param waits for the blank line of a request, so that an answer is one to it
   */
  RawServer(byte[] answer, boolean waits) throws IOException {
    this.listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    this.answer = answer.clone();
    this.waits = waits;
    Thread.ofVirtual().start(this::serve);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void serve() {
    while (!listener.isClosed()) {
      try (Socket socket = listener.accept()) {
        if (waits) {
          head(socket.getInputStream());
        }
        socket.getOutputStream().write(answer);
        socket.shutdownOutput();
        socket.setSoTimeout(5_000);
        socket.getInputStream().skipNBytes(Long.MAX_VALUE);
      } catch (IOException e) {
        // who asked has heard enough, or we are closed
      }
    }
  }

  private static void head(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    int b;
    while (text.indexOf("\r\n\r\n") < 0 && (b = in.read()) >= 0) {
      text.append(new String(new byte[] {(byte) b}, StandardCharsets.ISO_8859_1));
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
