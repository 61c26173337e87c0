package drawbridge.gateway;

import drawbridge.relay.wire.Pool;
import drawbridge.relay.wire.Source;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway counts; docs/gateway.md lists all of it. Labels come from the settings and the
 * catalogues alone, never from a request. Thread-safe.
 */
final class Measures implements AutoCloseable {
  static final String CALLS = "drawbridge.calls";
  static final String SECONDS = "drawbridge.call";
  static final String IN_FLIGHT = "drawbridge.calls.in.flight";
  static final String CONNECTIONS = "drawbridge.connections";
  static final String REFUSED = "drawbridge.tls.refused";
  static final String RESENT = "drawbridge.calls.resent";
  static final String HUNG_UP = "drawbridge.calls.hung.up";
  static final String ALARMS = "drawbridge.alarms";
  static final String LINKS = "drawbridge.links";
  static final String UP = "drawbridge.agent.up";
  static final String PROBLEMS = "drawbridge.agent.problems";
  static final String CERTIFICATE = "drawbridge.agent.certificate.days";
  static final String AGENT_OVERDUE = "drawbridge.agent.crl.overdue";
  static final String OWN_CERTIFICATE = "drawbridge.certificate.days";
  static final String OVERDUE = "drawbridge.crl.overdue";
  static final String SOURCE = "drawbridge.source.available";
  static final String POOL = "drawbridge.source.connections";
  static final String WAITING = "drawbridge.source.waiting";
  static final String TIMEOUTS = "drawbridge.source.timeouts";

  /** Where no operation fits: the label says so, and not what the caller asked for. */
  static final String NONE = "none";

  /** Operations that keep a label of their own, over the gateway's whole life. */
  private static final int OPERATIONS = 8192;

  /** Of one agent's catalogue, and of all gauges over the gateway's whole life. */
  static final int SOURCES = 64;

