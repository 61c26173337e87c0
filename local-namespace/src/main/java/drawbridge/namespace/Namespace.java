package drawbridge.namespace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Everything that the connections share. Belongs to the event loop. */
final class Namespace {
  private static final System.Logger LOG = System.getLogger(Namespace.class.getName());
  private static final long TICK_MS = 500;

  private final NamespaceSettings settings;
  private final EventLoop loop;
  private final Encoding encoding = new Encoding();
  private final OperationBudget budget = new OperationBudget();
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(64 << 10);
  private final Map<String, Queue> queues = new LinkedHashMap<>();
  private final Set<ClientConnection> connections = new LinkedHashSet<>();
  private final Access access = new Access();
  private final List<Listener> listeners = new ArrayList<>();
  private final Cbs cbs;
  private final @Nullable Recording recording;
  private final @Nullable Listener plain;
  private final @Nullable Listener tls;
  private Behaviour behaviour = Behaviour.NORMAL;
  private long delayMillis;
  private long accepted;

  Namespace(NamespaceSettings settings, EventLoop loop)
      throws IOException, GeneralSecurityException {
    this.settings = settings;
    this.loop = loop;
    for (QueueSettings queue : settings.queues()) {
      queues.put(queue.name().toLowerCase(Locale.ROOT), new Queue(this, queue));
    }
    cbs =
        new Cbs(
            this,
            new SasTokens(settings.keys(), access::now),
            settings.tokens().isPresent()
                ? new JwtTokens(settings.tokens().get(), access::now)
                : null);
    recording = settings.record().isPresent() ? new Recording(settings.record().get()) : null;
    InetAddress address = settings.address();
    plain =
        settings.port().isPresent() ? listener(address, settings.port().getAsInt(), null) : null;
    tls =
        settings.tls().isPresent()
            ? listener(address, settings.tls().get().port(), TlsContext.of(settings.tls().get()))
            : null;
    behaviour(settings.behaviour());
    tick();
  }

  private Listener listener(InetAddress address, int port, @Nullable SSLContext context) {
    Listener listener = new Listener(this, address, port, context);
    listeners.add(listener);
    return listener;
  }

  void listen() throws IOException {
    for (Listener listener : listeners) {
      listener.open();
    }
  }

  @Nullable Listener plain() {
    return plain;
  }

  @Nullable Listener tls() {
    return tls;
  }

  NamespaceSettings settings() {
    return settings;
  }

  EventLoop loop() {
    return loop;
  }

  Encoding encoding() {
    return encoding;
  }

  OperationBudget budget() {
    return budget;
  }

  Access access() {
    return access;
  }

  Cbs cbs() {
    return cbs;
  }

  ByteBuffer scratch() {
    return scratch;
  }

  long delayMillis() {
    return delayMillis;
  }

  @Nullable Queue queue(Address address) {
    Queue queue = queues.get(address.queue());
    boolean dead =
        address.node() == Address.Node.DEAD_LETTERS
            || address.node() == Address.Node.DEAD_LETTER_MANAGEMENT;
    return queue != null && dead ? queue.deadLetters() : queue;
  }

  void record(String queue, QueuedMessage message) {
    if (recording != null) {
      recording.write(queue, message.bytes());
    }
  }

  // ---- connections

  void accept(SocketChannel channel, @Nullable SSLContext context) throws IOException {
    if (connections.size() >= settings.maxConnections()) {
      channel.close();
      return;
    }
    try {
      connections.add(new ClientConnection(this, channel, context));
      accepted++;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client left while it was accepted", e);
      channel.close();
    }
  }

  void gone(ClientConnection connection) {
    connections.remove(connection);
  }

  private void tick() {
    if (!loop.silent()) {
      List.copyOf(connections).forEach(ClientConnection::tick);
    }
    queues.values().forEach(Queue::dropExpired);
    if (recording != null) {
      recording.flush();
    }
    loop.after(TICK_MS, this::tick);
  }

  // ---- behaviour

  Behaviour behaviour() {
    return behaviour;
  }

  void behaviour(Behaviour value) {
    behaviour = value;
    delayMillis = value.delay().toMillis();
    budget.perSecond(value.operationsPerSecond());
    queues.values().forEach(queue -> queue.behaviour(value));
  }

  int drop(Predicate<ClientConnection> which) {
    List<ClientConnection> chosen = connections.stream().filter(which).toList();
    chosen.forEach(ClientConnection::drop);
    return chosen.size();
  }

  void deny(String name) {
    access.deny(name);
    for (ClientConnection connection : List.copyOf(connections)) {
      if (connection.grants().revoke(name)) {
        connection.links().recheck(AmqpError.revoked(name));
      }
    }
  }

  /** One right on one queue, from a key that keeps the others. */
  void take(String name, Right right, String queue) {
    access.take(name, right, queue);
    for (ClientConnection connection : List.copyOf(connections)) {
      connection.links().recheck(AmqpError.unauthorized(right, queue));
    }
  }

  /** With its messages; its links end. */
  void delete(String name) {
    Queue queue = queues.remove(name.toLowerCase(Locale.ROOT));
    if (queue == null) {
      throw new IllegalArgumentException("there is no queue “" + name + "”");
    }
    for (ClientConnection connection : List.copyOf(connections)) {
      connection.links().end(queue);
    }
  }

  /** As the settings have it, where they do. */
  void create(String name) {
    QueueSettings wanted =
        settings.queues().stream()
            .filter(queue -> queue.name().equalsIgnoreCase(name))
            .findFirst()
            .orElseGet(() -> QueueSettings.of(name));
    Queue queue = new Queue(this, wanted);
    if (queues.putIfAbsent(name.toLowerCase(Locale.ROOT), queue) != null) {
      throw new IllegalArgumentException("there is a queue “" + name + "” already");
    }
    queue.behaviour(behaviour);
  }

  /** Refuses everybody for a while: nobody listens on the ports. */
  void down(long millis) {
    close();
    loop.after(
        millis,
        () -> {
          try {
            listen();
          } catch (IOException e) {
            throw new UncheckedIOException("the ports cannot be opened again", e);
          }
        });
  }

  void close() {
    try {
      for (Listener listener : listeners) {
        listener.close();
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a port did not close", e);
    }
    drop(connection -> true);
  }

  void closeRecording() throws IOException {
    if (recording != null) {
      recording.close();
    }
  }

  NamespaceStats stats() {
    if (recording != null) {
      recording.flush();
    }
    Map<String, NamespaceStats.QueueStats> each = new LinkedHashMap<>();
    queues.values().forEach(queue -> each.put(queue.name(), queue.stats()));
    return new NamespaceStats(
        connections.size(),
        accepted,
        connections.stream().mapToInt(connection -> connection.links().toQueues()).sum(),
        budget.total(),
        budget.refused(),
        each);
  }
}
