package drawbridge.relay;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;

/**
 * The raw socket as Bouncy Castle gets it: the hellos of both directions are overheard, everything
 * else passes. Once they were heard a call costs one comparison.
 */
final class RelayTlsTap extends RelayTlsSocket {
  private final RelayTlsHello sent = new RelayTlsHello();
  private final RelayTlsHello received = new RelayTlsHello();
  private volatile boolean ended;

  RelayTlsTap(Socket raw) throws SocketException {
    super(raw);
  }

  RelayTlsHello sent() {
    return sent;
  }

  RelayTlsHello received() {
    return received;
  }

  /**
   * The raw stream came to its end, or broke: Bouncy Castle reports that as a refusal of its own.
   */
  boolean ended() {
    return ended;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(super.getInputStream()) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int count;
        try {
          count = in.read(bytes, offset, length);
        } catch (IOException e) {
          ended = true;
          throw e;
        }
        if (count > 0) {
          received.hear(bytes, offset, count);
        } else if (count < 0) {
          ended = true;
        }
        return count;
      }
    };
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return new FilterOutputStream(super.getOutputStream()) {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        sent.hear(bytes, offset, length);
        out.write(bytes, offset, length);
      }
    };
  }
}
