package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.certs.SampleCommand;
import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.NamespaceSettings;
import drawbridge.namespace.Permissions;
import drawbridge.settings.Section;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What an admin is told before the gateway runs, and of what stands in its way. */
@Timeout(120)
final class CheckCommandTest {
  private static final String SAS = "the-shared-access-key-of-the-gateway";
  private static final String MANAGING = "bWFuYWdpbmcta2V5LW9mLXRoZS10ZXN0LW9ubHk=";
  private static final String AGENT = "drawbridge.plant-1.agent-a";

  @TempDir private Path folder;
  private final StringWriter said = new StringWriter();
  private final LocalNamespace namespace =
      LocalNamespace.start(
          NamespaceSettings.builder()
              .queue("drawbridge.gateway-1")
              .queue(AGENT)
              .key("boss", MANAGING)
              .key(
                  "gateway-1",
                  SAS,
                  Permissions.of(
                      Set.of("drawbridge.gateway-1"), Set.of(AGENT, "drawbridge.plant-1.agent-z")))
              .build());

  @BeforeEach
  void makeCertificates() throws IOException {
    samples(folder.resolve("certs"));
    Files.writeString(folder.resolve("sas"), SAS);
    rights("rw-------");
  }

  private void rights(String ofTheKey) throws IOException {
    Files.setPosixFilePermissions(folder.resolve("sas"), PosixFilePermissions.fromString(ofTheKey));
  }

  @AfterEach
  void stop() {
    namespace.close();
  }

  private static void samples(Path into) {
    CommandLine command = new CommandLine(new SampleCommand());
    command.setOut(new PrintWriter(new StringWriter()));
    assertEquals(0, command.execute(into.toString()));
  }

  private Path settings(int port, String agents) throws IOException {
    return Files.writeString(
        folder.resolve("gateway.yaml"),
        """
        name: gateway-1
        public-url: https://localhost:8443
        listen: { port: %d, address: 127.0.0.1, certificate: certs/front.pem, key: certs/front.key }
        private: { port: 0 }
        callers: { certificates: { trust: certs/connectors-ca.pem } }
        namespace:
          endpoint: "localhost:%d"
          emulator: true
          login: { sas: { name: gateway-1, key-file: sas } }
        identity: { certificate: certs/gateway-1.pem, key: certs/gateway-1.key, peers: certs/relay-ca.pem, crl: { file: certs/relay.crl } }
        sites: { plant-1: { agents: [%s], apis: [orders] } }
        """
            .formatted(port, namespace.port(), agents));
  }

  private int check(Path config, String... more) {
    List<String> words = new ArrayList<>(List.of("--config=" + config));
    words.addAll(List.of(more));
    PrintWriter out = new PrintWriter(said);
    return new CommandLine(new CheckCommand())
        .setOut(out)
        .setErr(out)
        .execute(words.toArray(String[]::new));
  }

  private void says(String... words) {
    for (String word : words) {
      assertTrue(said.toString().contains(word), () -> word + " is missing in\n" + said);
    }
  }

  @Test
  void whatIsInOrderIsSaidToBe() throws Exception {
    assertEquals(0, check(settings(0, "agent-a")), said::toString);
    says(
        "✓ ok       front door", "days left", "Listen on drawbridge.gateway-1", "Send to " + AGENT);
    assertFalse(said.toString().contains("✗"), said::toString);
  }

