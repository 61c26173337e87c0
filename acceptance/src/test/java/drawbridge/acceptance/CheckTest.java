package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What an admin is told by {@code check} of a whole bridge; in order, since parts of it are
 * stopped.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class CheckTest {
  private static Stack stack;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  private static Ran check(String side, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("check"));
    words.addAll(List.of(more));
    return Ran.of(
        Repository.java(side, "drawbridge." + side + ".Main", words).toArray(String[]::new));
  }

  private static String config(String name) {
    return "--config=" + stack.configuration(name);
  }

  /** Of a finding whose name begins so. */
  private static JsonNode finding(Ran ran, String what) throws Exception {
    // Beside the log, which goes to the other stream.
    String json = ran.text().lines().filter(line -> line.startsWith("{")).findFirst().orElse("{}");
    for (JsonNode found : new ObjectMapper().readTree(json).path("findings")) {
      if (found.path("what").asText().startsWith(what)) {
        return found;
      }
    }
    throw new AssertionError("nothing of " + what + " in " + ran.text());
  }

  @Test
  @Order(1)
  void ofABridgeThatRunsEverythingIsInOrderAndTheAgentGoesOn() throws Exception {
    Ran ran = check("agent", config("agent-a"), "--json");
    assertEquals(0, ran.code(), ran.text());
    for (String what :
        List.of(
            "rights",
            "API orders/v1",
            "source erp",
            "pages",
            "audit",
            "DNS",
            "Listen on drawbridge.plant-1.agent-a",
            "Send to drawbridge.gateway-1")) {
      assertEquals("ok", finding(ran, what).path("verdict").asText(), ran.text());
    }
    assertTrue(
        finding(ran, "channel to gateway-1").path("detail").asText().contains("says the agent"));
    // Samples are good for less than a month, which is said.
    assertTrue(finding(ran, "certificate of agent").path("detail").asText().contains("days left"));
    assertEquals(0, check("gateway", config("gateway-1")).code());
    try (Connector connector = Connector.of(stack)) {
      assertEquals(200, connector.get(Showing.ALLOWED).statusCode(), "nothing was put aside");
    }
  }

  /** By the key that manages the namespace, which neither program has. */
  @Test
  @Order(1)
  void theSettingsOfTheQueuesAreSeenWithAKeyThatManagesThem() throws Exception {
    for (String side : List.of("agent", "gateway")) {
      String config = config(side.equals("agent") ? "agent-a" : "gateway-1");
      Ran ran = check(side, config, "--json", "--manage=" + manage());
      assertEquals(0, ran.code(), ran.text());
      for (String queue : List.of("drawbridge.plant-1.agent-a", "drawbridge.gateway-1")) {
        JsonNode seen = finding(ran, "Settings of " + queue);
        assertEquals("ok", seen.path("verdict").asText(), ran.text());
        assertTrue(seen.path("detail").asText().contains("time-to-live PT1M"), ran.text());
      }
    }
  }

  /** Beside the other secrets, so that no bundle may hold it. */
  private static Path manage() throws Exception {
    Path secrets = stack.folder().resolve("secrets");
    Path file =
        Files.writeString(
            secrets.resolve("manage"),
            "Endpoint=sb://localhost/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey="
                + Files.readString(secrets.resolve("root")).strip());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  /** Every secret that the stack has, against every byte of the bundle. */
  @Test
  @Order(2)
  void theBundleHoldsNoSecret() throws Exception {
    Path zip = stack.folder().resolve("support.zip");
    Ran ran =
        check(
            "agent",
            config("agent-a"),
            "--manage=" + manage(),
            "--bundle=" + zip,
            "--log=" + stack.log("agent-a"));
    assertEquals(0, ran.code(), ran.text());
    StringBuilder all = new StringBuilder();
    try (InputStream file = Files.newInputStream(zip);
        ZipInputStream in = new ZipInputStream(file)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        all.append(entry.getName()).append('\n');
        all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    int looked = 0;
    for (Path folder : List.of(stack.folder().resolve("secrets"), stack.certificate(""))) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file :
            files
                .filter(f -> folder.endsWith("secrets") || f.toString().endsWith(".key"))
                .toList()) {
          for (String line : Files.readAllLines(file)) {
            if (!line.startsWith("-----")) {
              looked++;
              assertFalse(all.indexOf(line) >= 0, "of " + file);
            }
          }
        }
      }
    }
    assertTrue(looked > 8, "looked for " + looked);
    for (String part :
        List.of("versions.txt", "settings/site/policy.yaml", "status.json", "ready")) {
      assertTrue(all.indexOf(part) >= 0, part + " is missing");
    }
  }

  @Test
  @Order(3)
  void whereNoAgentRunsAChannelIsTried() throws Exception {
    stack.stop("agent-a");
    Ran ran = check("agent", config("agent-a"), "--json");
    assertEquals(0, ran.code(), ran.text());
    assertEquals("ok", finding(ran, "channel to gateway-1").path("verdict").asText(), ran.text());
  }

  @Test
  @Order(4)
  void aGatewayThatIsAwayIsNamed() throws Exception {
    stack.stop("gateway-1");
    Ran ran = check("agent", config("agent-a"), "--json");
    assertEquals(1, ran.code(), ran.text());
    assertEquals("failed", finding(ran, "channel to gateway-1").path("verdict").asText());
    assertTrue(
        finding(ran, "channel to gateway-1").path("fix").asText().contains("that gateway runs"));
  }

  @Test
  @Order(5)
  void aSourceThatRefusesTheUserIsNamed() throws Exception {
    Path secret = stack.folder().resolve("secrets/erp");
    String before = Files.readString(secret);
    Files.writeString(secret, "not-the-password");
    try {
      Ran ran = check("agent", config("agent-a"), "--json");
      assertEquals(1, ran.code(), ran.text());
      assertEquals("failed", finding(ran, "source erp").path("verdict").asText(), ran.text());
    } finally {
      Files.writeString(secret, before);
    }
  }

  @Test
  @Order(6)
  void withoutAnySettingsTheWayIsTriedAndTheFirewallRequestWritten() throws Exception {
    int closed = Layout.freePorts(1)[0];
    Ran ran = check("agent", "--namespace=localhost:" + closed);
    assertEquals(1, ran.code(), ran.text());
    assertTrue(ran.text().contains("✗ failed   AMQP: TCP to localhost:" + closed), ran.text());
    assertTrue(ran.text().contains("Firewall request: outbound only"), ran.text());
    assertEquals(2, check("agent").code(), "one of --config and --namespace is needed");
  }
}
