package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The two templates say the same, and what the protocol needs. Nothing here asks Azure; what was
 * not run is listed in the README beside them.
 */
final class AzureTest {
  private static final Path AZURE = Repository.root().resolve("installer/azure");
  private static final String RECEIVER = "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0";
  private static final String SENDER = "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39";

  @TempDir private Path folder;

  private final JsonNode arm;
  private final Bicep bicep;

  AzureTest() throws IOException {
    arm = new ObjectMapper().readTree(AZURE.resolve("azuredeploy.json").toFile());
    bicep = Bicep.read(Files.readString(AZURE.resolve("main.bicep")));
  }

  private List<JsonNode> resources(String type) {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode resource : arm.path("resources")) {
      if (resource.path("type").asText().equals(type)) {
        all.add(resource);
      }
    }
    return all;
  }

  @Test
  void theTemplateHasTheShapeOfItsSchema() {
    assertTrue(arm.path("$schema").asText().contains("/2019-04-01/deploymentTemplate.json"));
    Set<String> known = new TreeSet<>();
    arm.path("resources").forEach(r -> known.add(r.path("type").asText()));
    for (JsonNode resource : arm.path("resources")) {
      String type = resource.path("type").asText();
      assertTrue(type.matches("Microsoft\\.[A-Za-z]+(/[A-Za-z]+)+"), type);
      assertTrue(resource.path("apiVersion").asText().matches("20\\d\\d-\\d\\d-\\d\\d"), type);
      assertFalse(resource.path("name").asText().isEmpty(), type);
      // As many parts in the name as in the type, or Azure refuses it.
      resource
          .path("dependsOn")
          .forEach(
              on ->
                  assertTrue(
                      known.stream().anyMatch(k -> on.asText().contains("'" + k + "'")),
                      on::asText));
    }
    // Every parameter is used, and none is used that is not there.
    String text = arm.path("resources") + " " + arm.path("variables") + arm.path("outputs");
    Set<String> used = new TreeSet<>();
    var m = java.util.regex.Pattern.compile("parameters\\('(\\w+)'\\)").matcher(text);
    while (m.find()) {
      used.add(m.group(1));
    }
    Set<String> declared = new TreeSet<>();
    arm.path("parameters").fieldNames().forEachRemaining(declared::add);
    assertEquals(declared, used);
  }

  @Test
  void bothTemplatesHaveTheSameParametersOutputsAndResources() {
    Map<String, String> parameters = new TreeMap<>();
    arm.path("parameters")
        .properties()
        .forEach(
            p ->
                parameters.put(
                    p.getKey(),
                    p.getValue()
                        .path("type")
                        .asText()
                        .replace("secure", "")
                        .toLowerCase(Locale.ROOT)));
    assertEquals(parameters, bicep.parameters());
    Set<String> outputs = new TreeSet<>();
    arm.path("outputs").fieldNames().forEachRemaining(outputs::add);
    assertEquals(outputs, bicep.outputs().keySet());
    List<String> theirs = new ArrayList<>();
    for (JsonNode resource : arm.path("resources")) {
      theirs.add(
          resource.path("type").asText()
              + "@"
              + resource.path("apiVersion").asText()
              + (resource.has("copy") ? " for each" : "")
              + (resource.has("condition") ? " if" : ""));
    }
    List<String> ours =
        bicep.resources().stream()
            .map(r -> r.type() + (r.loop() ? " for each" : "") + (r.condition() ? " if" : ""))
            .toList();
    assertEquals(theirs, ours);
  }

  /** Whatever is written out, and not computed, is the same in both; nothing is in one alone. */
  @Test
  void bothTemplatesHaveTheSameValues() {
    for (int i = 0; i < bicep.resources().size(); i++) {
      Map<String, String> ours = new TreeMap<>();
      leaves("", bicep.resources().get(i).body(), "=", ours);
      Map<String, String> theirs = new TreeMap<>();
      leaves("", arm.path("resources").get(i), "[", theirs);
      for (Map<String, String> both : List.of(ours, theirs)) {
        both.keySet()
            .removeIf(
                key ->
                    key.matches(
                        "/(type|apiVersion|name|parent|scope|condition|copy.*|dependsOn.*)"));
      }
      assertEquals(theirs, ours, bicep.resources().get(i).type());
    }
  }

  /** Paths with their values; what is computed is only named as such. */
  private static void leaves(String path, JsonNode node, String computed, Map<String, String> all) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              field -> {
                if (field.getKey().equals("copy") && field.getValue().isArray()) {
                  // ARM writes a loop over a property beside it.
                  for (JsonNode copy : field.getValue()) {
                    leaves(
                        path + "/" + copy.path("name").asText() + "/each",
                        copy.path("input"),
                        computed,
                        all);
                  }
                } else {
                  String key = field.getKey().startsWith(computed) ? "=" : field.getKey();
                  leaves(path + "/" + key, field.getValue(), computed, all);
                }
              });
      if (node.isEmpty()) {
        all.put(path, "{}");
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        leaves(path + "/" + i, node.get(i), computed, all);
      }
    } else {
      all.put(path, node.asText().startsWith(computed) ? "(computed)" : node.asText());
    }
  }

  @Test
  void everyMailboxIsAsTheProtocolNeedsIt() throws Exception {
    List<JsonNode> queues = resources("Microsoft.ServiceBus/namespaces/queues");
    assertEquals(2, queues.size());
    for (JsonNode queue : queues) {
      JsonNode settings = queue.path("properties");
      assertEquals("PT1M", settings.path("defaultMessageTimeToLive").asText());
      for (String off :
          List.of(
              "deadLetteringOnMessageExpiration",
              "requiresSession",
              "requiresDuplicateDetection",
              "enablePartitioning")) {
        assertTrue(settings.has(off) && !settings.path(off).asBoolean(), off);
      }
      assertTrue(queue.path("name").asText().contains("drawbridge."), queue::toString);
    }
    String protocol = Files.readString(Repository.root().resolve("docs/protocol.md"));
    assertTrue(protocol.contains("60 s"), "what the mailboxes are held against");
  }

  @Test
  void nobodyHasMoreThanListenOnTheirOwnAndSendToTheirPeers() {
    assertTrue(arm.path("variables").path("receiver").asText().contains(RECEIVER));
    assertTrue(arm.path("variables").path("sender").asText().contains(SENDER));
    List<JsonNode> roles = resources("Microsoft.Authorization/roleAssignments");
    assertEquals(4, roles.size());
    for (JsonNode role : roles) {
      assertTrue(role.path("scope").asText().contains("/queues/drawbridge."), role::toString);
      assertTrue(
          role.path("properties")
              .path("roleDefinitionId")
              .asText()
              .matches("\\[variables\\('(receiver|sender)'\\)]"),
          role::toString);
    }
    assertFalse(arm.toString().contains("\"Manage\""));
  }

  @Test
  void theParametersAreThoseOfTheTemplate() throws Exception {
    JsonNode given = new ObjectMapper().readTree(AZURE.resolve("parameters.json").toFile());
    given
        .path("parameters")
        .fieldNames()
        .forEachRemaining(name -> assertTrue(arm.path("parameters").has(name), name));
    arm.path("parameters")
        .properties()
        .forEach(
            p ->
                assertTrue(
                    p.getValue().has("defaultValue") || given.path("parameters").has(p.getKey()),
                    p::getKey));
  }

  /** With an az that writes down what it is told. */
  private List<String> az(String... words) throws Exception {
    Path log = folder.resolve("az.log");
    Files.deleteIfExists(log);
    Path az = folder.resolve("az");
    Files.writeString(az, "#!/bin/sh\necho \"$*\" >>'" + log + "'\n");
    Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "PATH=" + folder + ":" + System.getenv("PATH"),
                AZURE.resolve("agent.sh").toString()));
    command.addAll(List.of(words));
    Ran ran = Ran.of(command.toArray(String[]::new));
    assertEquals(0, ran.code(), ran.text());
    return Files.readAllLines(log);
  }

  private static final String[] ADD = {
    "add",
    "--group",
    "g",
    "--namespace",
    "n",
    "--site",
    "plant-2",
    "--name",
    "agent-c",
    "--gateway",
    "gateway-1",
    "--gateway",
    "gateway-2"
  };

  private static String[] with(String... more) {
    List<String> words = new ArrayList<>(List.of(ADD));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell script")
  void oneAgentMoreGetsAQueueAndRightsOnThree() throws Exception {
    List<String> told = az(with("--principal", "11111111-2222-3333-4444-555555555555"));
    String create = told.getFirst();
    assertTrue(create.startsWith("servicebus queue create"), create);
    assertTrue(create.contains("--name drawbridge.plant-2.agent-c"), create);
    JsonNode settings =
        resources("Microsoft.ServiceBus/namespaces/queues").getFirst().path("properties");
    for (String[] flag :
        new String[][] {
          {"--default-message-time-to-live", "defaultMessageTimeToLive"},
          {"--enable-dead-lettering-on-message-expiration", "deadLetteringOnMessageExpiration"},
          {"--enable-session", "requiresSession"},
          {"--duplicate-detection", "requiresDuplicateDetection"},
          {"--enable-partitioning", "enablePartitioning"},
          {"--lock-duration", "lockDuration"},
          {"--max-delivery-count", "maxDeliveryCount"},
          {"--max-size", "maxSizeInMegabytes"}
        }) {
      String wanted = flag[0] + " " + settings.path(flag[1]).asText();
      assertTrue(create.contains(wanted), wanted + " is not in " + create);
    }
    List<String> roles = told.stream().filter(line -> line.startsWith("role")).toList();
    assertEquals(3, roles.size(), told::toString);
    assertEquals(1, roles.stream().filter(line -> line.contains("Data Receiver")).count());
    assertEquals(2, roles.stream().filter(line -> line.contains("Data Sender")).count());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell script")
  void aKeyIsMadeForOneAgentAndWrittenForItsOwnerAlone() throws Exception {
    Path key = folder.resolve("sas");
    List<String> told = az(with("--key-file", key.toString()));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    String value = Files.readString(key);
    assertEquals(44, value.length());
    List<String> rules = told.stream().filter(l -> l.contains("rule create")).toList();
    assertEquals(3, rules.size(), told::toString);
    assertTrue(rules.getFirst().contains("--rights Listen"), rules::toString);
    assertEquals(2, rules.stream().filter(l -> l.contains("--rights Send")).count());
    assertEquals(3, told.stream().filter(l -> l.contains("--key-value " + value)).count());
  }
}
