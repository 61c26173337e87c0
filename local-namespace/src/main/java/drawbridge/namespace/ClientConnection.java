package drawbridge.namespace;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Sasl;
import org.apache.qpid.proton.engine.SaslListener;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.Transport;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: bytes from its socket into proton-j's engine, what the engine makes of
 * them to {@link Links}, and back. Belongs to the event loop.
 *
 * <pre>
 *   socket ─ SocketWire ─ [TlsWire] ─ [WebSocketWire] ─ Transport ─ events ─ Links ─ Queue
 * </pre>
 */
final class ClientConnection implements EventLoop.Member {
  private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());
  private static final int FRAME = 64 << 10;
  private static final int IDLE_TIMEOUT_MS = 120_000;
  private static final int SESSION_WINDOW = 64 << 20;
  private static final int MOST_WAITING_FOR_SOCKET = 4 << 20;
  private static final int READS_PER_TURN = 32;

  /** Enough to tell a WebSocket's request from AMQP. */
  private static final int FIRST_BYTES = 4;

  private static final int GET = 0x47455420;

  private final Namespace namespace;
  private final SocketChannel channel;
  private final SocketWire socket;
  private final Connection connection = Connection.Factory.create();
  private final Transport transport = Transport.Factory.create();
  private final Collector collector = Collector.Factory.create();
  private final Grants grants;
  private final Links links;
  private final Set<Queue> starved = new LinkedHashSet<>();
  private Wire wire;
  private @Nullable ByteBuffer first = ByteBuffer.allocate(FIRST_BYTES);
  private @Nullable SelectionKey key;
  private long linklessSince;
  private boolean readable;
  private boolean touched;
  private boolean dropped;

  ClientConnection(Namespace namespace, SocketChannel channel, @Nullable SSLContext tls)
      throws IOException {
    this.namespace = namespace;
    this.channel = channel;
    grants = new Grants(namespace.access());
    links = new Links(this);
    linklessSince = namespace.loop().millis();
    socket =
        new SocketWire(
            channel, namespace.loop(), namespace::delayMillis, this::resume, namespace.scratch());
    wire = tls == null ? socket : new TlsWire(socket, tls);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    transport.setMaxFrameSize(FRAME);
    transport.setIdleTimeout(IDLE_TIMEOUT_MS);
    transport.setEmitFlowEventOnSend(false);
    Sasl sasl = transport.sasl();
    sasl.server();
    sasl.setMechanisms("MSSBCBS", "PLAIN", "ANONYMOUS", "EXTERNAL");
    sasl.setListener(new AnybodyMayEnter());
    connection.collect(collector);
    connection.setContainer("local-namespace");
    transport.bind(connection);
    key = namespace.loop().register(channel, SelectionKey.OP_READ, this);
  }

  /** Who a client is its tokens say, after SASL. */
  private static final class AnybodyMayEnter implements SaslListener {
    @Override
    public void onSaslInit(Sasl sasl, Transport transport) {
      byte[] response = new byte[Math.max(0, sasl.pending())];
      sasl.recv(response, 0, response.length);
      sasl.done(Sasl.SaslOutcome.PN_SASL_OK);
    }

    @Override
    public void onSaslResponse(Sasl sasl, Transport transport) {}

    @Override
    public void onSaslMechanisms(Sasl sasl, Transport transport) {}

    @Override
    public void onSaslChallenge(Sasl sasl, Transport transport) {}

    @Override
    public void onSaslOutcome(Sasl sasl, Transport transport) {}
  }

  Namespace namespace() {
    return namespace;
  }

  EventLoop loop() {
    return namespace.loop();
  }

  Grants grants() {
    return grants;
  }

  Links links() {
    return links;
  }

  /** There is something to write. */
  void touch() {
    if (!touched && !dropped) {
      touched = true;
      namespace.loop().touch(this);
    }
  }

  /** So much waits for the socket that nothing more may be added. */
  boolean isFull(Session session) {
    return session.getOutgoingBytes() >= MOST_WAITING_FOR_SOCKET;
  }

  /** The queue has messages for this connection as soon as it is no longer full. */
  void starved(Queue queue) {
    starved.add(queue);
  }

  // ---- the loop's calls

  @Override
  public void ready(SelectionKey selected) {
    if (selected.isReadable()) {
      readable = true;
    }
    touch();
  }

  @Override
  public void resume() {
    readable = true;
    touch();
  }

  @Override
  public void serve() {
    touched = false;
    if (dropped) {
      return;
    }
    try {
      if (readable) {
        read();
      }
      dispatch();
      flush();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client hung up", e);
      drop();
    } catch (RuntimeException e) {
      // proton-j throws many kinds when a peer breaks the protocol; only this connection ends.
      LOG.log(Level.DEBUG, "a connection failed", e);
      drop();
    }
  }

  private void read() throws IOException {
    readable = false;
    for (int i = 0; i < READS_PER_TURN; i++) {
      if (first != null) {
        if (!sniff(first)) {
          return;
        }
        continue;
      }
      if (transport.capacity() <= 0) {
        return;
      }
      int n = wire.read(transport.tail());
      if (n <= 0) {
        endAt(n);
        return;
      }
      transport.process();
      dispatch();
    }
    resume();
  }

  /** False: the client has not said enough yet, or has gone. */
  private boolean sniff(ByteBuffer begun) throws IOException {
    int n = wire.read(begun);
    if (begun.hasRemaining()) {
      endAt(n);
      return n > 0;
    }
    begun.flip();
    if (begun.getInt(0) == GET) {
      wire = new WebSocketWire(wire, begun, namespace.access()::now, new Descriptions(namespace));
    } else {
      transport.tail().put(begun);
      transport.process();
    }
    first = null;
    return true;
  }

  private void endAt(int read) throws IOException {
    if (read < 0) {
      boolean flushed = wire.flush();
      // Under a delay the last words are on their way, and the wire calls again when they are due.
      if (flushed || namespace.delayMillis() == 0) {
        end(false);
      }
    }
  }

  private void flush() throws IOException {
    if (dropped || key == null) {
      return;
    }
    int pending;
    while ((pending = transport.pending()) > 0) {
      ByteBuffer head = transport.head();
      int before = head.remaining();
      wire.write(head);
      int taken = before - head.remaining();
      transport.pop(taken);
      if (taken < before) {
        break;
      }
    }
    boolean empty = wire.flush();
    if (pending < 0 && empty) {
      end(false);
      return;
    }
    int interest = socket.interest();
    if (key.interestOps() != interest) {
      key.interestOps(interest);
    }
    if (!starved.isEmpty()) {
      List<Queue> waiting = List.copyOf(starved);
      starved.clear();
      waiting.forEach(Queue::serve);
    }
  }

  /** Once a second or so: heartbeats, tokens, idle links. */
  void tick() {
    try {
      transport.tick(namespace.loop().millis() + 1);
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "a connection failed", e);
      drop();
      return;
    }
    long idle = namespace.settings().idle().toMillis();
    long now = namespace.loop().millis();
    if (grants.expire()) {
      links.recheck(AmqpError.expiredToken());
    }
    links.detachIdle(idle);
    if (links.open() > 0) {
      linklessSince = now;
    } else if (now - linklessSince > idle / 2) {
      close(AmqpError.idleConnection(idle / 2));
    }
    touch();
  }

  private void close(AmqpError error) {
    if (connection.getRemoteState() == org.apache.qpid.proton.engine.EndpointState.ACTIVE) {
      connection.setCondition(error.toCondition());
      connection.close();
      touch();
    } else {
      drop();
    }
  }

  // ---- the engine's events

  private void dispatch() {
    Event event;
    while (!dropped && (event = collector.peek()) != null) {
      switch (event.getType()) {
        case CONNECTION_REMOTE_OPEN -> connection.open();
        case CONNECTION_REMOTE_CLOSE -> {
          links.endAll();
          connection.close();
        }
        case SESSION_REMOTE_OPEN -> {
          event.getSession().setIncomingCapacity(SESSION_WINDOW);
          event.getSession().open();
        }
        case SESSION_REMOTE_CLOSE -> {
          links.closed(event.getSession());
          event.getSession().close();
          event.getSession().free();
        }
        case LINK_REMOTE_OPEN -> links.attach(event.getLink());
        case LINK_REMOTE_CLOSE, LINK_REMOTE_DETACH -> links.closed(event.getLink());
        case LINK_FLOW -> links.flow(event.getLink());
        case DELIVERY -> links.delivery(event.getDelivery());
        default -> {}
      }
      collector.pop();
      touch();
    }
  }

  // ---- end

  /** Cuts the line without a word (a TCP reset); locks of its receivers stay until they expire. */
  void drop() {
    end(true);
  }

  /**
   * @param reset throws away what the socket has not sent yet
   */
  private void end(boolean reset) {
    if (dropped) {
      return;
    }
    dropped = true;
    links.endAll();
    namespace.gone(this);
    try {
      if (reset) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
      channel.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a socket did not close", e);
    }
    transport.unbind();
    connection.free();
  }
}
