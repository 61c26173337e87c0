package drawbridge.gateway;

import drawbridge.audit.AuditRecord;
import drawbridge.relay.AgentLink;
import drawbridge.relay.GatewayRelay;
import drawbridge.relay.IdentitySettings;
import drawbridge.relay.ManageOption;
import drawbridge.relay.NamespaceCheck;
import drawbridge.relay.NamespaceSettings;
import drawbridge.relay.NetworkSettings;
import drawbridge.relay.PeerName;
import drawbridge.relay.QueueSettingsCheck;
import drawbridge.relay.RelayEvents;
import drawbridge.relay.RelayTls;
import drawbridge.settings.Finding;
import drawbridge.settings.Section;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The gateway's place on the relay: the channels that agents open become links of {@link Agents}.
 */
final class Channels {
  private static final Logger LOG = System.getLogger("drawbridge.gateway");

  /** The sections of gateway.yaml that are the relay's. */
  record Connections(
      NamespaceSettings namespace, NetworkSettings network, IdentitySettings identity) {
    /**
     * Reads them and the files they name.
     *
     * @throws drawbridge.settings.SettingsException names file, line, key and fix
     */
    static Connections read(GatewaySettings settings) {
      Section file = settings.file();
      NetworkSettings network =
          file.optionalSection("network").map(NetworkSettings::read).orElse(NetworkSettings.DIRECT);
      return new Connections(
          NamespaceSettings.read(file.section("namespace")),
          network,
          IdentitySettings.read(
              file.section("identity"), PeerName.gateway(settings.name()), Instant.now(), network));
    }
  }

  private Channels() {}

  /**
   * Connects to Service Bus and calls the agents back; whoever asks for it closes it before the
   * gateway.
   *
   * @param superseded a newer process of this name took over
   */
  static GatewayRelay open(
      GatewaySettings settings, Connections connections, Gateway gateway, Runnable superseded) {
    PeerName self = PeerName.gateway(settings.name());
    Agents agents = gateway.agents();
    RelayTls tls = new RelayTls(connections.identity, self, InstantSource.system());
    gateway.upkeep().relay(tls);
    return GatewayRelay.start(
        self,
        mailboxes(settings),
        connections.namespace,
        connections.network,
        tls,
        new GatewayRelay.Links() {
          @Override
          public void up(AgentLink link) {
            var _ = agents.up(link);
          }

          @Override
          public void down(AgentLink link) {
            agents.down(link);
          }
        },
        new Logged(gateway.records(), gateway.measures(), superseded));
  }

  /** Whose messages are listened to. */
  private static Map<String, PeerName.Agent> mailboxes(GatewaySettings settings) {
    Map<String, PeerName.Agent> mailboxes = new HashMap<>();
    for (GatewaySettings.Site site : settings.sites()) {
      for (String name : site.agents()) {
        PeerName.Agent agent = new PeerName.Agent(site.name(), name);
        mailboxes.put(agent.mailbox(), agent);
      }
    }
    return mailboxes;
  }

  /** Tries the way to Service Bus and the rights there. */
  static List<Finding> check(GatewaySettings settings, Connections connections) {
    return NamespaceCheck.run(
        PeerName.gateway(settings.name()),
        mailboxes(settings).keySet(),
        connections.namespace,
        connections.network);
  }

  /** Looks at the settings of the mailboxes, with the right Manage that the option lends. */
  static List<Finding> queues(
      GatewaySettings settings, Connections connections, ManageOption manage) {
    return QueueSettingsCheck.run(
        PeerName.gateway(settings.name()),
        mailboxes(settings).keySet(),
        connections.namespace,
        connections.network,
        manage);
  }

  /** Opening and closing are logged by the relay itself. */
  record Logged(Records records, Measures measures, Runnable superseded) implements RelayEvents {
    @Override
    public void opened(PeerName peer, String detail) {
      records.event(AuditRecord.Kind.CHANNEL_OPEN, peer.toString(), Map.of("tls", detail));
    }

    @Override
    public void closed(PeerName peer, String why) {
      records.event(AuditRecord.Kind.CHANNEL_CLOSE, peer.toString(), Map.of("why", why));
    }

    @Override
    public void security(PeerName peer, Threat threat, String what) {
      LOG.log(Level.WARNING, "security event: " + peer + ": " + what);
      measures.alarm(threat.name().toLowerCase(Locale.ROOT).replace('_', '-'));
      records.event(AuditRecord.Kind.SECURITY, peer.toString(), Map.of("what", what));
    }

    @Override
    public void superseded(PeerName peer) {
      LOG.log(
          Level.ERROR,
          peer + " says that a newer process of this gateway’s name took over; this one ends");
      superseded.run();
    }
  }
}
