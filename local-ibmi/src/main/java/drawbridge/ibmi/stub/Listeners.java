package drawbridge.ibmi.stub;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a host, the connections that clients made to them, and the threads that serve these.
 * Thread-safe; the host opens and closes it.
 */
final class Listeners implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Listeners.class.getName());
  private static final int BACKLOG = 50;

  private final HostSystem host;
  private final HostSettings settings;
  private final Map<HostService, ServerSocket> plain = new EnumMap<>(HostService.class);
  private final Map<HostService, ServerSocket> secure = new EnumMap<>(HostService.class);
  private final Set<HostConnection> connections = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ibmi-", 0).factory());

  private @Nullable PortMapper portMapper;

  Listeners(HostSystem host) {
    this.host = host;
    this.settings = host.settings();
  }

  /** Listens on all its ports when this returns. */
  void open() throws IOException {
    for (HostService service : HostService.values()) {
      boolean secureOnly = service == HostService.HOST_CONNECTION;
      int port = settings.firstPort() == 0 ? 0 : number(service);
      if (settings.plain() && !secureOnly) {
        accept(service, plain, new ServerSocket(), port);
      }
      if (settings.tls().isPresent() && (!secureOnly || settings.hasHostConnections())) {
        accept(
            service,
            secure,
            settings.tls().get().getServerSocketFactory().createServerSocket(),
            port == 0 ? 0 : secureOnly ? port : port + 1000);
      }
    }
    if (settings.portMapper().isPresent()) {
      portMapper = new PortMapper(host, settings.portMapper().getAsInt());
      portMapper.start(threads);
    }
  }

  private int number(HostService service) {
    int offset =
        switch (service) {
          case CENTRAL -> 0;
          case DATABASE -> 1;
          case DATA_QUEUE -> 2;
          case FILE -> 3;
          case COMMAND -> 5;
          case SIGN_ON -> 6;
          case HOST_CONNECTION -> 1010;
        };
    return settings.firstPort() + offset;
  }

  private void accept(
      HostService service, Map<HostService, ServerSocket> sockets, ServerSocket socket, int port)
      throws IOException {
    sockets.put(service, socket);
    socket.bind(new InetSocketAddress(settings.address(), port), BACKLOG);
    threads.execute(
        () -> {
          while (!socket.isClosed()) {
            try {
              serve(service, socket.accept());
            } catch (IOException e) {
              LOG.log(Level.DEBUG, service + ": accepting ends", e);
            }
          }
        });
  }

  private void serve(HostService service, Socket socket) throws IOException {
    HostConnection connection = new HostConnection(host, service, socket);
    if (connections.size() >= settings.mostConnections() || closed.getCount() == 0) {
      connection.close();
      return;
    }
    connections.add(connection);
    threads.execute(
        () -> {
          try {
            connection.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            connections.remove(connection);
          }
        });
  }

  /** Those that there are now. */
  Set<HostConnection> connections() {
    return connections;
  }

  int port(HostService service, boolean tls) {
    ServerSocket socket = (tls ? secure : plain).get(service);
    if (socket == null) {
      throw new IllegalStateException(service + " does not listen in this way");
    }
    return socket.getLocalPort();
  }

  boolean listens(HostService service, boolean tls) {
    return (tls ? secure : plain).containsKey(service);
  }

  int portMapperPort() {
    PortMapper mapper = portMapper;
    if (mapper == null) {
      throw new IllegalStateException("there is no port mapper");
    }
    return mapper.port();
  }

  /** Waits that long; true: it has been closed meanwhile. */
  boolean closesWithin(Duration time) throws InterruptedException {
    return closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends every connection and waits until no thread is left. */
  @Override
  public void close() {
    closed.countDown();
    for (Map<HostService, ServerSocket> sockets : List.of(plain, secure)) {
      for (ServerSocket socket : sockets.values()) {
        try {
          socket.close();
        } catch (IOException e) {
          LOG.log(Level.DEBUG, "a port could not be closed", e);
        }
      }
    }
    PortMapper mapper = portMapper;
    if (mapper != null) {
      mapper.close();
    }
    connections.forEach(HostConnection::close);
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.log(Level.WARNING, "a program of the simulated host does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
