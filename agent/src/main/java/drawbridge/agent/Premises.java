package drawbridge.agent;

import java.util.List;

/** What the program runs with: the site folder on disk, and the relay. */
final class Premises implements Surroundings {
  @Override
  public SiteFolder open(AgentSettings settings, boolean offline) {
    return SiteFolder.open(settings.serves(), offline);
  }

  @Override
  public AutoCloseable connect(AgentSettings settings, Agent agent, OpenSite site) {
    return Supervisor.start(settings, agent, site);
  }

  @Override
  public List<Checked> check(AgentSettings settings, boolean offline) {
    Supervisor.Connections connections = Supervisor.Connections.read(settings);
    return List.of(
        new Checked("identity " + connections.identity().certificate(), true, ""),
        new Checked("namespace " + connections.namespace().host(), true, "read; not tried yet"));
  }
}
