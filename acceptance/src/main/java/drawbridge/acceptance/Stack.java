package drawbridge.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The whole bridge on one machine, each program a process of its own and everything below one
 * folder: certificates, a PostgreSQL with sample orders, the local namespace, agents and gateways.
 * Closing it ends every process, and so do Ctrl-C and the death of the program that started it.
 * Thread-safe once started.
 */
public final class Stack implements AutoCloseable {
  /** A queue that no program uses, in recorded stacks: for a sample of what can be read. */
  public static final String CONTROL_QUEUE = "control";

  private final Layout layout;
  private final StackPlan plan;
  private final boolean temporary;
  private final Consumer<String> progress;
  private final Guard guard;
  private final Thread hook = new Thread(this::end, "end the stack");
  private final Map<String, RunningProgram> programs = new LinkedHashMap<>();
  private final List<Path> audits = new ArrayList<>();
  private final Map<String, URI> gateways = new LinkedHashMap<>();
  private final Map<String, URI> privates = new LinkedHashMap<>();
  private @Nullable OrdersDatabase database;
  private @Nullable Breaker breaker;
  private @Nullable JsonNode namespace;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final ReentrantLock ending = new ReentrantLock();
  private boolean closed;

  private Stack(Layout layout, boolean temporary, Consumer<String> progress) throws IOException {
    this.layout = layout;
    this.temporary = temporary;
    this.plan = layout.plan();
    this.progress = progress;
    this.guard = Guard.start();
  }

  /**
   * Returns when every gateway says that it is ready.
   *
   * @param folder made where missing; a stack of an earlier time in it is written over
   * @param progress is told what is being done, a line each
   */
  public static Stack start(StackPlan plan, Path folder, Consumer<String> progress)
      throws IOException, InterruptedException {
    return start(plan, folder, false, progress);
  }

  /** In a folder of its own, which is removed at the end. */
  public static Stack start(StackPlan plan, Consumer<String> progress)
      throws IOException, InterruptedException {
    return start(plan, Files.createTempDirectory("drawbridge-"), true, progress);
  }

  private static Stack start(
      StackPlan plan, Path folder, boolean temporary, Consumer<String> progress)
      throws IOException, InterruptedException {
    Layout layout = new Layout(folder, plan);
    layout.make();
    Stack stack = new Stack(layout, temporary, progress);
    Runtime.getRuntime().addShutdownHook(stack.hook);
    boolean up = false;
    try {
      stack.begin();
      up = true;
    } catch (GeneralSecurityException | SQLException e) {
      throw new IOException(e);
    } finally {
      if (!up) {
        stack.close();
      }
    }
    return stack;
  }

  private void begin()
      throws IOException, InterruptedException, GeneralSecurityException, SQLException {
    progress.accept("making sample certificates");
    SampleCertificates.make(layout);
    progress.accept("starting the local namespace");
    new Configuration(layout).namespace();
    if (plan.record()) {
      Files.createDirectories(layout.record());
    }
    launch("namespace", "local-namespace", "drawbridge.namespace.Main");

    SimulatedHost host = new SimulatedHost(layout);
    if (plan.host()) {
      progress.accept("starting a simulated IBM i");
      host.configuration();
      launch(SimulatedHost.NAME, "local-ibmi", "drawbridge.ibmi.stub.Main");
    }
    progress.accept("starting PostgreSQL with %,d orders".formatted(plan.rows()));
    OrdersDatabase started =
        OrdersDatabase.start(
            layout.database(),
            layout.logs().resolve("postgres.log"),
            layout.secretText("erp"),
            plan.rows(),
            guard::started);
    synchronized (this) {
      database = started;
    }
    namespace = program("namespace").awaitReady();

    progress.accept("starting " + String.join(", ", names()));
    X509Certificate connector = Pem.certificate(certificate("connector.pem"));
    Configuration configuration = new Configuration(layout);
    int port = namespacePort();
    for (String gateway : plan.gateways()) {
      int[] ports = Layout.freePorts(2);
      configuration.gateway(gateway, port, ports[0], ports[1]);
      gateways.put(gateway, URI.create("https://localhost:" + ports[0]));
      privates.put(gateway, URI.create("http://127.0.0.1:" + ports[1]));
      launch(gateway, "gateway", "drawbridge.gateway.Main");
    }
    String way = started.url();
    if (plan.breakable()) {
      breaker = new Breaker(started.port());
      way = OrdersDatabase.url(breaker.port());
    }
    for (StackPlan.Site site : plan.sites()) {
      configuration.site(site, started.url(), way, connector);
      if (plan.host()) {
        host.site(site, program(SimulatedHost.NAME).awaitReady(), connector);
      }
      for (String agent : site.agents()) {
        configuration.agent(agent, site, port);
        launch(agent, "agent", "drawbridge.agent.Main");
      }
    }
    for (String name : plan.crowd()) {
      configuration.agent(name, plan.sites().getFirst(), port);
    }
    for (String name : names()) {
      program(name).awaitReady();
    }
    progress.accept("waiting until the bridge is down");
    for (String gateway : plan.gateways()) {
      awaitReady(gateway);
    }
  }

