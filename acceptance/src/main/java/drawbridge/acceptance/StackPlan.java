package drawbridge.acceptance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which programs a {@link Stack} consists of. All agents connect to all gateways.
 *
 * @param gateways their names
 * @param sites each with its agents; the first agent of the first site is the one that demo.json
 *     shows
 * @param rows of the sample orders
 * @param record the local namespace keeps everything that its queues carried, in {@code D/record}
 * @param behaviour the local namespace's section of that name, such as {@code delay: 10ms}
 * @param breakable the agents reach the database through a {@link Breaker}, and a second source,
 *     with the API {@code spare/v1}, without it
 * @param host there is a simulated IBM i too, with the API {@code host/v1}
 * @param crowd agents of the first site that have all their files and are not started
 * @param jvm options of every program's JVM
 */
public record StackPlan(
    List<String> gateways,
    List<Site> sites,
    int rows,
    boolean record,
    Map<String, String> behaviour,
    boolean breakable,
    boolean host,
    List<String> crowd,
    List<String> jvm) {

  /** The smallest number of orders that the demo shows. */
  public static final int ROWS = 100_000;

  /**
   * A group of agents that serve the same files.
   *
   * @param prefix in front of the site's paths; needed as soon as two sites offer the same API
   */
  public record Site(String name, List<String> agents, Optional<String> prefix) {
    public Site {
      agents = List.copyOf(agents);
    }
  }

  public StackPlan {
    gateways = List.copyOf(gateways);
    sites = List.copyOf(sites);
    behaviour = Map.copyOf(behaviour);
    crowd = List.copyOf(crowd);
    jvm = List.copyOf(jvm);
    List<String> names = new ArrayList<>(gateways);
    sites.forEach(site -> names.addAll(site.agents()));
    if (gateways.isEmpty() || names.size() == gateways.size()) {
      throw new IllegalArgumentException("a stack has at least one gateway and one agent");
    }
    // Configuration, log and certificate of a program are files with its name.
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException("two programs have the same name: " + names);
    }
  }

  /** One gateway, one site, one agent: the demo. */
  public static StackPlan small() {
    return new StackPlan(
        List.of("gateway-1"),
        List.of(new Site("plant-1", List.of("agent-a"), Optional.empty())),
        ROWS,
        false,
        Map.of(),
        false,
        false,
        List.of(),
        Repository.QUICK);
  }

  public StackPlan withGateways(String... names) {
    return new StackPlan(
        List.of(names), sites, rows, record, behaviour, breakable, host, crowd, jvm);
  }

  public StackPlan withSites(Site... all) {
    return new StackPlan(
        gateways, List.of(all), rows, record, behaviour, breakable, host, crowd, jvm);
  }

  public StackPlan withRows(int count) {
    return new StackPlan(gateways, sites, count, record, behaviour, breakable, host, crowd, jvm);
  }

  public StackPlan recorded() {
    return new StackPlan(gateways, sites, rows, true, behaviour, breakable, host, crowd, jvm);
  }

  public StackPlan withBehaviour(Map<String, String> settings) {
    return new StackPlan(gateways, sites, rows, record, settings, breakable, host, crowd, jvm);
  }

  public StackPlan withBreaker() {
    return new StackPlan(gateways, sites, rows, record, behaviour, true, host, crowd, jvm);
  }

  public StackPlan withHost() {
    return new StackPlan(gateways, sites, rows, record, behaviour, breakable, true, crowd, jvm);
  }

  /** With programs whose JVM is told what the packages tell it. */
  public StackPlan measured(String heap) throws IOException {
    List<String> flags = Repository.installed(heap);
    return new StackPlan(gateways, sites, rows, record, behaviour, breakable, host, crowd, flags);
  }

  /** With so many agents whose part somebody else plays: {@code crowd-1} and so on. */
  public StackPlan withCrowd(int count) {
    List<String> names = IntStream.rangeClosed(1, count).mapToObj(i -> "crowd-" + i).toList();
    return new StackPlan(gateways, sites, rows, record, behaviour, breakable, host, names, jvm);
  }

  /** All that have files, by site: those of the crowd stand in the first. */
  List<Site> everybody() {
    List<Site> all = new ArrayList<>(sites);
    Site first = sites.getFirst();
    List<String> agents = new ArrayList<>(first.agents());
    agents.addAll(crowd);
    all.set(0, new Site(first.name(), agents, first.prefix()));
    return all;
  }

  /** Those that are started. */
  List<String> agents() {
    return sites.stream().flatMap(site -> site.agents().stream()).toList();
  }
}
