package drawbridge.agent;

import drawbridge.adapters.sql.Drivers;
import drawbridge.relay.IdentityCheck;
import drawbridge.relay.ManageOption;
import drawbridge.relay.NamespaceCheck;
import drawbridge.relay.PeerName;
import drawbridge.relay.QueueSettingsCheck;
import drawbridge.settings.Finding;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What the program runs with: the site folder on disk, and the relay. */
final class Premises implements Surroundings {
  @Override
  public SiteFolder open(AgentSettings settings, boolean offline) {
    return SiteFolder.open(settings.serves(), offline, drivers(settings));
  }

  /** Those that ship, and those that the admin added. */
  static Drivers drivers(AgentSettings settings) {
    if (settings.drivers().isEmpty()) {
      return Drivers.SHIPPED;
    }
    Path folder = settings.drivers().get();
    try {
      return Drivers.in(folder);
    } catch (IOException e) {
      throw new SettingsException(
          folder, 0, "drivers", "cannot be used: " + e.getMessage(), "put JDBC drivers there", e);
    }
  }

  @Override
  public AutoCloseable connect(AgentSettings settings, Agent agent, OpenSite site) {
    return Supervisor.start(settings, agent, site);
  }

  @Override
  public List<Finding> check(AgentSettings settings, boolean offline) {
    Supervisor.Connections connections = Supervisor.Connections.read(settings);
    PeerName self = PeerName.agent(settings.site(), settings.name());
    List<Finding> all =
        new ArrayList<>(IdentityCheck.run(connections.identity(), self, Instant.now()));
    if (!offline) {
      all.addAll(
          NamespaceCheck.run(
              self, mailboxes(settings), connections.namespace(), connections.network()));
    }
    return all;
  }

  private static List<String> mailboxes(AgentSettings settings) {
    return settings.gateways().stream().map(name -> PeerName.gateway(name).mailbox()).toList();
  }

  @Override
  public List<Finding> queues(AgentSettings settings, ManageOption manage) {
    Supervisor.Connections connections = Supervisor.Connections.read(settings);
    return QueueSettingsCheck.run(
        PeerName.agent(settings.site(), settings.name()),
        mailboxes(settings),
        connections.namespace(),
        connections.network(),
        manage);
  }

  @Override
  public List<Finding> channels(AgentSettings settings) {
    return ChannelCheck.run(settings);
  }
}