  private Path manage(String rights) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("manage"),
            "Endpoint=sb://localhost/;SharedAccessKeyName=boss;SharedAccessKey=" + MANAGING);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
  }

  /** The queues of this test are as the local namespace makes them, which live for two weeks. */
  @Test
  void theSettingsOfTheQueuesAreLookedAtWithAKeyThatMayManageThem() throws Exception {
    Path log = Files.writeString(folder.resolve("log"), "somebody pasted " + MANAGING + "\n");
    Path zip = folder.resolve("support.zip");
    Path config = settings(0, "agent-a");
    assertEquals(
        0,
        check(config, "--manage=" + manage("rw-------"), "--bundle=" + zip, "--log=" + log),
        said::toString);
    says(
        "✓ ok       rights: 4 secret files",
        "! warning  Settings of drawbridge.gateway-1: time-to-live is PT336H",
        "! warning  Settings of " + AGENT,
        "--default-message-time-to-live PT1M");
    assertFalse(said.toString().contains(MANAGING), said::toString);
    assertFalse(said.toString().contains("Not looked at"), said::toString);
    String bundled = bundled(zip);
    assertTrue(bundled.contains("somebody pasted ***"), bundled);
    assertTrue(bundled.contains("Settings of " + AGENT), bundled);
    assertFalse(bundled.contains(MANAGING), bundled);
  }

  @Test
  void withoutThatKeyNothingOfThemIsSaidButHowToSeeThem() throws Exception {
    assertEquals(0, check(settings(0, "agent-a")), said::toString);
    says("Not looked at: settings of the queues. --manage FILE does");
    assertFalse(said.toString().contains("Settings of"), said::toString);
    said.getBuffer().setLength(0);
    assertEquals(0, check(settings(0, "agent-a"), "--json"), said::toString);
    assertFalse(said.toString().contains("--manage"), said::toString);
  }

  @Test
  void aFileOfThatKeyThatIsOfNoUseIsNamed() throws Exception {
    assertEquals(
        1, check(settings(0, "agent-a"), "--manage=" + manage("rw-r--r--")), said::toString);
    says("✗ failed   rights of " + folder.resolve("manage"), "! warning  Settings of " + AGENT);
    said.getBuffer().setLength(0);
    Path sas = folder.resolve("sas");
    assertEquals(1, check(settings(0, "agent-a"), "--manage=" + sas), said::toString);
    says("✗ failed   " + sas + ": this is not a connection string with a key");
    assertFalse(said.toString().contains(SAS), said::toString);
    said.getBuffer().setLength(0);
    assertEquals(1, check(settings(0, "agent-a"), "--manage"), said::toString);
    says("✗ failed   --manage: these settings sign in with a shared access key");
  }

  @Test
  void aKeyOfAnotherCertificateIsNamed() throws Exception {
    samples(folder.resolve("others"));
    for (String key : List.of("front.key", "gateway-1.key")) {
      Path ours = folder.resolve("certs").resolve(key);
      byte[] right = Files.readAllBytes(ours);
      Files.copy(folder.resolve("others").resolve(key), ours, StandardCopyOption.REPLACE_EXISTING);
      assertEquals(1, check(settings(0, "agent-a"), "--offline"), said::toString);
      Files.write(ours, right);
    }
    says("certs/front.key:1: is not the key of the certificate", "name the pair that was made");
    says("identity.key: this key does not belong to the certificate");
  }

  @Test
  void aSecretThatEverybodyCanReadIsNamed() throws Exception {
    rights("rw-r--r--");
    assertEquals(1, check(settings(0, "agent-a"), "--offline"), said::toString);
    says("rights of " + folder.resolve("sas"), "chmod 600");
  }

  @Test
  void aPortThatAnotherProgramHasIsNamed() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();
      assertEquals(1, check(settings(port, "agent-a")), said::toString);
      says(
          "✗ failed   front door 127.0.0.1:" + port + ": nothing can listen there",
          "end the program that has the port");
      // It hides nothing of what does not rest on it.
      says("✓ ok       Send to " + AGENT);
    }
  }

  @Test
  void aGatewayThatRunsIsNotInItsOwnWay() throws Exception {
    try (Gateway gateway =
        Gateway.start(GatewaySettings.read(Section.read(settings(0, "agent-a"))))) {
      assertEquals(0, check(settings(gateway.port(), "agent-a")), said::toString);
      says("front door 127.0.0.1:" + gateway.port() + ": this gateway runs");
    }
  }

  @Test
  void aQueueOfAnAgentThatIsNotThereIsNamed() throws Exception {
    assertEquals(1, check(settings(0, "agent-a, agent-z"), "--json"), said::toString);
    JsonNode all = new ObjectMapper().readTree(said.toString());
    assertFalse(all.path("ok").asBoolean());
    assertEquals("gateway", all.path("program").asText());
    List<String> failed = new ArrayList<>();
    for (JsonNode finding : all.path("findings")) {
      if (finding.path("verdict").asText().equals("failed")) {
        failed.add(finding.path("what").asText() + ": " + finding.path("detail").asText());
        assertEquals("create it, or mend the name", finding.path("fix").asText());
        assertTrue(finding.path("milliseconds").isNumber());
      }
    }
    assertEquals(List.of("Send to drawbridge.plant-1.agent-z: there is no such queue"), failed);
  }

  /** Also of a check that fails: that is when support is asked. */
  @Test
  void theBundleHoldsWhatWasFoundAndNoSecret() throws Exception {
    Path log = Files.writeString(folder.resolve("log"), "signed in with " + SAS + "\n");
    Path zip = folder.resolve("support.zip");
    Path config = settings(0, "agent-z");
    assertEquals(1, check(config, "--bundle=" + zip, "--log=" + log), said::toString);
    String all = bundled(zip);
    for (String part :
        List.of("settings/gateway.yaml", "public-url", "no such queue", "signed in with")) {
      assertTrue(all.indexOf(part) >= 0, part + " is missing");
    }
    assertFalse(all.indexOf(SAS) >= 0);
    for (String key : List.of("front.key", "gateway-1.key")) {
      for (String line : Files.readAllLines(folder.resolve("certs").resolve(key))) {
        assertTrue(line.startsWith("-----") || all.indexOf(line) < 0, "of " + key);
      }
    }
    byte[] before = Files.readAllBytes(zip);
    assertEquals(1, check(config, "--offline", "--bundle=" + zip), "it is there already");
    assertEquals(before.length, Files.size(zip));
  }

  private static String bundled(Path zip) throws IOException {
    StringBuilder all = new StringBuilder();
    try (InputStream file = Files.newInputStream(zip);
        ZipInputStream in = new ZipInputStream(file)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        all.append(entry.getName()).append('\n');
        all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return all.toString();
  }

  @Test
  void wrongUseHasACodeOfItsOwn() {
    PrintWriter out = new PrintWriter(said);
    assertEquals(2, new CommandLine(new CheckCommand()).setErr(out).execute("--offline"));
    says("--config");
    assertEquals(1, check(folder.resolve("nowhere.yaml")), said::toString);
    says("nowhere.yaml");
  }
}
