package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.Section;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationTest {
  private static final StackPlan.Site PLANT =
      new StackPlan.Site("plant-1", List.of("agent-a", "agent-b"), Optional.empty());
  private static final StackPlan.Site OTHER =
      new StackPlan.Site("plant-2", List.of("agent-c"), Optional.of("other"));

  @TempDir private Path folder;
  private Layout layout;
  private Configuration configuration;

  @BeforeEach
  void make() throws Exception {
    StackPlan plan =
        StackPlan.small()
            .withGateways("gateway-1", "gateway-2")
            .withSites(PLANT, OTHER)
            .recorded()
            .withBehaviour(Map.of("delay", "10ms"));
    layout = new Layout(folder.resolve("a folder"), plan);
    layout.make();
    configuration = new Configuration(layout);
  }

  @Test
  void eachProgramMayListenOnItsOwnMailboxAndSendToItsPeers() throws Exception {
    configuration.namespace();
    Section file = Section.read(layout.configuration("namespace"));
    Section agent = file.sections("keys").get(2);
    assertEquals("agent-b", agent.text("name"));
    assertEquals(List.of("drawbridge.plant-1.agent-b"), agent.texts("listen"));
    assertEquals(List.of("drawbridge.gateway-1", "drawbridge.gateway-2"), agent.texts("send"));
    Section gateway = file.sections("keys").get(4);
    assertEquals(List.of("drawbridge.gateway-1"), gateway.texts("listen"));
    assertEquals(3, gateway.texts("send").size());
    assertEquals(6, file.sections("queues").size());
    assertEquals("10ms", file.section("behaviour").text("delay"));
  }

  @Test
  void agentsOfASiteShareItsFilesAndNotTheirAuditLogs() throws Exception {
    configuration.agent("agent-a", PLANT, 5672);
    configuration.agent("agent-b", PLANT, 5672);
    configuration.agent("agent-c", OTHER, 5672);
    Section a = Section.read(layout.configuration("agent-a"));
    Section b = Section.read(layout.configuration("agent-b"));
    Section c = Section.read(layout.configuration("agent-c"));
    assertEquals(a.path("serves"), b.path("serves"));
    assertNotEquals(a.path("serves"), c.path("serves"));
    assertNotEquals(a.section("audit").path("folder"), b.section("audit").path("folder"));
    assertEquals("localhost:5672", a.section("namespace").text("endpoint"));
    a.section("namespace").section("login").section("sas").secret("key-file");
  }

  @Test
  void aSecondSiteHasAPrefix() throws Exception {
    configuration.gateway("gateway-2", 5672, 8443, 9090);
    Section file = Section.read(layout.configuration("gateway-2"));
    assertEquals("other", file.section("sites").section("plant-2").text("prefix"));
    assertEquals("127.0.0.1", file.section("listen").text("address"));
  }

  @Test
  void secretsAreForTheirOwnerAlone() throws Exception {
    Path secret = layout.secret("agent-a");
    assertEquals(layout.secretText("agent-a"), Files.readString(secret));
    assertTrue(Files.readString(secret).length() >= 40);
    assertEquals(
        PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(secret));
  }
}
