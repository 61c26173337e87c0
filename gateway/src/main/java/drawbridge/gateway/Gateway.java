package drawbridge.gateway;

import drawbridge.relay.NetworkSettings;
import drawbridge.relay.Reference;
import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Fault;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.traces.Traces;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1Config;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The VNET side: takes calls by HTTPS, leads each to an agent of its site and passes the reply on.
 * Whoever opens the channels hands them to {@link #agents()}. Thread-safe; closing it is the
 * business of whoever started it.
 */
public final class Gateway implements AutoCloseable {
  static final String VERSION = version();

  private static final System.Logger LOG = System.getLogger("drawbridge.gateway");
  private static final String PRIVATE = "private";

  // ---- bounds, all of them said again in docs/gateway.md

  /** Calls at one time; each holds a virtual thread and at most two chunks of its reply. */
  static final int CALLS = 2_000;

  /** More than calls, since connections are kept open between them. */
  static final int CONNECTIONS = 10_000;

  /** Of a request's body. */
  static final int BODY_BYTES = 8 << 20;

  private static final int REQUEST_LINE_BYTES = 8 << 10;
  private static final int HEADER_BYTES = 16 << 10;

  /** Finish what runs, but no longer: an orchestrator kills after 30 s, and a drain goes before. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /**
   * Before that: answers say that they are the last of their connection, and readiness that no more
   * should come, while calls are still taken.
   */
  private static final long FAREWELL = TimeUnit.SECONDS.toNanos(3);

  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(20);

  private final FrontDoorTls tls;
  private final Measures measures;
  private final Traces traces;
  private final Records records;
  private final Agents agents;
  private final Connections connections;
  private final WebServer server;
  private final Unlike unlike;
  private final Upkeep upkeep;
  private volatile Supplier<List<String>> problems = List::of;
  private volatile Supplier<String> way = () -> "";
  private final AtomicBoolean closed = new AtomicBoolean();

  private Gateway(GatewaySettings settings) {
    FrontDoorFiles door =
        new FrontDoorFiles(settings.listen(), settings.certificates(), InstantSource.system());
    tls = new FrontDoorTls(door, settings.certificates().required());
    measures = new Measures();
    traces = traces(settings);
    records = Records.open(settings, measures);
    upkeep = new Upkeep(door, records, measures, InstantSource.system());
    agents = new Agents(settings, measures, records);
    unlike = new Unlike(agents.sites(), measures, System::nanoTime);
    Refusals refusals = new Refusals(records, System::nanoTime);
    connections = new Connections(http(), refusals, CONNECTIONS);
    measures.gateway(agents::inFlight, connections::open, tls::refused);
    Library library = new Library(settings, agents, new Viewing(System::nanoTime));
    Calls calls =
        new Calls(
            settings,
            agents,
            measures,
            door,
            new Bearers(settings),
            library,
            records,
            refusals,
            traces,
            CALLS);
    PrivatePort privately =
        new PrivatePort(
            settings,
            agents,
            measures,
            records,
            connections::draining,
            this::problems,
            () -> way.get());
    WebServerConfig.Builder config =
        WebServer.builder()
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .host(settings.listen().address())
            .port(settings.listen().port())
            .tls(tls.tls())
            // Blocking sockets: with the others Helidon looks every caller up in the DNS.
            .useNio(false)
            .addConnectionSelector(connections)
            // A burst of new connections waits in the kernel rather than being refused.
            .backlog(1024)
            .connectionOptions(options())
            // Chunks are large already; a buffer would only copy them once more.
            .writeBufferSize(0)
            // Written on the call's own thread: that is what holds the agent back.
            .writeQueueLength(0)
            .maxPayloadSize(BODY_BYTES)
            .shutdownGracePeriod(GRACE)
            .directHandlers(below(refusals))
            .routing(routing -> routing.addFilter(connections::filter).any(calls))
            .putSocket(
                PRIVATE,
                socket ->
                    socket
                        .host(settings.privately().address())
                        .port(settings.privately().port())
                        .connectionOptions(options())
                        .maxPayloadSize(0)
                        .shutdownGracePeriod(Duration.ofSeconds(1))
                        .routing(privately::routes));
    server = config.build();
  }

  /** Listens when it returns. */
  public static Gateway start(GatewaySettings settings) {
    Gateway gateway = new Gateway(settings);
    try {
      gateway.server.start();
      gateway.unlike.start();
      gateway.upkeep.start();
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
    LOG.log(
        Level.INFO,
        () ->
            settings.name()
                + " listens on "
                + settings.listen().address()
                + ":"
                + gateway.port()
                + ", private port "
                + gateway.privatePort());
    return gateway;
  }

  /** Where channels to agents are announced. */
  public Agents agents() {
    return agents;
  }

  /** The gateway's own audit log. */
  Records records() {
    return records;
  }

  Measures measures() {
    return measures;
  }

  Upkeep upkeep() {
    return upkeep;
  }

  /** Whoever opened the channels tells here what does not work of them, for the health page. */
  void problems(Supplier<List<String>> now) {
    problems = now;
  }

  /** Likewise, how it gets to Service Bus. */
  void way(Supplier<String> now) {
    way = now;
  }

  private List<String> problems() {
    List<String> all = new ArrayList<>(problems.get());
    all.addAll(unlike.problems());
    all.addAll(upkeep.problems());
    return all;
  }

  /** Of the front door. */
  public int port() {
    return server.port();
  }

  public int privatePort() {
    return server.port(PRIVATE);
  }

  /**
   * For 3 s, or until nobody is connected any more, every answer is the last of its connection;
   * then it takes no new connections, lets the calls under way finish for up to 10 s, and ends.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      connections.drain();
      long until = System.nanoTime() + FAREWELL;
      while (server.isRunning() && connections.open() > 0 && System.nanoTime() - until < 0) {
        LockSupport.parkNanos(LOOK);
      }
      unlike.close();
      upkeep.close();
      server.stop();
      agents.close();
      records.close();
      measures.close();
      traces.close();
      tls.close();
    }
  }

  private static Traces traces(GatewaySettings settings) {
    if (settings.traces().isPresent()) {
      // Its CAs are those of the way to a collector, too.
      settings
          .file()
          .optionalSection("network")
          .map(NetworkSettings::read)
          .ifPresent(NetworkSettings::install);
    }
    return Traces.open(
        settings.traces(),
        Map.of(
            "service.namespace",
            "drawbridge",
            "service.name",
            "drawbridge-gateway",
            "service.instance.id",
            settings.name(),
            "service.version",
            VERSION));
  }

  private static Http1Config http() {
    return Http1Config.builder()
        .maxPrologueLength(REQUEST_LINE_BYTES)
        .maxHeadersSize(HEADER_BYTES)
        // Nobody reads these logs, and each costs a look at every message.
        .sendLog(false)
        .receiveLog(false)
        // An agent's headers must not be able to split a response.
        .validateResponseHeaders(true)
        .build();
  }

  private static SocketOptions options() {
    return SocketOptions.builder()
        // Replies are written whole, so nothing is gained by waiting for more.
        .tcpNoDelay(true)
        .socketKeepAlive(true)
        .build();
  }

  /** What Helidon refuses by itself, before any handler, in the same form as every other fault. */
  private static DirectHandlers below(Refusals refusals) {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(
          type,
          (request, event, status, headers, message) -> {
            boolean ours = status.code() >= 500;
            Fault fault =
                Fault.newBuilder()
                    .setCode(ours ? Code.INTERNAL : Code.INVALID_ARGUMENT)
                    .setMessage(
                        status.code() == 413
                            ? "The body is larger than 8 MB."
                            : ours ? "The gateway failed." : "This is not a request.")
                    .setReference(Reference.next())
                    .build();
            Faults.Told told = new Faults.Told(status.code(), fault.getCode(), false);
            // Helidon says so of every connection that breaks, where nobody hears the answer; what
            // fails in a call is told by the call.
            if (type != DirectHandler.EventType.INTERNAL_ERROR) {
              refusals.early(
                  Caller.getDefaultInstance(),
                  told.code(),
                  told.status(),
                  fault.getReference(),
                  fault.getMessage() + " (" + type + ")");
            }
            headers.set(HeaderNames.CONTENT_TYPE, "application/problem+json");
            headers.set(Faults.ERROR_CODE, Faults.word(told.code()));
            return DirectHandler.TransportResponse.builder()
                .status(Status.create(status.code()))
                .headers(headers)
                .entity(Faults.problem(fault, told))
                .keepAlive(false)
                .build();
          });
    }
    return handlers.build();
  }

  private static String version() {
    String version = Gateway.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
