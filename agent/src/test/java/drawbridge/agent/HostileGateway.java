package drawbridge.agent;

import static drawbridge.agent.Operations.reading;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Arguments;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Parameter;
import drawbridge.agent.policy.Policy;
import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.certs.SamplePki;
import drawbridge.certs.SampleTokens;
import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.QueueSettings;
import drawbridge.relay.AgentLink;
import drawbridge.relay.GatewayRelay;
import drawbridge.relay.IdentitySettings;
import drawbridge.relay.NamespaceSettings;
import drawbridge.relay.NetworkSettings;
import drawbridge.relay.PeerName;
import drawbridge.relay.RelayEvents;
import drawbridge.relay.RelayTls;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Request;
import drawbridge.settings.Finding;
import drawbridge.settings.Section;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A gateway in an attacker's hands, with valid certificates and keys of its queue, and the agent's
 * own program, with Service Bus messages and TLS between them: what tests of it begin with.
 */
abstract class HostileGateway {
  private static final String RULES =
      """
      rules:
        - { name: app, allow: [orders/v1/ByToken], to: { token: { app: app-1 } }, limits: { calls: 1000/s } }
        - { name: cert, allow: [orders/v1/ByCertificate], to: { certificate: { issuer: CN=Connectors } }, limits: { calls: 5/h, callers: 3 } }
        - { name: other, allow: [orders/v1/OfAnother], to: { gateway: gateway-2 } }
        - { name: user, allow: [orders/v1/OfUser], to: { token: { user: u1 } } }
        - { name: aged, allow: [orders/v1/Aged], to: { token: { app: app-1 }, token-age: 5m }, limits: { calls: 1000/s } }
        - { name: rows, allow: [orders/v1/Rows], to: { certificate: { issuer: CN=Connectors } }, limits: { calls: 1000/s, rows: 5, total: { rows: 10/h } } }
        - { name: bytes, allow: [orders/v1/Bytes], to: { certificate: { issuer: CN=Connectors } }, limits: { calls: 1000/s, bytes: 200B } }
        - { name: time, allow: [orders/v1/Long], to: { certificate: { issuer: CN=Connectors } }, limits: { calls: 1000/s, time: 1s, concurrency: 2 } }
      """;

  @TempDir Path folder;
  private final SamplePki pki = new SamplePki();
  final SampleTokens issuer = SampleTokens.create("k1");
  final AtomicInteger ran = new AtomicInteger();
  final AtomicLong mostRows = new AtomicLong();
  private final BlockingQueue<AgentLink> links = new ArrayBlockingQueue<>(8);
  private final CompletableFuture<Agent> connected = new CompletableFuture<>();
  final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private final List<AutoCloseable> closing = new ArrayList<>();
  private BridgeGrpc.BridgeStub stub =
      BridgeGrpc.newStub(io.grpc.inprocess.InProcessChannelBuilder.forName("none").build());

  @BeforeEach
  void start() throws Exception {
    LocalNamespace namespace =
        LocalNamespace.start(
            drawbridge.namespace.NamespaceSettings.builder()
                .key("root", "a-key-of-the-test")
                .queue(QueueSettings.of("drawbridge.plant-1.agent-a"))
                .queue(QueueSettings.of("drawbridge.gateway-1"))
                .build());
    closing.add(namespace);
    pki.agent("plant-1", "agent-a").write(folder, "agent-a");
    pki.gateway("gateway-1").write(folder, "gateway-1");
    pki.relay().writeCertificate(folder.resolve("relay-ca.pem"));
    pki.relay().writeCrl(folder.resolve("relay.crl"));
    SampleFiles.key(folder.resolve("audit.key"), SampleKey.ED25519.generate().getPrivate());
    Files.writeString(folder.resolve("sas"), "a-key-of-the-test");
    Files.writeString(folder.resolve("keys.json"), SampleTokens.keys(issuer));
    Files.createDirectory(folder.resolve("site"));
    Files.writeString(folder.resolve("site/policy.yaml"), RULES);
    Path config = Files.writeString(folder.resolve("agent.yaml"), agentYaml(namespace.port()));
    Thread.ofVirtual()
        .start(
            () ->
                ended.complete(
                    new CommandLine(new Main(new Around()))
                        .execute("--config", config.toString())));
    var _ =
        ended.thenAccept(
            code ->
                connected.completeExceptionally(
                    new IllegalStateException("the agent ended: " + code)));
    connected.get(30, TimeUnit.SECONDS);
    closing.add(hostile(namespace.port()));
    AgentLink link = links.poll(30, TimeUnit.SECONDS);
    assertNotNull(link, "a channel");
    stub = BridgeGrpc.newStub(link.calls());
  }

  private static String agentYaml(int port) {
    return """
    site: plant-1
    name: agent-a
    serves: site/
    gateways: [gateway-1]
    %s
    identity: { certificate: agent-a.pem, key: agent-a.key, peers: relay-ca.pem, crl: { file: relay.crl } }
    audit: { folder: audit, key: audit.key }
    tokens: { tenant: %s, audience: '%s', keys: { file: keys.json } }
    """
        .formatted(namespaceYaml(port), SampleTokens.TENANT, SampleTokens.AUDIENCE);
  }

