package drawbridge.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;

/**
 * A connected socket that stands before another and hands on to it all that Bouncy Castle and gRPC
 * ask of one.
 */
class RelayTlsSocket extends Socket {
  private final Socket behind;

  RelayTlsSocket(Socket behind) throws SocketException {
    super((SocketImpl) null);
    this.behind = behind;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return behind.getInputStream();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return behind.getOutputStream();
  }

  @Override
  public void close() throws IOException {
    behind.close();
  }

  @Override
  public void shutdownInput() throws IOException {
    behind.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    behind.shutdownOutput();
  }

  @Override
  public boolean isConnected() {
    return behind.isConnected();
  }

  @Override
  public boolean isBound() {
    return behind.isBound();
  }

  @Override
  public boolean isClosed() {
    return behind.isClosed();
  }

  @Override
  public boolean isInputShutdown() {
    return behind.isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return behind.isOutputShutdown();
  }

  @Override
  public InetAddress getInetAddress() {
    return behind.getInetAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return behind.getLocalAddress();
  }

  @Override
  public int getPort() {
    return behind.getPort();
  }

  @Override
  public int getLocalPort() {
    return behind.getLocalPort();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return behind.getRemoteSocketAddress();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return behind.getLocalSocketAddress();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    behind.setTcpNoDelay(on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return behind.getTcpNoDelay();
  }

  @Override
  public void setSoTimeout(int milliseconds) throws SocketException {
    behind.setSoTimeout(milliseconds);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return behind.getSoTimeout();
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    behind.setSoLinger(on, seconds);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return behind.getSoLinger();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + behind + "]";
  }
}