  private static final int GAUGES = 4096;

  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(50), Duration.ofMillis(100),
    Duration.ofMillis(250), Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(30)
  };

  /** Of its own, since several gateways may run in one process. */
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final JvmGcMetrics collector = new JvmGcMetrics();
  private final Map<Key, OfOperation> operations = new ConcurrentHashMap<>();
  private final Map<String, Counter> alarms = new ConcurrentHashMap<>();
  private final Set<String> gauges = ConcurrentHashMap.newKeySet();
  private final Counter resent;
  private final Counter hungUp;

  private record Key(String site, String operation) {}

  Measures() {
    resent = Counter.builder(RESENT).description("calls sent once more").register(registry);
    hungUp = Counter.builder(HUNG_UP).description("callers that hung up").register(registry);
    collector.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** In Prometheus' text format. */
  String text() {
    return registry.scrape();
  }

  /** One operation's calls by outcome, and how long they took. */
  final class OfOperation {
    private final Tags tags;
    private final Timer timer;
    private final Map<String, Counter> outcomes = new ConcurrentHashMap<>();

    private OfOperation(Key key) {
      tags = Tags.of("site", key.site(), "operation", key.operation());
      timer =
          Timer.builder(SECONDS)
              .description("time from a call's arrival to the end of its answer")
              .tags(tags)
              .serviceLevelObjectives(BUCKETS)
              .register(registry);
    }

    /**
     * Counts a call that has ended.
     *
     * @param outcome {@code done}, {@code broken-off}, {@code hung-up} or the word of a fault
     */
    void done(String outcome, long nanos) {
      outcomes
          .computeIfAbsent(
              outcome,
              word ->
                  Counter.builder(CALLS)
                      .description("calls by outcome")
                      .tags(tags)
                      .tag("outcome", word)
                      .register(registry))
          .increment();
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Of an operation in a catalogue, or {@link #NONE}. */
  OfOperation operation(String site, String id) {
    OfOperation known = operations.get(new Key(site, id));
    if (known != null) {
      return known;
    }
    Key key = new Key(site, operations.size() < OPERATIONS ? id : NONE);
    return operations.computeIfAbsent(key, OfOperation::new);
  }

  void resent() {
    resent.increment();
  }

  void hungUp() {
    hungUp.increment();
  }

  /** Somebody should look; the log says at what. */
  void alarm(String kind) {
    alarms
        .computeIfAbsent(
            kind,
            k ->
                Counter.builder(ALARMS)
                    .description("what somebody should look at; the log says more")
                    .tag("kind", k)
                    .register(registry))
        .increment();
  }

  void gateway(Supplier<Number> inFlight, Supplier<Number> connections, Supplier<Number> refused) {
    gauge(IN_FLIGHT, "calls that have not ended", List.of(), inFlight);
    gauge(CONNECTIONS, "connections of callers", List.of(), connections);
    gauge(REFUSED, "handshakes that came to nothing since the start", List.of(), refused);
  }

  /** One of the gateway's own. */
  void certificate(String name, Supplier<Number> days) {
    gauge(
        OWN_CERTIFICATE,
        "days until the gateway's own certificate ends",
        List.of(Tag.of("certificate", name)),
        days);
  }

  /** By which the gateway believes others. */
  void revocation(String name, BooleanSupplier overdue) {
    gauge(
        OVERDUE,
        "1: the revocation list should have been replaced by now",
        List.of(Tag.of("list", name)),
        () -> overdue.getAsBoolean() ? 1 : 0);
  }

  void site(Site site) {
    gauge(
        LINKS,
        "channels to agents that calls may use",
        List.of(Tag.of("site", site.name())),
        () -> (int) site.links().stream().filter(link -> link.described() && link.good()).count());
    for (String agent : site.settings().agents()) {
      List<Tag> tags = List.of(Tag.of("site", site.name()), Tag.of("agent", agent));
      gauge(
          UP,
          "1: the agent takes calls",
          tags,
          () -> {
            Link now = current(site, agent);
            return now != null && now.good() ? 1 : 0;
          });
      gauge(
          PROBLEMS,
          "what the agent says that somebody should see to; /healthz has the sentences",
          tags,
          () -> {
            Link now = current(site, agent);
            return now == null ? 0 : now.offer().catalogue().getProblemsCount();
          });
    }
  }

  /** Its catalogue came: the days of its certificate and the state of its sources. */
  void agent(Site site, Link link) {
    String agent = link.agent().agent();
    List<Tag> tags = List.of(Tag.of("site", site.name()), Tag.of("agent", agent));
    gauge(
        CERTIFICATE,
        "days until the agent's certificate ends; -1 while it is not connected",
        tags,
        () -> {
          Link now = current(site, agent);
          return now == null ? -1 : now.offer().catalogue().getCertificateDays();
        });
    gauge(
        AGENT_OVERDUE,
        "1: the agent's revocation list should have been replaced by now",
        tags,
        () -> {
          Link now = current(site, agent);
          return now != null && now.offer().catalogue().getCrlOverdue() ? 1 : 0;
        });
    link.offer().catalogue().getSourcesList().stream()
        .limit(SOURCES)
        .map(Source::getName)
        .forEach(source -> source(site, agent, source));
  }

  private void source(Site site, String agent, String source) {
    Tag bySite = Tag.of("site", site.name());
    Tag byAgent = Tag.of("agent", agent);
    Tag bySource = Tag.of("source", source);
    List<Tag> tags = List.of(bySite, byAgent, bySource);
    gauge(
        SOURCE,
        "1: the agent can reach the source",
        tags,
        () -> available(current(site, agent), source) ? 1 : 0);
    gauge(
        POOL,
        "connections of the agent to the source",
        List.of(bySite, byAgent, bySource, Tag.of("state", "active")),
        () -> pool(site, agent, source).getActive());
    gauge(
        POOL,
        "connections of the agent to the source",
        List.of(bySite, byAgent, bySource, Tag.of("state", "idle")),
        () -> pool(site, agent, source).getIdle());
    gauge(
        WAITING,
        "calls that wait for a connection to the source",
        tags,
        () -> pool(site, agent, source).getWaiting());
    if (gauges.size() < GAUGES && gauges.add(TIMEOUTS + tags)) {
      Meter ignored =
          FunctionCounter.builder(
                  TIMEOUTS, site, of -> (double) pool(of, agent, source).getTimeouts())
              .description("calls that got no connection to the source in time")
              .tags(tags)
              .register(registry);
    }
  }

  private static Pool pool(Site site, String agent, String source) {
    Link now = current(site, agent);
    return now == null ? Pool.getDefaultInstance() : now.pool(source);
  }

  private static @Nullable Link current(Site site, String agent) {
    Link current = null;
    for (Link link : site.links()) {
      if (link.described() && link.agent().agent().equals(agent)) {
        current = link;
      }
    }
    return current;
  }

  private static boolean available(@Nullable Link link, String source) {
    return link != null
        && link.offer().catalogue().getSourcesList().stream()
            .anyMatch(s -> s.getName().equals(source) && s.getAvailable());
  }

  /** The first registration stays; each looks up the present state by itself. */
  private void gauge(String name, String description, List<Tag> tags, Supplier<Number> value) {
    if (gauges.size() < GAUGES && gauges.add(name + tags)) {
      Meter ignored =
          Gauge.builder(name, value).description(description).tags(tags).register(registry);
    }
  }

  @Override
  public void close() {
    collector.close();
    registry.close();
  }
}
