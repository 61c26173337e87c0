package drawbridge.agent;

import static drawbridge.agent.Operations.reading;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
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
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Request;
import drawbridge.relay.wire.Source;
import drawbridge.settings.Finding;
import drawbridge.settings.Section;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A gateway in an attacker's hands, with valid certificates and keys of its queue, against the
 * agent's own program over Service Bus messages and TLS. The measure: it cannot run what the admin
 * did not list for the gateway it is, exceed the budgets, or act as a user whose token it does not
 * hold.
 */
class HostileGatewayTest {
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
  private final SampleTokens issuer = SampleTokens.create("k1");
  private final AtomicInteger ran = new AtomicInteger();
  private final AtomicLong mostRows = new AtomicLong();
  private final BlockingQueue<AgentLink> links = new ArrayBlockingQueue<>(8);
  private final CompletableFuture<Agent> connected = new CompletableFuture<>();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
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
                + "\nidentity: { certificate: gateway-1.pem, key: gateway-1.key, peers: relay-ca.pem, crl: { file: relay.crl } }\n");
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
        reading("ByToken", HostileGatewayTest.this::run),
        reading("ByCertificate", HostileGatewayTest.this::run),
        reading("OfAnother", HostileGatewayTest.this::run),
        reading("OfNobody", HostileGatewayTest.this::run),
        reading("OfUser", HostileGatewayTest.this::run),
        reading("Aged", HostileGatewayTest.this::run),
        reading("Rows", HostileGatewayTest.this::rows),
        reading("Bytes", (call, answer) -> Operations.write(answer, "x".repeat(1_000))),
        reading("Long", HostileGatewayTest.this::waits)
      };
      Served served =
          new Served(
              "d1",
              List.of(new Served.Api("orders", "v1", "Orders", "", List.of(all))),
              Policy.read(settings.serves().resolve("policy.yaml")));
      return new OpenSite() {
        @Override
        public Served served() {
          return served;
        }

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

        @Override
        public List<Source> sources() {
          return List.of();
        }

        @Override
        public List<Finding> check() {
          return List.of();
        }

        @Override
        public void close() {}
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

  private Bridge.Exchange begin(Request request) {
    Bridge.Exchange exchange = new Bridge.Exchange(Integer.MAX_VALUE);
    exchange.requests = stub.invoke(exchange);
    exchange.requests().onNext(request);
    return exchange;
  }

  private Code code(Head.Builder head) {
    return begin(Request.newBuilder().setHead(head).setLast(true).build())
        .toEnd()
        .last()
        .getEnd()
        .getFault()
        .getCode();
  }

  private static Head.Builder as(String subject, String operation) {
    return Bridge.head(operation)
        .setCaller(Caller.newBuilder().setSubject(subject).setIssuer("CN=Connectors"));
  }

  @Test
  void itRunsNothingThatIsNotListedForTheGatewayThatItIs() {
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "OfAnother")));
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "OfNobody")));
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "OfNobody/../ByCertificate")));
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "")));
    assertEquals(Code.FORBIDDEN, code(as("CN=anybody", "x".repeat(100_000))));
    assertEquals(0, ran.get());
  }

  @Test
  void itCannotActAsSomebodyWhoseTokenItDoesNotHold() {
    assertEquals(Code.FORBIDDEN, code(as("CN=app-1", "ByToken")));
    String forged = SampleTokens.create("k1").token(SampleTokens.claims("app-1", Instant.now()));
    assertEquals(Code.UNAUTHENTICATED, code(as("CN=app-1", "ByToken").setToken(forged)));
    String ofAnother = issuer.token(SampleTokens.claims("app-2", Instant.now()));
    assertEquals(Code.FORBIDDEN, code(as("CN=app-1", "ByToken").setToken(ofAnother)));
    String over = issuer.token(SampleTokens.claims("app-1", Instant.now().minusSeconds(7200)));
    assertEquals(Code.UNAUTHENTICATED, code(as("CN=app-1", "ByToken").setToken(over)));
    assertEquals(0, ran.get());
    String live = issuer.token(SampleTokens.claims("app-1", Instant.now()));
    assertEquals(Code.UNSPECIFIED, code(as("CN=app-1", "ByToken").setToken(live)));
    assertEquals(1, ran.get(), "what it can do: use a live token that it was given");
  }

  /** Nor as somebody else by a token that means something else. */
  @Test
  void aTokenOfAnotherAudienceTenantUserOrKindOpensNothing() {
    Map<String, Object> claims = SampleTokens.claims("app-1", Instant.now());
    assertEquals(Code.UNAUTHENTICATED, code(byToken(claims, "aud", "api://another")));
    assertEquals(
        Code.UNAUTHENTICATED,
        code(byToken(claims, "aud", List.of(SampleTokens.AUDIENCE, "api://another"))));
    assertEquals(
        Code.UNAUTHENTICATED, code(byToken(claims, "tid", "99999999-2222-3333-4444-555555555555")));
    assertEquals(
        Code.UNAUTHENTICATED, code(byToken(claims, "iss", "https://login.example/another")));
    Map<String, Object> user = SampleTokens.claims("app-9", Instant.now());
    user.put("scp", "Orders");
    user.put("oid", "u2");
    assertEquals(Code.FORBIDDEN, code(as("u1", "OfUser").setToken(issuer.token(user))));
    Map<String, Object> application = SampleTokens.claims("app-9", Instant.now());
    application.put("oid", "u1");
    assertEquals(
        Code.FORBIDDEN,
        code(as("u1", "OfUser").setToken(issuer.token(application))),
        "nobody signed in");
    assertEquals(0, ran.get());
    user.put("oid", "u1");
    assertEquals(Code.UNSPECIFIED, code(as("x", "OfUser").setToken(issuer.token(user))));
  }

  private Head.Builder byToken(Map<String, Object> claims, String name, Object value) {
    Map<String, Object> bent = new HashMap<>(claims);
    bent.put(name, value);
    return as("CN=app-1", "ByToken").setToken(issuer.token(bent));
  }

  @Test
  void aTokenThatItKeptIsWorthNothingPastTheAgeThatTheRuleAllows() {
    Instant then = Instant.now().minusSeconds(400);
    String kept = issuer.token(SampleTokens.claims("app-1", then));
    assertEquals(Code.FORBIDDEN, code(as("CN=a", "Aged").setToken(kept)));
    assertEquals(0, ran.get());
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "ByToken").setToken(kept)), "it lives still");
    String young = issuer.token(SampleTokens.claims("app-1", Instant.now()));
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "Aged").setToken(young)));
  }

  @Test
  void anApiOrVersionThatIsNotThereIsForbiddenLikeAnyOther() {
    for (String id :
        List.of(
            "orders/v2/ByCertificate",
            "stock/v1/ByCertificate",
            "orders/v1/bycertificate",
            "orders/v1/ByCertificate/",
            "/orders/v1/ByCertificate",
            "orders//ByCertificate",
            "*",
            "orders/v1/*")) {
      assertEquals(Code.FORBIDDEN, code(as("CN=a", "x").setOperation(id)), id);
    }
    assertEquals(0, ran.get());
  }

  /** Whatever deadline it claims, and whoever it claims to call for. */
  @Test
  void itCannotExceedRowsBytesTimeOrCallsAtOnce() {
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "Rows")));
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "Rows")));
    assertEquals(5, mostRows.get(), "rows of one answer");
    assertEquals(Code.TOO_MANY_CALLS, code(as("CN=a", "Rows")), "ten rows are gone");
    assertEquals(Code.TOO_LARGE, code(as("CN=a", "Bytes")));

    long from = System.nanoTime();
    List<Bridge.Exchange> two = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Head.Builder head = as("CN=a", "Long").setDeadlineMs(Integer.MAX_VALUE);
      two.add(begin(Request.newBuilder().setHead(head).setLast(true).build()));
    }
    Bridge.await(() -> ran.get() == 2, "both run");
    assertEquals(Code.TOO_MANY_CALLS, code(as("CN=a", "Long")), "calls at once");
    for (Bridge.Exchange exchange : two) {
      assertEquals(Code.DEADLINE_EXCEEDED, exchange.toEnd().fault().getCode());
    }
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
    assertTrue(took < 6_000, "a call of at most one second took ms: " + took);
  }

  @Test
  void hugeArgumentsAndBodiesRunNothing() {
    Head.Builder many = as("CN=a", "ByCertificate");
    for (int i = 0; i < 10_000; i++) {
      many.addArguments(argument("n" + i, "1"));
    }
    assertEquals(Code.INVALID_ARGUMENT, code(many));
    String megabyte = "9".repeat(1 << 20);
    assertEquals(
        Code.INVALID_ARGUMENT, code(as("CN=a", "ByCertificate").addArguments(argument("n", megabyte))));
    assertEquals(
        Code.INVALID_ARGUMENT, code(as("CN=a", "ByCertificate").addArguments(argument(megabyte, "1"))));
    body("ByCertificate", Code.INVALID_ARGUMENT);
    assertEquals(0, ran.get());
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "ByCertificate")), "others are served on");
    // A record stays a line that anybody can read, whatever somebody puts into it.
    for (Map<String, String> record : AuditFiles.read(folder.resolve("audit"), "refused")) {
      assertTrue(record.toString().length() < 100_000, "a record of " + record.toString().length());
    }
  }

  /** Sends twice what a body may have, and lets go at the first answer, as gateways do. */
  private void body(String operation, Code refusal) {
    Bridge.Exchange call = begin(Request.newBuilder().setHead(as("CN=a", operation)).build());
    ByteString piece = ByteString.copyFromUtf8("[".repeat(64 << 10));
    for (int i = 0; i < 256 && call.replies.isEmpty(); i++) {
      Bridge.await(
          () -> call.control().isReady() || !call.replies.isEmpty(), "room for more of the body");
      call.requests().onNext(Request.newBuilder().setChunk(piece).build());
    }
    Bridge.await(() -> !call.replies.isEmpty(), "an answer");
    assertEquals(refusal, call.fault().getCode());
    call.control().cancel("over", null);
  }

  /** What was under way when a call was refused must not take the room of all others. */
  @Test
  void bodiesOfRefusedCallsLeaveRoomForOthers() {
    for (int i = 0; i < 40; i++) {
      body("OfNobody", Code.FORBIDDEN);
    }
    String live = issuer.token(SampleTokens.claims("app-1", Instant.now()));
    assertEquals(Code.UNSPECIFIED, code(as("CN=a", "ByToken").setToken(live)));
  }

  private static Argument argument(String name, String value) {
    return Argument.newBuilder()
        .setName(name)
        .setValue(value)
        .setIn(drawbridge.relay.wire.Parameter.In.QUERY)
        .build();
  }

  /** It may claim any certificate, but not multiply what the rule gives. */
  @Test
  void itCannotExceedTheBudgetsByInventingCallers() {
    for (int i = 0; i < 200; i++) {
      code(as("CN=invented-" + i, "ByCertificate"));
    }
    int beyond = 0;
    for (int i = 0; i < 20; i++) {
      beyond += code(as("CN=invented-1", "ByCertificate")) == Code.UNSPECIFIED ? 1 : 0;
      beyond += code(as("CN=invented-2", "ByCertificate")) == Code.UNSPECIFIED ? 1 : 0;
    }
    assertTrue(beyond <= 8, "the rest of two budgets, but " + beyond);
    assertTrue(ran.get() <= 4 * 5, "three callers and all others, five calls each, but " + ran);
  }

  @Test
  void malformedHeadsAndFloodsEndInFaultsAndOthersAreServedOn() throws Exception {
    assertEquals(
        Code.INVALID_ARGUMENT, code(as("CN=a", "ByCertificate").setCallId(ByteString.EMPTY)));
    Bridge.Exchange headless = begin(Request.newBuilder().setLast(true).build());
    headless.toEnd();
    assertNotNull(headless.error);
    assertEquals(Code.UNAUTHENTICATED, code(as("CN=a", "ByToken").setToken("x".repeat(200_000))));
    assertEquals(Code.FORBIDDEN, code(as("C".repeat(100_000), "ByToken")));
    List<Bridge.Exchange> silent = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      silent.add(begin(Request.newBuilder().setHead(as("CN=a", "OfNobody")).build()));
    }
    for (Bridge.Exchange exchange : silent) {
      exchange.requests().onError(new IllegalStateException("left"));
    }
    String live = issuer.token(SampleTokens.claims("app-1", Instant.now()));
    Bridge.await(
        () -> code(as("CN=a", "ByToken").setToken(live)) == Code.UNSPECIFIED, "served after it");
    assertFalse(ended.isDone(), "the agent lives");
  }
}
