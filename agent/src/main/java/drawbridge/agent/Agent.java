package drawbridge.agent;

import drawbridge.agent.console.Status;
import drawbridge.agent.policy.BudgetFile;
import drawbridge.agent.policy.Budgets;
import drawbridge.audit.AuditLog;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.AuditUnavailable;
import drawbridge.audit.ValueKeys;
import drawbridge.relay.NetworkSettings;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.Measured;
import drawbridge.relay.wire.Source;
import drawbridge.settings.SettingsException;
import drawbridge.tokens.TokenVerifier;
import drawbridge.traces.Traces;
import io.grpc.BindableService;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A running agent but for its connections: audit log, calls and catalogue. Thread-safe. Whoever
 * connects it serves {@link #service()} on each channel, with {@link drawbridge.relay.GatewayLink}
 * in the context of every call, and reports channels and security events here.
 */
public final class Agent implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** Stands in status and health while it is so. */
  static final String UNRECORDED = "the audit log cannot be written, so calls are refused";

  private final AgentSettings settings;
  private final String version;

  private final AuditLog audit;
  private final Records records;
  private final Guards guards;
  private final BudgetFile budgets;
  private final Feed<Catalogue> catalogue;
  private final BridgeService service;
  private final Traces traces;
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private final ValueKeys values;
  private final Instant started = Instant.now();
  private volatile Instant loaded = started;
  private volatile Supplier<StatusReport.@Nullable Links> links = () -> null;
  private volatile Served served;
  private boolean closed;

  private Agent(
      AgentSettings settings,
      String version,
      Served served,
      AuditLog audit,
      ValueKeys values,
      ArgumentReader arguments,
      Guards guards,
      BudgetFile budgets) {
    this.guards = guards;
    this.budgets = budgets;
    this.settings = settings;
    this.version = version;
    this.served = served;
    this.audit = audit;
    this.records = new Records(audit);
    this.values = values;
    this.catalogue = new Feed<>(catalogue(served).build());
    this.traces = settings.openTraces(version);
    this.service =
        new BridgeService(
            this::served,
            catalogue,
            audit,
            values,
            arguments,
            settings.pageKey().map(PageKey::read).orElseGet(PageKey::random),
            guards,
            traces);
  }

  /**
   * Opens the audit log and records the start.
   *
   * @param version of the program, for people
   * @throws SettingsException where the audit folder cannot be used
   */
  public static Agent open(
      AgentSettings settings, String version, Served served, ArgumentReader arguments) {
    AuditLog audit;
    ValueKeys values;
    try {
      values =
          ValueKeys.open(
              settings.audit().values(), settings.audit().rotation(), InstantSource.system());
      audit = AuditLog.open(settings.audit());
    } catch (IOException e) {
      throw unusable(settings, e);
    }
    try {
      Map<String, String> details = new LinkedHashMap<>();
      details.put("site", settings.site());
      details.put("agent", settings.name());
      details.put("service.version", version);
      details.put("digest", served.digest());
      audit.record(AuditRecord.event(AuditRecord.Kind.START, details));
    } catch (AuditUnavailable e) {
      closeQuietly(audit);
      throw unusable(settings, e);
    }
    return guarded(settings, version, served, audit, values, arguments);
  }

  /** The keys of tokens are read here, and what was kept of budgets and pauses. */
  private static Agent guarded(
      AgentSettings settings,
      String version,
      Served served,
      AuditLog audit,
      ValueKeys values,
      ArgumentReader arguments) {
    try {
      StateFolder state = StateFolder.open(settings.state());
      Budgets budgets = new Budgets(System::nanoTime);
      InstantSource clock = InstantSource.system();
      NetworkSettings network =
          settings.network().map(NetworkSettings::read).orElse(NetworkSettings.DIRECT);
      if (settings.traces().isPresent()) {
        network.install(); // a collector is trusted as whatever else is on the way out
      }
      Guards guards =
          new Guards(
              budgets,
              settings.tokens().map(tokens -> TokenVerifier.open(tokens, network, clock)),
              new Pauses(state.pauses()),
              clock);
      guards.pauses().look();
      BudgetFile file = BudgetFile.open(state.budgets(), budgets, clock);
      return new Agent(settings, version, served, audit, values, arguments, guards, file);
    } catch (IOException e) {
      closeQuietly(audit);
      throw new SettingsException(
          settings.file(),
          0,
          "state",
          "the state folder cannot be used: " + e.getMessage(),
          "name one that this program's user may write",
          e);
    }
  }

  private static SettingsException unusable(AgentSettings settings, Exception e) {
    return new SettingsException(
        settings.file(),
        0,
        "audit.folder",
        "the audit log cannot be written there: " + e.getMessage(),
        "free the folder, or name one that this program's user may write");
  }

  /** The calls, to be served on every channel. */
  public BindableService service() {
    return service;
  }

  /** What gateways are told; by now. */
  public Catalogue catalogue() {
    return catalogue.current();
  }

  /** What is served by now. */
  public Served served() {
    return served;
  }

  /** Serves something else from now on; calls under way keep what they began with. */
  public synchronized void serve(Served next) {
    Catalogue before = catalogue.current();
    served = next;
    loaded = Instant.now();
    catalogue.publish(
        catalogue(next)
            .addAllSources(before.getSourcesList())
            .addAllProblems(before.getProblemsList())
            .setCertificateDays(before.getCertificateDays())
            .setCrlOverdue(before.getCrlOverdue())
            .setDraining(before.getDraining())
            .build());
  }

  /**
   * Serves another reading of the site folder, records what is different, and ends the calls that
   * are not allowed any more.
   */
  void reloaded(Served before, Served now) {
    serve(now);
    records.reloaded(before, now, service.revoke());
  }

  /** Records that changed files are not served, and why. */
  void reloadRefused(String why) {
    records.reloadRefused(why);
  }

  /** Acts on what the admin has paused or resumed since the last look. */
  void heedPauses() {
    if (guards.pauses().look()) {
      int ended = service.revoke();
      records.paused(guards.pauses().all().toString(), ended);
    }
    records.settle();
  }

  AgentSettings settings() {
    return settings;
  }

  String version() {
    return version;
  }

  Instant started() {
    return started;
  }

  /** Since when the site folder is served as it is. */
  Instant loaded() {
    return loaded;
  }

  AuditLog audit() {
    return audit;
  }

  ValueKeys values() {
    return values;
  }

  Tally tally() {
    return service.tally();
  }

  Status.Calls calls() {
    return service.tally().calls(service.running());
  }

  List<Pauses.Pause> pauses() {
    return guards.pauses().all();
  }

  /** How the connections stand; null: there are none yet. */
  StatusReport.@Nullable Links links() {
    return links.get();
  }

  /** Whoever connects the agent tells how to ask. */
  void links(Supplier<StatusReport.@Nullable Links> how) {
    links = how;
  }

  BudgetFile budgets() {
    return budgets;
  }

  /** Some call still runs that began with it. */
  boolean uses(Served what) {
    return service.uses(what);
  }

  /** Tells gateways how the sources stand. */
  public void sources(List<Source> states) {
    change(now -> now.clearSources().addAllSources(states));
  }

  /**
   * Tells gateways what does not work by now: what the relay says, which has logged it, and whether
   * calls can be recorded.
   */
  public void problems(List<String> now) {
    List<String> all = new ArrayList<>(now);
    if (!audit.healthy()) {
      all.add(UNRECORDED);
    }
    change(catalogue -> catalogue.clearProblems().addAllProblems(all));
  }

  /** Tells gateways in how many days the agent's certificate ends. */
  public void certificateDays(int days) {
    change(now -> now.setCertificateDays(days));
  }

  /**
   * Tells gateways how busy the sources are.
   *
   * @param figures of each source, as it calls them
   */
  public void figures(Map<String, Map<String, Long>> figures) {
    service.measured(measured(figures));
  }

  static Measured measured(Map<String, Map<String, Long>> figures) {
    Measured.Builder measured = Measured.newBuilder();
    figures.forEach(
        (source, of) -> {
          if (!of.isEmpty()) {
            measured
                .addPoolsBuilder()
                .setSource(source)
                .setActive(of.getOrDefault("active", 0L))
                .setIdle(of.getOrDefault("idle", 0L))
                .setWaiting(of.getOrDefault("waiting", 0L))
                .setTimeouts(of.getOrDefault("timeouts", 0L));
          }
        });
    return measured.build();
  }

  /** Tells gateways whether the agent's revocation list should have been replaced. */
  public void crlOverdue(boolean overdue) {
    change(now -> now.setCrlOverdue(overdue));
  }

  private synchronized void change(UnaryOperator<Catalogue.Builder> change) {
    Catalogue before = catalogue.current();
    Catalogue after = change.apply(before.toBuilder()).build();
    if (!after.equals(before)) {
      catalogue.publish(after);
    }
  }

  private Catalogue.Builder catalogue(Served what) {
    return Catalogues.of(settings.site(), settings.name(), version, what);
  }

  /**
   * Records that a channel opened.
   *
   * @param details that matter to a reader of the log, such as {@code group}
   */
  public void channelOpened(String gateway, Map<String, String> details) {
    records.channel(AuditRecord.Kind.CHANNEL_OPEN, gateway, details);
  }

  /** Records that a channel closed. */
  public void channelClosed(String gateway, Map<String, String> details) {
    records.channel(AuditRecord.Kind.CHANNEL_CLOSE, gateway, details);
  }

  /** Records what only an attacker or a mistake does, such as an altered message. */
  public void securityEvent(String gateway, Map<String, String> details) {
    tally()
        .note(
            "SECURITY",
            "",
            gateway + ": " + String.join("; ", details.values()),
            "",
            "find the record in the audit log and see docs/security.md");
    records.channel(AuditRecord.Kind.SECURITY, gateway, details);
  }

  /** Records that this agent's certificate is another one from now on. */
  public void certificateChanged(Instant notAfter) {
    records.certificateChanged(notAfter);
  }

  /** The program shall end with this exit code; the first one stays. */
  public void end(int exitCode) {
    ended.complete(exitCode);
  }

  /** Waits until somebody calls {@link #end}. */
  public int awaitEnd() {
    return ended.join();
  }

  /**
   * Takes no new calls and waits a bounded time for those under way; connections are still needed.
   */
  public void drain() throws InterruptedException {
    change(now -> now.setDraining(true));
    if (!service.drain(GRACE)) {
      LOG.log(System.Logger.Level.WARNING, "calls were still under way and are cancelled");
    }
  }

  /** Cancels what still runs, records the stop and gives the audit folder back. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    service.close();
    try {
      service.drain(AuditLog.PATIENCE); // the cancelled ones still write how they ended
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      traces.close();
      closeQuietly(audit);
    }
  }

  private static void closeQuietly(AuditLog audit) {
    try {
      audit.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the audit log did not close cleanly: " + e);
    }
  }
}
