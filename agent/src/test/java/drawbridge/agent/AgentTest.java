package drawbridge.agent;

import static drawbridge.agent.Operations.reading;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Operation;
import drawbridge.agent.policy.Policy;
import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.relay.ManageOption;
import drawbridge.relay.wire.Source;
import drawbridge.settings.Finding;
import drawbridge.settings.Program;
import drawbridge.settings.SettingsException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AgentTest {
  @TempDir Path folder;
  private Path config = Path.of("agent.yaml");

  @BeforeEach
  void files() throws Exception {
    SampleFiles.key(folder.resolve("audit.key"), SampleKey.ED25519.generate().getPrivate());
    Path site = Files.createDirectory(folder.resolve("site"));
    Files.writeString(
        site.resolve("policy.yaml"),
        "rules: [{ name: a, allow: [orders/v1/Find, orders/v1/Gone], to: { gateway: [gateway-1] } }]");
    config =
        Files.writeString(
            folder.resolve("agent.yaml"),
            """
            site: plant-1
            name: agent-a
            serves: site/
            gateways: [gateway-1, gateway-2]
            namespace: { endpoint: contoso.servicebus.windows.net }
            identity: { certificate: agent-a.pem }
            audit: { folder: audit, key: audit.key }
            """);
  }

  private Served served(String digest, Operation... operations) {
    return new Served(
        digest,
        List.of(new Served.Api("orders", "v1", "Orders", "", List.of(operations))),
        Policy.read(folder.resolve("site/policy.yaml")));
  }

  private final class Around implements Surroundings {
    final CompletableFuture<Agent> connected = new CompletableFuture<>();
    boolean closed;

    @Override
    public OpenSite open(AgentSettings settings, boolean offline) {
      return new PlainSite(AgentTest.this.served("d1", reading("Find", (call, answer) -> {}))) {
        @Override
        public List<Finding> check() {
          return List.of(Finding.failed("source erp", "cannot be reached", "mend it"));
        }

        @Override
        public void close() {
          closed = true;
        }
      };
    }

    @Override
    public AutoCloseable connect(AgentSettings settings, Agent agent, OpenSite site) {
      connected.complete(agent);
      return () -> {};
    }

    @Override
    public List<Finding> queues(AgentSettings settings, ManageOption manage) {
      return List.of(Finding.ok("Settings of a queue", "by " + manage.secrets()));
    }

    @Override
    public List<Finding> check(AgentSettings settings, boolean offline) {
      return List.of(Finding.ok("namespace " + settings.namespace().text("endpoint"), ""));
    }
  }

  private static String run(int expected, Main main, String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = Program.line(main).setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    assertEquals(expected, line.execute(arguments), out::toString);
    return out.toString();
  }

  @Test
  void theFileIsReadAsWritten() {
    AgentSettings settings = AgentSettings.read(config);
    assertEquals("plant-1", settings.site());
    assertEquals("agent-a", settings.name());
    assertEquals(List.of("gateway-1", "gateway-2"), settings.gateways());
    assertEquals(folder.resolve("audit"), settings.audit().folder());
    assertEquals("agent-a.pem", settings.identity().text("certificate"));
    assertTrue(settings.network().isEmpty());
  }

  @Test
  void theProgramSaysWhenItIsReadyAndRecordsStartAndStop() throws Exception {
    Around around = new Around();
    Path ready = folder.resolve("ready.json");
    CompletableFuture<String> ran =
        CompletableFuture.supplyAsync(
            () ->
                run(
                    1,
                    new Main(around),
                    "--config",
                    config.toString(),
                    "--ready-file",
                    ready.toString()));
    Agent agent = around.connected.get(10, TimeUnit.SECONDS);
    Bridge.await(() -> Files.exists(ready), "the ready file");
    assertEquals("{\"pid\":" + ProcessHandle.current().pid() + "}\n", Files.readString(ready));
    agent.channelOpened("gateway-1", Map.of("group", "X25519MLKEM768"));
    agent.securityEvent("gateway-1", Map.of("what", "an altered message"));
    agent.channelClosed("gateway-1", Map.of("why", "drained"));
    agent.end(1);
    assertEquals("ready", ran.get(20, TimeUnit.SECONDS).strip());
    assertTrue(around.closed);
    List<Map<String, String>> lines = AuditFiles.read(folder.resolve("audit"));
    assertEquals(
        List.of("segment", "start", "channel-open", "security", "channel-close", "stop"),
        lines.stream().map(line -> line.get("kind")).toList());
    assertEquals("d1", lines.get(1).get("digest"));
    assertEquals("X25519MLKEM768", lines.get(2).get("group"));
    assertEquals("gateway-1", lines.get(3).get("gateway"));
  }

  @Test
  void checkNamesWhatItLookedAtAndFailsWhenOneThingDoes() {
    String online = run(1, new Main(new Around()), "check", "--config", config.toString());
    assertTrue(online.contains("failed   source erp: cannot be reached"), online);
    assertTrue(online.contains("warning  policy.yaml: a: orders/v1/Gone"), online);
    assertTrue(online.contains("ok       namespace contoso.servicebus.windows.net"), online);
    String offline =
        run(0, new Main(new Around()), "check", "--offline", "--config", config.toString());
    assertFalse(offline.contains("source erp"), offline);
    assertFalse(Files.exists(folder.resolve("audit")), "it only looks");
    assertFalse(online.contains("Settings of"), online);
    assertTrue(online.contains("Not looked at: settings of the queues"), online);
    assertFalse(offline.contains("Not looked at"), offline);
  }

  @Test
  void theSettingsOfTheQueuesAreLookedAtWhereThatIsAskedFor() throws Exception {
    Path key = Files.writeString(folder.resolve("manage"), "SharedAccessKey=hush-hush");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    String said =
        run(
            1,
            new Main(new Around()),
            "check",
            "--config",
            config.toString(),
            "--manage",
            key.toString());
    assertTrue(said.contains("ok       Settings of a queue: by [" + key + "]"), said);
    assertTrue(said.contains("failed   rights of " + key), said);
    assertFalse(said.contains("Not looked at"), said);
    assertFalse(said.contains("hush-hush"), said);
    String alone =
        run(2, new Main(new Around()), "check", "--namespace", "localhost:1", "--manage", "m");
    assertTrue(alone.contains("--manage looks at the queues that settings name"), alone);
  }

  @Test
  void wrongUseIsTwo() {
    run(2, new Main(new Around()));
    run(2, new Main(new Around()), "--confg", "x");
  }

  @Test
  void theAuditFolderOfAnotherAgentIsRefused() {
    AgentSettings settings = AgentSettings.read(config);
    try (Agent first = Agent.open(settings, "1", served("d1"), (o, g, b) -> Map.of())) {
      SettingsException e =
          assertThrows(
              SettingsException.class,
              () -> Agent.open(settings, "1", served("d1"), (o, g, b) -> Map.of()));
      assertEquals("audit.folder", e.key());
      assertTrue(
          Objects.requireNonNull(e.getMessage()).contains("another process writes here"),
          e::toString);
      assertEquals("plant-1", first.catalogue().getSite());
    }
  }

  @Test
  void theCatalogueFollowsWhatIsServed() {
    AgentSettings settings = AgentSettings.read(config);
    try (Agent agent = Agent.open(settings, "1", served("d1"), (o, g, b) -> Map.of())) {
      agent.sources(List.of(Source.newBuilder().setName("erp").setAvailable(true).build()));
      agent.certificateDays(30);
      agent.serve(served("d2", reading("Find", (call, answer) -> {})));
      assertEquals("d2", agent.catalogue().getDigest());
      assertEquals("d2", agent.served().digest());
      assertEquals(1, agent.catalogue().getApis(0).getOperationsCount());
      assertEquals("erp", agent.catalogue().getSources(0).getName());
      assertEquals(30, agent.catalogue().getCertificateDays());
    }
  }
}