  private List<String> names() {
    List<String> all = new ArrayList<>(plan.gateways());
    all.addAll(plan.agents());
    return all;
  }

  private synchronized void launch(String name, String module, String main) throws IOException {
    if (closed) {
      throw new IOException("the stack is being closed");
    }
    programs.put(name, RunningProgram.start(name, module, main, layout, guard));
  }

  private synchronized RunningProgram program(String name) {
    RunningProgram program = programs.get(name);
    if (program == null) {
      throw new IllegalArgumentException("no program " + name + " among " + programs.keySet());
    }
    return program;
  }

  /** Ready means that an agent of every site is connected and has told what it offers. */
  public void awaitReady(String gateway) throws IOException, InterruptedException {
    Optional<String> obstacle = PrivatePort.awaitReady(privateGateway(gateway), this::anyEnd);
    if (obstacle.isPresent()) {
      StringBuilder why = new StringBuilder(gateway + " is not ready; it says " + obstacle.get());
      for (String name : names()) {
        why.append('\n').append(program(name).tail());
      }
      throw new IOException(why.toString());
    }
  }

  /** Completes with the name of the first program that ends and was not told to. */
  public synchronized CompletableFuture<String> anyEnd() {
    return CompletableFuture.anyOf(
            programs.values().stream()
                .filter(program -> !program.told())
                .map(program -> program.onExit().thenApply(process -> program.name()))
                .toArray(CompletableFuture<?>[]::new))
        .thenApply(String.class::cast);
  }

  // ---- what users of a stack ask for

  public Path folder() {
    return layout.folder();
  }

  /** Base URL of the first gateway, without a slash at the end. */
  public URI gateway() {
    return gateway(plan.gateways().getFirst());
  }

  public URI gateway(String name) {
    return found(gateways, name);
  }

  /** Base URL of health and metrics. */
  public URI privateGateway(String name) {
    return found(privates, name);
  }

  private static URI found(Map<String, URI> all, String name) {
    URI uri = all.get(name);
    if (uri == null) {
      throw new IllegalArgumentException("no gateway " + name + " among " + all.keySet());
    }
    return uri;
  }

  /** A file of the sample certificates, such as {@code connector.pem}. */
  public Path certificate(String file) {
    return layout.certificates().resolve(file);
  }

  public Path configuration(String program) {
    return layout.configuration(program);
  }

  public Path audit(String agent) {
    return layout.audit(agent);
  }

  /** What the namespace's queues carried; only in a recorded stack. */
  public Path record() {
    return layout.record();
  }

  public Path log(String program) {
    return layout.logs().resolve(program + ".log");
  }

  public StackPlan plan() {
    return plan;
  }

  public synchronized OrdersDatabase database() {
    return Objects.requireNonNull(database, "not started");
  }

  /** Between the agents and the database; only in a breakable stack. */
  public Breaker breaker() {
    return Objects.requireNonNull(breaker, "not breakable");
  }

  /** Asks the local namespace to misbehave; docs/local-namespace.md lists the requests. */
  public void control(String request) throws IOException, InterruptedException {
    PrivatePort.post(URI.create("http://localhost:" + controlPort() + request));
  }

