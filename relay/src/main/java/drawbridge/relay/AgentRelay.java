package drawbridge.relay;

import io.grpc.BindableService;
import io.grpc.Server;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The agent's side of the relay: keeps a channel open to every gateway and serves calls on them. It
 * opens; it never listens. Thread-safe; whoever starts it closes it.
 */
public final class AgentRelay implements AutoCloseable {
  /**
   * What the admin wants to know of one gateway.
   *
   * @param since when it has been open, suspect or neither as it is now
   */
  public record GatewayState(
      String gateway, boolean open, boolean suspect, Instant since, String detail) {}

  /** Begins the sentence about another process of our name. */
  public static final String SECOND = "a second process ";

  private final Endpoint endpoint;
  private final Calls.Arrivals arrivals = new Calls.Arrivals();
  private final ExecutorService executor = Calls.virtualThreads("call-");
  private final Server server;
  private final Map<String, Lowering> lowerings = new LinkedHashMap<>();
  private volatile boolean closed;

  private AgentRelay(
      PeerName self,
      List<String> gateways,
      Carrier carrier,
      RelayTls tls,
      BindableService service,
      RelayEvents events) {
    Map<String, String> mailboxes =
        gateways.stream()
            .collect(Collectors.toMap(name -> PeerName.gateway(name).mailbox(), name -> name));
    this.endpoint =
        new Endpoint(
            self.mailbox(),
            mailboxes.keySet(),
            carrier,
            false,
            RelaySocket::close,
            this::hello,
            this::superseded);
    this.server = Calls.server(service, arrivals, executor);
    for (String gateway : gateways) {
      PeerName.Gateway peer = new PeerName.Gateway(gateway);
      lowerings.put(peer.mailbox(), new Lowering(peer, endpoint, tls, arrivals, events));
    }
  }

  /** Connects to Service Bus and begins to open channels; does not wait for them. */
  public static AgentRelay start(
      PeerName self,
      List<String> gateways,
      NamespaceSettings namespace,
      NetworkSettings network,
      RelayTls tls,
      BindableService service,
      RelayEvents events) {
    network.install();
    Carrier carrier = new ServiceBusCarrier(self.mailbox(), namespace, network);
    return start(self, gateways, carrier, tls, service, events);
  }

  static AgentRelay start(
      PeerName self,
      List<String> gateways,
      Carrier carrier,
      RelayTls tls,
      BindableService service,
      RelayEvents events) {
    AgentRelay relay = new AgentRelay(self, gateways, carrier, tls, service, events);
    try {
      relay.server.start();
    } catch (IOException e) {
      throw new IllegalStateException("nothing is bound that could fail", e);
    }
    relay.endpoint.start();
    relay.lowerings.values().forEach(Lowering::start);
    return relay;
  }

  private void superseded(String mailbox) {
    Lowering lowering = lowerings.get(mailbox);
    if (lowering != null) {
      lowering.superseded();
    }
  }

  private void hello(String mailbox) {
    Lowering lowering = lowerings.get(mailbox);
    if (lowering != null) {
      endpoint.nudge(mailbox);
      lowering.again();
    }
  }

  /** Of every gateway configured. */
  public List<GatewayState> states() {
    return lowerings.values().stream().map(Lowering::state).toList();
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
   * What does not work by now, each a sentence for the admin; one that begins with {@link #SECOND}
   * is about another process of our name.
   */
  public List<String> problems() {
    return endpoint.problems();
  }

  /** Takes no new calls and waits for those in flight; false: some were still running. */
  public boolean drain(long milliseconds) throws InterruptedException {
    server.shutdown();
    return server.awaitTermination(milliseconds, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    lowerings.values().forEach(Lowering::stop);
    server.shutdownNow();
    endpoint.close();
    executor.shutdownNow();
  }
}
