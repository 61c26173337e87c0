package drawbridge.namespace;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A port on which clients arrive, plaintext or TLS. Can be closed and opened again. */
final class Listener implements EventLoop.Member {
  private final Namespace namespace;
  private final InetAddress address;
  private final @Nullable SSLContext tls;
  private int port;
  private @Nullable ServerSocketChannel channel;
  private @Nullable SelectionKey key;

  Listener(Namespace namespace, InetAddress address, int port, @Nullable SSLContext tls) {
    this.namespace = namespace;
    this.address = address;
    this.port = port;
    this.tls = tls;
  }

  /** The same port as last time, also where any free one was asked for. */
  void open() throws IOException {
    ServerSocketChannel opened = ServerSocketChannel.open();
    try {
      opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      opened.bind(new InetSocketAddress(address, port));
      key = namespace.loop().register(opened, SelectionKey.OP_ACCEPT, this);
      port = ((InetSocketAddress) opened.getLocalAddress()).getPort();
      channel = opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  int port() {
    return port;
  }

  @Override
  public void ready(SelectionKey selected) throws IOException {
    SocketChannel accepted = channel == null ? null : channel.accept();
    if (accepted != null) {
      namespace.accept(accepted, tls);
    }
  }

  @Override
  public void serve() {}

  @Override
  public void resume() {
    if (key != null && key.isValid()) {
      key.interestOps(SelectionKey.OP_ACCEPT);
    }
  }

  void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}
