package drawbridge.agent;

import drawbridge.relay.AgentRelay;
import drawbridge.relay.IdentitySettings;
import drawbridge.relay.NamespaceSettings;
import drawbridge.relay.NetworkSettings;
import drawbridge.relay.PeerName;
import drawbridge.relay.RelayEvents;
import drawbridge.relay.RelayTls;
import drawbridge.settings.Program;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps an agent connected to its gateways, and its catalogue true to its sources and certificate.
 * Closing it hangs up.
 */
final class Supervisor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");
  private static final Duration LOOK = Duration.ofSeconds(2);

  /** Figures are told at every fifth look: they change with every call, and are for charts. */
  private static final int FIGURES = 5;

  /** Begins the sentence about a revocation list that nobody has replaced. */
  static final String OVERDUE = "the CRL was due for an update at ";

  private final AgentRelay relay;
  private final CountDownLatch closing = new CountDownLatch(1);

  private Supervisor(AgentRelay relay) {
    this.relay = relay;
  }

  /**
   * Connects and returns without waiting for the gateways.
   *
   * @throws drawbridge.settings.SettingsException where namespace, network or identity are wrong
   */
  static Supervisor start(AgentSettings settings, Agent agent, Surroundings.OpenSite site) {
    Connections connections = Connections.read(settings);
    PeerName self = PeerName.agent(settings.site(), settings.name());
    RelayTls tls = new RelayTls(connections.identity, self, InstantSource.system());
    Supervisor supervisor =
        new Supervisor(
            AgentRelay.start(
                self,
                settings.gateways(),
                connections.namespace,
                connections.network,
                tls,
                agent.service(),
                new Recorded(agent)));
    AgentRelay relay = supervisor.relay;
    agent.links(
        () ->
            new StatusReport.Links(
                relay.healthy(),
                relay.way(),
                problems(relay.problems(), tls.crlNextUpdate(), Instant.now()),
                relay.states(),
                tls.notAfter()));
    Thread.ofVirtual().name("look after").start(() -> supervisor.lookAfter(agent, site, tls));
    return supervisor;
  }

  private void lookAfter(Agent agent, Surroundings.OpenSite site, RelayTls tls) {
    Instant before = null;
    int looks = 0;
    try {
      do {
        agent.sources(site.sources());
        if (looks++ % FIGURES == 0) {
          agent.figures(site.figures());
        }
        Instant now = Instant.now();
        Instant due = tls.crlNextUpdate();
        agent.problems(problems(relay.problems(), due, now));
        agent.crlOverdue(now.isAfter(due));
        Instant notAfter = tls.notAfter();
        if (!notAfter.equals(before)) {
          if (before != null) {
            agent.certificateChanged(notAfter);
          }
          before = notAfter;
        }
        agent.certificateDays((int) Duration.between(now, notAfter).toDays());
      } while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the relay says, and from the due time on what will shut every gateway out. */
  static List<String> problems(List<String> relay, Instant due, Instant now) {
    if (!now.isAfter(due)) {
      return relay;
    }
    List<String> all = new ArrayList<>(relay);
    all.add(
        OVERDUE
            + due
            + "; past its grace no gateway is trusted. Fix: put a new one into identity.crl.file");
    return all;
  }

  @Override
  public void close() {
    closing.countDown();
    relay.close();
  }

  /** The sections of agent.yaml that are the relay's. */
  record Connections(
      NamespaceSettings namespace, NetworkSettings network, IdentitySettings identity) {
    static Connections read(AgentSettings settings) {
      PeerName self = PeerName.agent(settings.site(), settings.name());
      Optional<NetworkSettings> network = settings.network().map(NetworkSettings::read);
      return new Connections(
          NamespaceSettings.read(settings.namespace()),
          network.orElse(NetworkSettings.DIRECT),
          IdentitySettings.read(
              settings.identity(), self, Instant.now(), network.orElse(NetworkSettings.DIRECT)));
    }
  }

  /** Puts what happens to channels into the audit log. */
  private record Recorded(Agent agent) implements RelayEvents {
    @Override
    public void opened(PeerName peer, String detail) {
      agent.channelOpened(peer.name(), Map.of("tls", detail));
    }

    @Override
    public void closed(PeerName peer, String why) {
      agent.channelClosed(peer.name(), Map.of("why", why));
    }

    @Override
    public void security(PeerName peer, Threat threat, String what) {
      agent.securityEvent(peer.name(), Map.of("what", what));
    }

    @Override
    public void superseded(PeerName peer) {
      LOG.log(
          System.Logger.Level.ERROR,
          "{0} says that a newer process named {1} took over; this one ends",
          peer,
          agent.settings().name());
      agent.end(Program.SUPERSEDED);
    }
  }
}