  private static String namespaceYaml(int port) {
    return "namespace: { endpoint: 'localhost:%d', emulator: true, login: { sas: { name: root, key-file: sas } } }"
        .formatted(port);
  }

  /** The other end of a channel, without a line of the gateway's own code. */
  private GatewayRelay hostile(int port) {
    Section file =
        Section.parse(
            folder.resolve("gateway.yaml"),
            namespaceYaml(port)
                + "\n"
                + "identity: { certificate: gateway-1.pem, key: gateway-1.key, peers: relay-ca.pem,"
                + " crl: { file: relay.crl } }\n");
    PeerName self = PeerName.gateway("gateway-1");
    return GatewayRelay.start(
        self,
        Map.of("drawbridge.plant-1.agent-a", PeerName.agent("plant-1", "agent-a")),
        NamespaceSettings.read(file.section("namespace")),
        NetworkSettings.DIRECT,
        new RelayTls(
            IdentitySettings.read(file.section("identity"), self, Instant.now()),
            self,
            InstantSource.system()),
        new GatewayRelay.Links() {
          @Override
          public void up(AgentLink link) {
            links.add(link);
          }

          @Override
          public void down(AgentLink link) {}
        },
        new Silent());
  }

  private record Silent() implements RelayEvents {
    @Override
    public void opened(PeerName peer, String detail) {}

    @Override
    public void closed(PeerName peer, String why) {}

    @Override
    public void security(PeerName peer, Threat threat, String what) {}

    @Override
    public void superseded(PeerName peer) {}
  }

  /** The agent's own connections, and operations that count how often they run. */
  private final class Around implements Surroundings {
    @Override
    public OpenSite open(AgentSettings settings, boolean offline) {
      Operation[] all = {
        reading("ByToken", HostileGateway.this::run),
        reading("ByCertificate", HostileGateway.this::run),
        reading("OfAnother", HostileGateway.this::run),
        reading("OfNobody", HostileGateway.this::run),
        reading("OfUser", HostileGateway.this::run),
        reading("Aged", HostileGateway.this::run),
        reading("Rows", HostileGateway.this::rows),
        reading("Bytes", (call, answer) -> Operations.write(answer, "x".repeat(1_000))),
        reading("Long", HostileGateway.this::waits)
      };
      Served served =
          new Served(
              "d1",
              List.of(new Served.Api("orders", "v1", "Orders", "", List.of(all))),
              Policy.read(settings.serves().resolve("policy.yaml")));
      return new PlainSite(served) {
        @Override
        public ArgumentReader arguments() {
          return (operation, given, body) ->
              Arguments.read(
                  operation,
                  given.stream()
                      .map(
                          one ->
                              new Arguments.Given(
                                  one.getName(), one.getValue(), Parameter.In.QUERY))
                      .toList(),
                  body);
        }
      };
    }

    @Override
    public AutoCloseable connect(AgentSettings settings, Agent agent, OpenSite site) {
      connected.complete(agent);
      return new Premises().connect(settings, agent, site);
    }

    @Override
    public List<Finding> check(AgentSettings settings, boolean offline) {
      return List.of();
    }
  }

  private void run(Call call, Answer answer) throws FaultException {
    ran.incrementAndGet();
    try (OutputStream out = answer.begin(200, "application/json")) {
      out.write("[]".getBytes(UTF_8));
    } catch (IOException e) {
      throw Fault.of(Fault.Code.CANCELLED, "The answer was not wanted.", e).thrown();
    }
  }

  /** Gives as many rows as the caller may have. */
  private void rows(Call call, Answer answer) throws FaultException {
    mostRows.accumulateAndGet(call.mostRows(), Math::max);
    Operations.write(answer, "[]");
    answer.rows(call.mostRows());
  }

  /** Runs until somebody ends it. */
  private void waits(Call call, Answer answer) throws FaultException {
    CountDownLatch cancelled = new CountDownLatch(1);
    call.cancellation().onCancel(cancelled::countDown);
    ran.incrementAndGet();
    Bridge.await(cancelled);
    throw Fault.of(Fault.Code.CANCELLED, "Cancelled.").thrown();
  }

  @AfterEach
  void stop() throws Exception {
    if (!ended.isDone()) {
      connected.join().end(0);
      ended.get(30, TimeUnit.SECONDS);
    }
    for (AutoCloseable one : closing.reversed()) {
      one.close();
    }
  }

  Bridge.Exchange begin(Request request) {
    Bridge.Exchange exchange = new Bridge.Exchange(Integer.MAX_VALUE);
    exchange.requests = stub.invoke(exchange);
    exchange.requests().onNext(request);
    return exchange;
  }

  Code code(Head.Builder head) {
    return begin(Request.newBuilder().setHead(head).setLast(true).build())
        .toEnd()
        .last()
        .getEnd()
        .getFault()
        .getCode();
  }

  static Head.Builder as(String subject, String operation) {
    return Bridge.head(operation)
        .setCaller(Caller.newBuilder().setSubject(subject).setIssuer("CN=Connectors"));
  }
}
