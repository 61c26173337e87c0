package drawbridge.gateway;

import drawbridge.relay.AgentLink;
import drawbridge.relay.wire.Catalogue;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The agents that have lowered their bridge, by site. Whoever opens and loses channels says so with
 * {@link #up} and {@link #down}; both return at once. Thread-safe.
 */
public final class Agents {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.agents");

  private final GatewaySettings settings;
  private final Measures measures;
  private final Records records;
  private final Map<String, Site> sites = new LinkedHashMap<>();

  /** From prefix (empty: none) and API to the one site that owns it. */
  private final Map<String, Map<String, Site>> owners = new HashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean closed;

  Agents(GatewaySettings settings, Measures measures, Records records) {
    this.settings = settings;
    this.measures = measures;
    this.records = records;
    for (GatewaySettings.Site site : settings.sites()) {
      Site made = new Site(site);
      sites.put(site.name(), made);
      for (String api : site.apis()) {
        owners.computeIfAbsent(site.prefix(), p -> new HashMap<>()).put(api, made);
      }
      measures.site(made);
    }
  }

  /**
   * A channel is open. Its agent is asked for the catalogue, and gets calls as soon as that is
   * there.
   *
   * @return false: this gateway's settings don't name the agent for the site, so the channel is of
   *     no use and should be closed
   */
  public boolean up(AgentLink agent) {
    Site site = sites.get(agent.site());
    if (closed || site == null || !site.settings().agents().contains(agent.agent())) {
      LOG.log(
          Level.WARNING,
          () ->
              "refused the agent "
                  + agent.agent()
                  + " of the site "
                  + agent.site()
                  + ": gateway.yaml does not name it there");
      measures.alarm("agent-not-listed");
      return false;
    }
    Link link = new Link(agent, settings, this::changed);
    site.add(link);
    LOG.log(Level.INFO, () -> "the agent " + site.name() + "/" + agent.agent() + " is up");
    link.describe();
    link.measure();
    records.anchors().ifPresent(link::anchor);
    return true;
  }

  /** A channel is lost or closed. Calls under way on it end by themselves. */
  public void down(AgentLink agent) {
    Site site = sites.get(agent.site());
    if (site == null) {
      return;
    }
    for (Link link : site.links()) {
      if (link.agent().equals(agent) && site.remove(link)) {
        link.close();
        LOG.log(Level.INFO, () -> "the agent " + site.name() + "/" + agent.agent() + " is down");
      }
    }
  }

  Collection<Site> sites() {
    return sites.values();
  }

  int inFlight() {
    int sum = 0;
    for (Site site : sites.values()) {
      for (Link link : site.links()) {
        sum += link.inFlight();
      }
    }
    return sum;
  }

  /**
   * The site that a path leads to.
   *
   * @param api index of the API's segment
   */
  record Place(Site site, int api) {}

  Optional<Place> place(List<String> segments) {
    Map<String, Site> prefixed = owners.get(segments.getFirst());
    int api = prefixed == null || segments.getFirst().isEmpty() ? 0 : 1;
    Map<String, Site> apis = api == 1 ? prefixed : owners.get("");
    Site site = apis == null || segments.size() <= api ? null : apis.get(segments.get(api));
    return site == null ? Optional.empty() : Optional.of(new Place(site, api));
  }

  void close() {
    closed = true;
    sites.values().forEach(site -> site.links().forEach(Link::close));
  }

  private void changed(Link link, Catalogue catalogue) {
    Site site = sites.get(link.agent().site());
    if (site == null) {
      return;
    }
    String name = site.name() + "/" + link.agent().agent();
    if (!catalogue.getSite().equals(link.agent().site())
        || !catalogue.getAgent().equals(link.agent().agent())) {
      LOG.log(Level.WARNING, () -> name + " sent the catalogue of another agent: ignored");
      measures.alarm("catalogue-of-another");
      return;
    }
    // One after another, so that an alarm is raised once and the routes are those of the latest.
    lock.lock();
    try {
      Offer before = link.offer();
      Offer offer = Offer.judge(site.settings(), catalogue);
      link.offer(offer);
      for (String problem : offer.problems()) {
        if (!before.problems().contains(problem)) {
          LOG.log(Level.WARNING, () -> name + " offers what is ignored: " + problem);
          measures.alarm("offer-ignored");
        }
      }
      site.changed();
      measures.agent(site, link);
    } finally {
      lock.unlock();
    }
  }
}