  /** Of the local namespace's plaintext AMQP. */
  public int namespacePort() {
    return port("port");
  }

  /** Of the local namespace's control requests. */
  public int controlPort() {
    return port("controlPort");
  }

  private int port(String which) {
    return Objects.requireNonNull(namespace, "not started").path(which).asInt();
  }

  /** For Service Bus clients of a test's own, with all rights. */
  public String connectionString() throws IOException {
    return "Endpoint=sb://localhost:%d;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=%s;UseDevelopmentEmulator=true"
        .formatted(namespacePort(), layout.secretText("root"));
  }

  public long pid(String program) {
    return program(program).pid();
  }

  /** To wait for its end, or to end it. */
  public RunningProgram running(String program) {
    return program(program);
  }

  /** Every process, the database's first one included. */
  public synchronized Map<String, Long> pids() {
    Map<String, Long> pids = new LinkedHashMap<>();
    programs.forEach((name, program) -> pids.put(name, program.pid()));
    try {
      pids.put("postgres", database().pid());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pids;
  }

  /** Ends a program as a service manager does. */
  public void stop(String name) {
    program(name).stop();
  }

  /** Ends a program without notice. */
  public void kill(String name) throws InterruptedException {
    program(name).kill();
  }

  /** The audit folders of all agents, of second processes too. */
  public synchronized List<Path> audits() {
    List<Path> all = new ArrayList<>(plan.agents().stream().map(layout::audit).toList());
    all.addAll(audits);
    return all;
  }

  /** Starts another process with an agent's files and name, beside the one that runs. */
  public RunningProgram twin(String agent, Path audit) throws IOException {
    synchronized (this) {
      audits.add(audit);
    }
    Path config = layout.configuration(agent + "-twin");
    Files.writeString(
        config,
        Files.readString(layout.configuration(agent))
            .replace(layout.audit(agent).toString(), audit.toString()));
    return RunningProgram.start(agent + "-twin", "agent", "drawbridge.agent.Main", layout, guard);
  }

  /** Starts an agent or gateway again after it ended, with the same files and ports. */
  public void restart(String name) throws IOException, InterruptedException {
    String module = plan.gateways().contains(name) ? "gateway" : "agent";
    launch(name, module, "drawbridge." + module + ".Main");
    program(name).awaitReady();
  }

  /** Starts another program in the place of one that was stopped, with that one's files. */
  public void run(String name, String module, String main)
      throws IOException, InterruptedException {
    launch(name, module, main);
    program(name).awaitReady();
  }

  /**
   * Starts a command in the place of a program that was stopped, with that one's files; for what
   * was built or installed elsewhere. It is not waited for.
   */
  public RunningProgram run(String name, List<String> command, Map<String, String> environment)
      throws IOException {
    synchronized (this) {
      if (closed) {
        throw new IOException("the stack is being closed");
      }
      RunningProgram started = RunningProgram.start(name, command, environment, layout, guard);
      programs.put(name, started);
      return started;
    }
  }

  /** In reverse order; at most some seconds a program. Idempotent. */
  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // shutting down already: the hook is running or has run
    }
  }

  /** Whether it is being closed, by anybody, or will be within the time. */
  boolean closing(Duration within) throws InterruptedException {
    return closing.await(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whoever comes second waits until the first is done: what follows may remove the folder. */
  private void end() {
    closing.countDown();
    ending.lock();
    try {
      List<RunningProgram> started;
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
        started = new ArrayList<>(programs.values()).reversed();
      }
      started.forEach(RunningProgram::stop);
      endSources();
      guard.close();
      if (temporary) {
        layout.remove();
      }
    } finally {
      ending.unlock();
    }
  }

  private synchronized void endSources() {
    try (Breaker _ = breaker) {
      if (database == null) {
        OrdersDatabase.abandon(layout.database());
      } else {
        database.close();
      }
    } catch (IOException e) {
      progress.accept("PostgreSQL or the way to it did not end well: " + e.getMessage());
    }
  }
}
