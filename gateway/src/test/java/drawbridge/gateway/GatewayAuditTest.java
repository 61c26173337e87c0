package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway's own log: what is in it, and what happens while it cannot be written. */
final class GatewayAuditTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path audit;
  private Stage stage;

  @BeforeEach
  void start() throws Exception {
    audit = folder.resolve("audit");
    byte[] key =
        KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate().getEncoded();
    Files.writeString(
        folder.resolve("audit.key"),
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(key)
            + "\n-----END PRIVATE KEY-----\n");
    stage =
        new Stage(
            folder,
            """
            audit: { folder: audit, key: audit.key }
            sites: { plant-1: { agents: [agent-a], apis: [orders] } }
            """);
    stage.agent("plant-1", "agent-a", "orders");
  }

  @AfterEach
  void stop() {
    stage.close();
  }

  private List<JsonNode> records(String kind) throws IOException {
    List<JsonNode> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(audit)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          JsonNode record = JSON.readTree(line);
          if (record.path("kind").asText().equals(kind)) {
            found.add(record);
          }
        }
      }
    }
    return found;
  }

  @Test
  void itTellsWhoCalledWhatAndWhichAgentWasAsked() throws Exception {
    assertEquals(200, stage.get("/orders/v1/customers/4711/orders").statusCode());
    assertEquals(403, stage.get("/nothing/v1/at/all").statusCode());
    stage.gateway.close(); // writes what was handed over
    JsonNode begin = records("begin").getFirst();
    assertEquals("plant-1", begin.path("site").asText());
    assertEquals("agent-a", begin.path("agent").asText());
    assertTrue(
        begin.path("proven").path("tls.client.subject").asText().contains("CN=apim"), begin + "");
    JsonNode end = records("end").getFirst();
    assertEquals(begin.path("call"), end.path("call"));
    assertEquals("ok", end.path("outcome").asText());
    JsonNode refused = records("refused").getFirst();
    assertEquals("no", refused.path("sent").asText());
    assertEquals("refused", refused.path("outcome").asText());
    assertEquals(1, records("start").size());
    assertEquals(1, records("stop").size());
  }

  @Test
  void whileItCannotBeWrittenNoCallBeginsAndThenItHeals() throws Exception {
    String path = "/orders/v1/customers/4711/orders";
    assertEquals(200, stage.get(path).statusCode());
    assertTrue(stage.privately2xx("/readyz", "\"audit\":true"));
    Path away = Files.move(audit, folder.resolve("away"));
    // Calls do not wait for records, so the first one may still be answered.
    Stage.until(() -> status(path) == 503);
    HttpResponse<String> refused = stage.get(path);
    assertEquals("audit-unavailable", refused.headers().firstValue("x-ms-error-code").orElse(""));
    assertEquals(503, stage.privately("/readyz").statusCode());
    assertTrue(stage.privately("/healthz").body().contains("\"audit\":false"));
    Files.move(away, audit);
    Stage.until(() -> status(path) == 200);
    assertTrue(stage.privately2xx("/readyz", "\"audit\":true"));
  }

  private int status(String path) {
    try {
      return stage.get(path).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
