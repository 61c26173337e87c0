package drawbridge.relay;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * gRPC over sockets that are there already and secured: client on the gateway, server on the agent.
 * TLS is below it, so here it speaks plain HTTP/2.
 */
final class Calls {
  /** Bytes of one stream under way: 1 MB carries 25 MB/s over 40 ms there and back. */
  private static final int STREAM_WINDOW = 1 << 20;

  /** A chunk is 64 KB, a whole reply 256 KB, a catalogue may be larger. */
  private static final int LARGEST_MESSAGE = 4 << 20;

  private static final int CALLS_PER_CHANNEL = 1_000;

  private Calls() {}

  /** A channel that lives exactly as long as the socket. Whoever asks for it shuts it down. */
  static ManagedChannel client(Socket secured, String agent, ExecutorService executor) {
    return OkHttpChannelBuilder.forAddress("127.0.0.1", 1, InsecureChannelCredentials.create())
        .socketFactory(new OneSocket(secured))
        .overrideAuthority(agent)
        .proxyDetector(address -> null)
        .flowControlWindow(STREAM_WINDOW)
        .maxInboundMessageSize(LARGEST_MESSAGE)
        .executor(executor)
        .offloadExecutor(executor)
        .transportExecutor(executor)
        .disableRetry()
        .build();
  }

  /** One server for all channels of an agent. Not started. */
  static Server server(BindableService service, Arrivals arrivals, ExecutorService executor) {
    return OkHttpServerBuilder.forPort(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            InsecureServerCredentials.create())
        .socketFactory(arrivals)
        .flowControlWindow(STREAM_WINDOW)
        .maxInboundMessageSize(LARGEST_MESSAGE)
        .maxConcurrentCallsPerConnection(CALLS_PER_CHANNEL)
        .permitKeepAliveWithoutCalls(true)
        .executor(executor)
        .transportExecutor(executor)
        .intercept(new Origin())
        .addService(service)
        .build();
  }

  static ExecutorService virtualThreads(String name) {
    return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name, 0).factory());
  }

  /** Tells each call by which channel it came. */
  private static final class Origin implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
      LiveChannel channel = address instanceof RelayAddress relay ? relay.channel() : null;
      PeerName peer = channel == null ? null : channel.peer();
      if (channel == null || peer == null) {
        throw new IllegalStateException("a call that came by no proven channel");
      }
      GatewayLink link = new GatewayLink(peer.name(), channel::elapsed);
      return Contexts.interceptCall(
          Context.current().withValue(GatewayLink.KEY, link), call, headers, next);
    }
  }

  /** Gives its socket once; gRPC's attempt to connect again then fails, as it should. */
  private static final class OneSocket extends SocketFactory {
    private final Socket socket;
    private final AtomicBoolean given = new AtomicBoolean();

    OneSocket(Socket socket) {
      this.socket = socket;
    }

    @Override
    public Socket createSocket() throws IOException {
      if (!given.compareAndSet(false, true)) {
        throw new SocketException("the relay channel is over");
      }
      return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      return createSocket();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort)
        throws IOException {
      return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
        throws IOException {
      return createSocket();
    }
  }

  /** A “listener” that listens on nothing: channels are put in, the server accepts them. */
  static final class Arrivals extends ServerSocketFactory {
    private static final int WAITING = 16;

    private final BlockingQueue<Socket> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Listener listener;

    Arrivals() {
      try {
        listener = new Listener();
      } catch (IOException e) {
        throw new AssertionError("nothing is opened that could fail", e);
      }
    }

    /** False: too many wait already, or the server is gone. */
    boolean offer(Socket secured) {
      return !listener.isClosed() && waiting.offer(secured);
    }

    @Override
    public ServerSocket createServerSocket() {
      return listener;
    }

    @Override
    public ServerSocket createServerSocket(int port) {
      return listener;
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
      return listener;
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
      return listener;
    }

    private final class Listener extends ServerSocket {
      private volatile boolean closed;
      private volatile @Nullable Thread accepting;

      Listener() throws IOException {}

      @Override
      public void bind(@Nullable SocketAddress address, int backlog) {}

      @Override
      public SocketAddress getLocalSocketAddress() {
        return new RelayAddress("relay", null);
      }

      @Override
      public Socket accept() throws IOException {
        accepting = Thread.currentThread();
        while (!closed) {
          try {
            return waiting.take();
          } catch (InterruptedException e) {
            break;
          }
        }
        throw new SocketException("the server is closed");
      }

      @Override
      public void close() {
        closed = true;
        Thread acceptor = accepting;
        if (acceptor != null) {
          acceptor.interrupt();
        }
      }

      @Override
      public boolean isClosed() {
        return closed;
      }
    }
  }
}
