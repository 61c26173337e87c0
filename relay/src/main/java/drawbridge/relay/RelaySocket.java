package drawbridge.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Set;

/**
 * A channel as a {@link Socket}, so that TLS and gRPC need to know nothing of it: an ordered byte
 * stream, reliable end to end. Reads and writes block, closing wakes them; flushes mean nothing.
 * The options of TCP are remembered and without effect. Thread-safe as a socket is.
 */
public final class RelaySocket extends Socket {
  private final LiveChannel channel;
  private final RelayAddress local;
  private final RelayAddress remote;
  private final InputStream in = new In();
  private final OutputStream out = new Out();
  private volatile int timeout;
  private volatile boolean noDelay = true;
  private volatile boolean keepAlive;
  private volatile boolean inShut;
  private volatile boolean outShut;
  private volatile boolean closed;

  @SuppressWarnings(
      "NullAway") // Socket's contract: null asks for no implementation, since all is overridden
  // here
  private RelaySocket(LiveChannel channel, String own) throws SocketException {
    super((SocketImpl) null);
    this.channel = channel;
    this.local = new RelayAddress(own, null);
    this.remote = new RelayAddress(channel.channel().peer, channel);
  }

  static RelaySocket over(LiveChannel channel, String own) {
    try {
      return new RelaySocket(channel, own);
    } catch (SocketException e) {
      throw new AssertionError("nothing is created that could fail", e);
    }
  }

  LiveChannel live() {
    return channel;
  }

  /** The mailbox at the other end: a name that only TLS proves. */
  public String peer() {
    return channel.channel().peer;
  }

  /**
   * Waits for the peer to answer the open; false: it did not, or the time (milliseconds) ran out.
   */
  public boolean awaitOpen(long milliseconds) throws InterruptedException {
    return channel.awaitOpen(milliseconds);
  }

  /** An answer is overdue: start nothing new here. */
  public boolean suspect() {
    return channel.suspect();
  }

  private final class In extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      return inShut ? -1 : channel.read(bytes, offset, count, timeout);
    }

    @Override
    public int available() {
      return channel.available();
    }

    @Override
    public void close() {
      RelaySocket.this.close();
    }
  }

  private final class Out extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      if (outShut) {
        throw new SocketException("Socket output is shutdown");
      }
      channel.write(bytes, offset, count);
    }

    @Override
    public void close() {
      RelaySocket.this.close();
    }
  }

  @Override
  public InputStream getInputStream() throws IOException {
    failWhenClosed();
    return in;
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    failWhenClosed();
    return out;
  }

  private void failWhenClosed() throws SocketException {
    if (closed) {
      throw new SocketException("Socket is closed");
    }
  }

  /** Sends what was written, then ends the channel; does not wait for it. */
  @Override
  public void close() {
    closed = true;
    channel.close();
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public boolean isBound() {
    return true;
  }

  @Override
  public void shutdownInput() {
    inShut = true;
  }

  @Override
  public void shutdownOutput() {
    outShut = true;
  }

  @Override
  public boolean isInputShutdown() {
    return inShut;
  }

  @Override
  public boolean isOutputShutdown() {
    return outShut;
  }

  @Override
  public void connect(SocketAddress endpoint) throws SocketException {
    throw new SocketException("connected already");
  }

  @Override
  public void connect(SocketAddress endpoint, int milliseconds) throws SocketException {
    connect(endpoint);
  }

  @Override
  public void bind(SocketAddress address) throws SocketException {
    throw new SocketException("bound already");
  }

  @Override
  public InetAddress getInetAddress() {
    return remote.getAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return local.getAddress();
  }

  @Override
  public int getPort() {
    return remote.getPort();
  }

  @Override
  public int getLocalPort() {
    return local.getPort();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return remote;
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return local;
  }

  @Override
  @SuppressWarnings("NullAway") // Socket's contract: null where there is no channel of java.nio
  public SocketChannel getChannel() {
    return null;
  }

  // ---- options: remembered where somebody may read them back

  @Override
  public void setSoTimeout(int milliseconds) {
    timeout = milliseconds;
  }

  @Override
  public int getSoTimeout() {
    return timeout;
  }

  @Override
  public void setTcpNoDelay(boolean on) {
    noDelay = on;
  }

  @Override
  public boolean getTcpNoDelay() {
    return noDelay;
  }

  @Override
  public void setKeepAlive(boolean on) {
    keepAlive = on;
  }

  @Override
  public boolean getKeepAlive() {
    return keepAlive;
  }

  @Override
  public void setSoLinger(boolean on, int seconds) {}

  @Override
  public int getSoLinger() {
    return -1;
  }

  @Override
  public void setOOBInline(boolean on) {}

  @Override
  public boolean getOOBInline() {
    return false;
  }

  @Override
  public void sendUrgentData(int data) throws SocketException {
    throw new SocketException("no urgent data here");
  }

  @Override
  public void setSendBufferSize(int size) {}

  @Override
  public int getSendBufferSize() {
    return Constants.SEND_BUFFER;
  }

  @Override
  public void setReceiveBufferSize(int size) {}

  @Override
  public int getReceiveBufferSize() {
    return Constants.WINDOW;
  }

  @Override
  public void setTrafficClass(int trafficClass) {}

  @Override
  public int getTrafficClass() {
    return 0;
  }

  @Override
  public void setReuseAddress(boolean on) {}

  @Override
  public boolean getReuseAddress() {
    return false;
  }

  @Override
  public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {}

  @Override
  public <T> Socket setOption(SocketOption<T> name, T value) {
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) {
    throw new UnsupportedOperationException(name.name());
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return Set.of();
  }

  @Override
  public String toString() {
    return "relay from " + local.getHostString() + " to " + remote.getHostString();
  }
}
