package drawbridge.relay;

import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The gateway's side of the relay: takes the channels that agents open, secures them and offers
 * each as an {@link AgentLink}. Thread-safe; whoever starts it closes it.
 */
public final class GatewayRelay implements AutoCloseable {
  /** Hears of agents that come and go; called on threads that may block. */
  public interface Links {
    void up(AgentLink link);

    void down(AgentLink link);
  }

  private static final long HELLO_LEAST = 1_000;
  private static final long HELLO_MOST = 8_000;
  private static final long HELLO_FOR = 60_000;

  private final Map<String, PeerName.Agent> agents;
  private final Endpoint endpoint;
  private final RelayTls tls;
  private final Links links;
  private final RelayEvents events;
  private final ExecutorService executor = Calls.virtualThreads("reply-");
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean closed;

  private GatewayRelay(
      PeerName self,
      Map<String, PeerName.Agent> agents,
      Carrier carrier,
      RelayTls tls,
      Links links,
      RelayEvents events) {
    this.agents = agents;
    this.tls = tls;
    this.links = links;
    this.events = events;
    Consumer<String> noHello = mailbox -> {};
    this.endpoint =
        new Endpoint(
            self.mailbox(),
            agents.keySet(),
            carrier,
            true,
            this::arrived,
            noHello,
            this::superseded);
  }

  /**
   * Connects to Service Bus and calls the agents back; does not wait for them.
   *
   * @param agents by mailbox: nobody else is listened to
   */
  public static GatewayRelay start(
      PeerName self,
      Map<String, PeerName.Agent> agents,
      NamespaceSettings namespace,
      NetworkSettings network,
      RelayTls tls,
      Links links,
      RelayEvents events) {
    network.install();
    Carrier carrier = new ServiceBusCarrier(self.mailbox(), namespace, network);
    return start(self, agents, carrier, tls, links, events);
  }

  static GatewayRelay start(
      PeerName self,
      Map<String, PeerName.Agent> agents,
      Carrier carrier,
      RelayTls tls,
      Links links,
      RelayEvents events) {
    GatewayRelay relay = new GatewayRelay(self, Map.copyOf(agents), carrier, tls, links, events);
    relay.endpoint.start();
    Thread.ofVirtual().name("hello").start(relay::callBack);
    return relay;
  }

  /** Says hello to every agent, and again to those without a channel: a hello may be lost. */
  private void callBack() {
    long until = Endpoint.now() + HELLO_FOR;
    try {
      for (long wait = HELLO_LEAST; Endpoint.now() < until; wait = Math.min(wait * 2, HELLO_MOST)) {
        for (String mailbox : agents.keySet()) {
          if (!endpoint.hasChannel(mailbox)) {
            endpoint.sayHello(mailbox);
          }
        }
        if (closing.await(wait, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void arrived(RelaySocket socket) {
    PeerName.Agent agent = agents.get(socket.peer());
    if (agent == null || closed) {
      socket.close();
      return;
    }
    try (socket) {
      Secured secured = tls.accept(socket, agent);
      if (endpoint.proven(socket)) {
        socket.live().prove(agent);
        use(agent, socket, secured);
      }
    } catch (RelayTlsException e) {
      e.tell(events, agent, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void superseded(String mailbox) {
    PeerName.Agent by = agents.get(mailbox);
    if (by != null) {
      events.superseded(by);
    }
  }

  private void use(PeerName.Agent agent, RelaySocket socket, Secured secured)
      throws InterruptedException {
    LiveChannel live = socket.live();
    ManagedChannel calls = Calls.client(secured.socket(), agent.name(), executor);
    AgentLink link =
        new AgentLink(agent.site(), agent.name(), calls, live::suspect, live::clock, live::nudge);
    links.up(link);
    try {
      var _ = new Watch(socket, secured, events).untilEnd(suspect -> {});
    } finally {
      links.down(link);
      calls.shutdownNow();
    }
    if (live.end() == Channel.End.SUPERSEDED) {
      superseded(agent.mailbox());
    }
  }

  /** How this program gets to Service Bus by now, such as {@code AMQP, port 5671}. */
  public String way() {
    return endpoint.way();
  }

  /** Whether our own link to Service Bus works. */
  public boolean healthy() {
    return endpoint.healthy();
  }

  /**
   * What does not work by now, each a sentence for the admin; one that begins with {@link
   * AgentRelay#SECOND} is about another process of our name.
   */
  public List<String> problems() {
    return endpoint.problems();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    closing.countDown();
    endpoint.close();
    executor.shutdownNow();
  }
}
