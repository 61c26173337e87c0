package drawbridge.namespace;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** The server's end of TLS. Its handshake runs inside {@link #read}. */
final class TlsWire implements Wire {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Wire lower;
  private final SSLEngine engine;
  private final ByteBuffer netIn;
  private final ByteBuffer netOut;
  private final ByteBuffer plain;

  TlsWire(Wire lower, SSLContext context) throws IOException {
    this.lower = lower;
    engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    int packet = engine.getSession().getPacketBufferSize();
    netIn = ByteBuffer.allocate(2 * packet).limit(0);
    netOut = ByteBuffer.allocate(4 * packet).limit(0);
    plain = ByteBuffer.allocate(2 * packet).limit(0);
    engine.beginHandshake();
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    while (!plain.hasRemaining()) {
      HandshakeStatus status = engine.getHandshakeStatus();
      if (status == HandshakeStatus.NEED_TASK) {
        runTasks();
      } else if (status == HandshakeStatus.NEED_WRAP) {
        if (!wrap(NOTHING)) {
          return 0;
        }
      } else {
        plain.clear();
        SSLEngineResult result = engine.unwrap(netIn, plain);
        plain.flip();
        switch (result.getStatus()) {
          case CLOSED -> {
            return -1;
          }
          case BUFFER_OVERFLOW -> throw new IOException("a TLS record is too long");
          case BUFFER_UNDERFLOW -> {
            netIn.compact();
            int n = lower.read(netIn);
            netIn.flip();
            if (n <= 0) {
              return n;
            }
          }
          case OK -> {}
        }
      }
    }
    int n = Math.min(plain.remaining(), to.remaining());
    to.put(plain.slice(plain.position(), n));
    plain.position(plain.position() + n);
    return n;
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    while (from.hasRemaining() && wrap(from)) {
      HandshakeStatus status = engine.getHandshakeStatus();
      if (status == HandshakeStatus.NEED_TASK) {
        runTasks();
      } else if (status == HandshakeStatus.NEED_UNWRAP) {
        return;
      }
    }
  }

  /** False: nothing was taken, since the socket takes no more or TLS is closed. */
  private boolean wrap(ByteBuffer from) throws IOException {
    if (netOut.capacity() - netOut.limit() < netOut.capacity() / 2 && !flushRecords()) {
      return false;
    }
    int start = netOut.position();
    int end = netOut.limit();
    netOut.limit(netOut.capacity()).position(end);
    SSLEngineResult result = engine.wrap(from, netOut);
    netOut.limit(netOut.position()).position(start);
    return switch (result.getStatus()) {
      case OK -> true;
      case CLOSED -> false;
      case BUFFER_OVERFLOW, BUFFER_UNDERFLOW -> throw new IOException("TLS: " + result);
    };
  }

  private boolean flushRecords() throws IOException {
    if (netOut.hasRemaining()) {
      lower.write(netOut);
    }
    if (netOut.hasRemaining()) {
      return false;
    }
    netOut.clear().limit(0);
    return true;
  }

  @Override
  public boolean flush() throws IOException {
    boolean below = lower.flush();
    return flushRecords() && below;
  }

  private void runTasks() {
    Runnable task;
    while ((task = engine.getDelegatedTask()) != null) {
      task.run();
    }
  }
}
