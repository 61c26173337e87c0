package drawbridge.agent;

import static drawbridge.agent.Bridge.head;
import static drawbridge.agent.Operations.reading;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.SiteDigest;
import drawbridge.agent.policy.Policy;
import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.relay.GatewayLink;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Request;
import drawbridge.settings.Finding;
import drawbridge.settings.Program;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * An agent's own program with a site folder that its admin may change, and a gateway at its other
 * end: what tests of a running agent begin with.
 */
abstract class LiveAgent {
  static final String ALLOW =
      "rules: [{ name: a, allow: [orders/v1/*], to: { gateway: gateway-1 }, limits: { calls: 1000/s"
          + " } }]\n";
  static final String NOTHING = "rules: []\n";

  @TempDir Path folder;
  final CountDownLatch running = new CountDownLatch(1);
  final List<Running> programs = new ArrayList<>();
  Path site = Path.of("site");
  Path config = Path.of("agent.yaml");

  @BeforeEach
  void files() throws Exception {
    site = Files.createDirectory(folder.resolve("site"));
    SampleFiles.key(folder.resolve("audit.key"), SampleKey.ED25519.generate().getPrivate());
    write(ALLOW);
    configure("");
  }

  @AfterEach
  void stop() {
    programs.forEach(Running::stop);
  }

  void configure(String more) throws IOException {
    config =
        Files.writeString(
            folder.resolve("agent.yaml"),
            """
            site: plant-1
            name: agent-a
            serves: site/
            gateways: [gateway-1]
            namespace: { endpoint: contoso.servicebus.windows.net }
            identity: { certificate: agent-a.pem }
            audit: { folder: audit, key: audit.key }
            """
                + more);
  }

  void write(String policy) throws IOException {
    Path draft = Files.writeString(folder.resolve("draft"), policy);
    Files.move(draft, site.resolve("policy.yaml"), StandardCopyOption.REPLACE_EXISTING);
  }

  void hello(Call call, Answer answer) throws FaultException {
    try (OutputStream out = answer.begin(200, "application/json")) {
      out.write("[]".getBytes(UTF_8));
    } catch (IOException e) {
      throw Fault.of(Fault.Code.CANCELLED, "The answer was not wanted.", e).thrown();
    }
  }

  /** Runs until it is cancelled. */
  void waits(Call call, Answer answer) throws FaultException {
    CountDownLatch cancelled = new CountDownLatch(1);
    call.cancellation().onCancel(cancelled::countDown);
    running.countDown();
    Bridge.await(cancelled);
    throw Fault.of(Fault.Code.CANCELLED, "Cancelled.").thrown();
  }

  /** A program, and a gateway at its other end. */
  final class Running implements Surroundings {
    final CompletableFuture<Agent> connected = new CompletableFuture<>();
    final CompletableFuture<Integer> ended = new CompletableFuture<>();
    final StringWriter out = new StringWriter();
    private Server server = InProcessServerBuilder.forName("none").build();
    private ManagedChannel channel = InProcessChannelBuilder.forName("none").build();

    @Override
    public OpenSite open(AgentSettings settings, boolean offline) {
      Operation[] operations = {
        reading("Find", LiveAgent.this::hello), reading("Wait", LiveAgent.this::waits)
      };
      Served served =
          new Served(
              SiteDigest.of(site),
              List.of(
                  new Served.Api(
                      "orders", "v1", "Orders", "", "erp", List.of(operations), Optional.empty())),
              Policy.read(site.resolve("policy.yaml")));
      return new PlainSite(served);
    }

    @Override
    public AutoCloseable connect(AgentSettings settings, Agent agent, OpenSite open) {
      connected.complete(agent);
      return () -> {};
    }

    @Override
    public List<Finding> check(AgentSettings settings, boolean offline) {
      return List.of();
    }

    Running start() throws Exception {
      programs.add(this);
      Thread.ofVirtual()
          .start(
              () ->
                  ended.complete(
                      new CommandLine(new Main(this))
                          .setOut(new PrintWriter(out))
                          .setErr(new PrintWriter(out))
                          .execute("--config", config.toString())));
      CompletableFuture.anyOf(connected, ended).get(20, TimeUnit.SECONDS);
      assertTrue(connected.isDone(), out::toString);
      Agent agent = connected.join();
      String name = InProcessServerBuilder.generateName();
      server =
          InProcessServerBuilder.forName(name)
              .executor(Executors.newVirtualThreadPerTaskExecutor())
              .addService(
                  ServerInterceptors.intercept(
                      agent.service(), new Bridge.Linked(new GatewayLink("gateway-1", clock -> 0))))
              .build()
              .start();
      channel = InProcessChannelBuilder.forName(name).build();
      return this;
    }

    Bridge.Exchange begin(Head.Builder head) {
      Bridge.Exchange exchange = new Bridge.Exchange(Integer.MAX_VALUE);
      exchange.requests = BridgeGrpc.newStub(channel).invoke(exchange);
      exchange.requests().onNext(Request.newBuilder().setHead(head).setLast(true).build());
      return exchange;
    }

    boolean allowed() {
      return !begin(head("Find")).toEnd().last().getEnd().hasFault();
    }

    Code refusal() {
      return begin(head("Find")).toEnd().fault().getCode();
    }

    void stop() {
      channel.shutdownNow();
      server.shutdownNow();
      if (connected.isDone()) {
        connected.join().end(0);
      }
      try {
        ended.get(20, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  List<Map<String, String>> records(String kind) {
    return AuditFiles.read(folder.resolve("audit"), kind);
  }

  int command(String... arguments) {
    StringWriter out = new StringWriter();
    return Program.line(new Main(new Running()))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(out))
        .execute(arguments);
  }
}
