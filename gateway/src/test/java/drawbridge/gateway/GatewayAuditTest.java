package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.audit.AuditFolder;
import drawbridge.audit.Identity;
import drawbridge.audit.Query;
import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.certs.SampleTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final SampleTokens issuer = SampleTokens.create("k1");

  @BeforeEach
  void start() throws Exception {
    audit = folder.resolve("audit");
    SampleFiles.key(folder.resolve("audit.key"), SampleKey.ED25519.generate().getPrivate());
    stage =
        new Stage(
            folder,
            "EC",
            "EC",
            " }, tokens: { tenant: %s, audience: '%s', keys: { file: '%s' }"
                .formatted(
                    SampleTokens.TENANT,
                    SampleTokens.AUDIENCE,
                    Files.writeString(folder.resolve("keys.json"), SampleTokens.keys(issuer))),
            """
            audit: { folder: audit, key: audit.key }
            sites:
              plant-1: { agents: [agent-a], apis: [orders] }
              plant-2: { agents: [agent-b], apis: [away] }
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

  /** The caller's answer says less than either. */
  @Test
  void logAndRecordSayWhyUnderTheReferenceThatTheCallerGot() throws Exception {
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("/nothing/v1/at/all", "403 no site of gateway.yaml owns such an API");
    asked.put("/orders/v9/customers/1/orders", "403 no agent of plant-1 offers such an API");
    asked.put("/orders/v1/nothing/here", "404 agent-a of plant-1 said so");
    asked.put("/orders/v1/fault?code=FORBIDDEN", "403 agent-a of plant-1 said so");
    asked.put("/orders/v1/fault?code=SOURCE_ERROR", "502 agent-a of plant-1 said so");
    asked.put("/orders/v1/fault?a=1&a=2", "400 This query option is given twice.");
    asked.put("/orders/v1/export?$format=xml", "406 Formats are");
    asked.put("/away/v1/anything", "503 No agent of the site can be reached.");
    Map<String, String> references = new LinkedHashMap<>();
    try (Heard heard = new Heard("drawbridge.gateway.calls")) {
      for (Map.Entry<String, String> one : asked.entrySet()) {
        HttpResponse<String> answer = stage.get(one.getKey());
        String reference = Stage.json(answer).get("reference").asText();
        String call = answer.headers().firstValue("x-ms-request-id").orElseThrow();
        String why = one.getValue().substring(4);
        assertEquals(one.getValue().substring(0, 3), "" + answer.statusCode(), one.getKey());
        assertTrue(heard.line(call).contains("reference " + reference + ", "), heard.text());
        assertTrue(heard.line(call).contains(why), heard.text());
        references.put(call, reference);
      }
      HttpResponse<String> bad = stage.get("/orders/v1/export", "Authorization", "Bearer x");
      assertEquals(401, bad.statusCode());
      references.put(
          bad.headers().firstValue("x-ms-request-id").orElseThrow(),
          Stage.json(bad).get("reference").asText());
      assertTrue(heard.text().contains("the token was refused: "), heard.text());
    }
    stage.gateway.close();
    List<JsonNode> records = new ArrayList<>(records("refused"));
    records.addAll(records("end"));
    for (Map.Entry<String, String> one : references.entrySet()) {
      JsonNode record =
          records.stream()
              .filter(r -> r.path("call").asText().equals(one.getKey()))
              .findFirst()
              .orElseThrow();
      assertEquals(one.getValue(), record.path("reference").asText());
      assertTrue(record.path("reason").asText().length() > 10, record.toString());
      assertTrue(record.path("http.response.status_code").asInt() >= 400, record.toString());
    }
    assertEquals(references.size(), records.size());
  }

  /** HTTP itself refuses it, before there is a call. */
  @Test
  void whatIsNoRequestIsRecordedToo() throws Exception {
    HttpResponse<String> answer;
    try (Heard heard = new Heard("drawbridge.gateway.calls")) {
      answer = stage.get("/" + "x".repeat(9000));
      assertEquals(4, answer.statusCode() / 100);
      assertTrue(heard.text().contains(Stage.json(answer).get("reference").asText()));
    }
    stage.gateway.close();
    JsonNode record = records("refused").getFirst();
    assertEquals(Stage.json(answer).get("reference"), record.path("reference"));
    assertEquals(answer.statusCode(), record.path("http.response.status_code").asInt());
  }

  @Test
  void aVerifiedTokenIsProvenInTheRecordAndFoundByItsUser() throws Exception {
    String user = "aaaaaaaa-0000-0000-0000-000000000001";
    Map<String, Object> claims = SampleTokens.claims("app-1", Instant.now());
    claims.put("oid", user);
    claims.put("scp", "Orders.Read");
    String path = "/orders/v1/customers/1/orders";
    String token = issuer.token(claims);
    assertEquals(200, stage.get(path, "Authorization", "Bearer " + token).statusCode());
    String alone = issuer.token(SampleTokens.claims("app-2", Instant.now()));
    assertEquals(403, stage.get("/nothing/v1/x", "Authorization", "Bearer " + alone).statusCode());
    stage.gateway.close();
    Query query = Query.builder().any(user, Identity.USER, Identity.USER_NAME).build();
    assertEquals(2, AuditFolder.of(audit).find(query, 10).size());
    JsonNode proven = records("begin").getFirst().path("proven");
    assertEquals("token", proven.path("proof").asText());
    assertEquals(SampleTokens.TENANT, proven.path("entra.tenant.id").asText());
    assertEquals("app-1", proven.path("entra.app.id").asText());
    assertEquals(user, proven.path("user.id").asText());
    String signed = token.substring(0, token.lastIndexOf('.'));
    assertEquals(
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(signed.getBytes(StandardCharsets.US_ASCII))),
        proven.path("entra.token.hash").asText());
    JsonNode application = records("refused").getFirst().path("proven");
    assertEquals("app-2", application.path("entra.object.id").asText());
    assertTrue(application.path("user.id").isMissingNode());
  }

  @Test
  void anotherCertificateOfItsOwnIsRecorded() throws Exception {
    TestPki.Pair renewed = stage.frontDoor.server();
    stage.frontDoor.certificateFile("front.pem", renewed);
    stage.frontDoor.keyFile("front.key", renewed);
    Stage.until(() -> !certificates().isEmpty());
    JsonNode record = certificates().getFirst();
    assertEquals("front-door", record.path("what").asText());
    assertEquals("gateway-1", record.path("gateway").asText());
    assertEquals(
        renewed.certificate().getNotAfter().toInstant().toString(),
        record.path("not_after").asText());
    assertEquals(1, certificates().size());
  }

  private List<JsonNode> certificates() {
    try {
      return records("certificate");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whileItCannotBeWrittenNoCallBeginsAndThenItHeals() throws Exception {
    String path = "/orders/v1/customers/4711/orders";
    stage.agent("plant-2", "agent-b", "away");
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
