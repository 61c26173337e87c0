package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleTokens;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers with tokens, with and without a certificate. */
final class TokenCallersTest {
  private static final String PATH = "/orders/v1/customers/1/orders";

  @TempDir Path folder;
  private final SampleTokens issuer = SampleTokens.create("k1");

  private Stage stage(boolean required) throws Exception {
    Path keys = Files.writeString(folder.resolve("keys.json"), SampleTokens.keys(issuer));
    String callers =
        ", required: %s }, tokens: { tenant: %s, audience: '%s', keys: { file: '%s' }"
            .formatted(required, SampleTokens.TENANT, SampleTokens.AUDIENCE, keys);
    return new Stage(folder, "EC", "EC", callers, Stage.ONE_SITE);
  }

  private String token() {
    return issuer.token(SampleTokens.claims("app", Instant.now()));
  }

  private static HttpResponse<String> get(Stage stage, HttpClient client, String... headers)
      throws Exception {
    var request = stage.request(PATH);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String challenge(HttpResponse<String> response) {
    return response.headers().firstValue("www-authenticate").orElse("");
  }

  @Test
  void aTokenMayStandAloneAndReachesTheAgentAsItCame() throws Exception {
    try (Stage stage = stage(false);
        HttpClient bare = stage.client()) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      String token = token();
      assertEquals(200, get(stage, bare, "Authorization", "Bearer " + token).statusCode());
      assertEquals(200, get(stage, bare, "authorization", "bearer  " + token).statusCode());
      assertEquals(token, agent.heads.remove().getToken());
      assertEquals(token, agent.heads.remove().getToken());
      HttpResponse<String> neither = get(stage, bare);
      assertEquals(401, neither.statusCode());
      assertEquals("Bearer realm=\"drawbridge\"", challenge(neither));
    }
  }

  @Test
  void theAgentHearsTheTokenOnlyWhereItWasVerified() throws Exception {
    try (Stage stage = stage(true)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      String token = token();
      assertEquals(200, get(stage, stage.client, "Authorization", "Bearer " + token).statusCode());
      assertEquals(200, get(stage, stage.client, "Authorization", "Basic eDp5").statusCode());
      assertEquals(token, agent.heads.remove().getToken());
      assertEquals("", agent.heads.remove().getToken());
    }
  }

  @Test
  void aBadTokenIsRefusedAlsoBesideAGoodCertificate() throws Exception {
    try (Stage stage = stage(true);
        Heard heard = new Heard("drawbridge.gateway.calls")) {
      Map<String, Object> claims = SampleTokens.claims("app", Instant.now());
      claims.put("aud", "api://another");
      HttpResponse<String> other =
          get(stage, stage.client, "Authorization", "Bearer " + issuer.token(claims));
      assertEquals(401, other.statusCode());
      assertEquals("unauthenticated", Stage.json(other).get("code").asText());
      assertEquals(
          "The token was refused: token-audience.", Stage.json(other).get("detail").asText());
      assertEquals("Bearer realm=\"drawbridge\", error=\"invalid_token\"", challenge(other));
      assertTrue(heard.text().contains("expected api://drawbridge, came “api://another”"));
      assertTrue(heard.line("api://another").contains(Stage.json(other).get("reference").asText()));
      assertFalse(other.body().contains("another"), "the log says what came, not the answer");
      String old = issuer.token(SampleTokens.claims("app", Instant.now().minusSeconds(7200)));
      assertTrue(
          get(stage, stage.client, "Authorization", "Bearer " + old)
              .body()
              .contains("token-expired"));
      assertTrue(
          get(stage, stage.client, "Authorization", "Bearer x").body().contains("token-malformed"));
      HttpResponse<String> twice =
          get(stage, stage.client, "Authorization", "Bearer a", "Authorization", "Bearer b");
      assertEquals(400, twice.statusCode());
      assertFalse(heard.text().contains(old), "no token stands in the log");
    }
  }

  /** What nobody asked for is neither believed nor passed on. */
  @Test
  void aGatewayWithoutTokensPassesNoneOn() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      assertEquals(
          200, get(stage, stage.client, "Authorization", "Bearer " + token()).statusCode());
      assertEquals("", agent.heads.remove().getToken());
    }
  }

  /** By status, headers and form of the reference: who refused must not show. */
  @Test
  void theGatewaysOwnRefusalAndTheAgentsLookAlike() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      HttpResponse<String> agents = stage.get("/orders/v1/fault?code=FORBIDDEN");
      HttpResponse<String> own = stage.get("/nothing/v1/fault?code=FORBIDDEN");
      assertEquals(403, agents.statusCode());
      assertEquals(agents.statusCode(), own.statusCode());
      assertEquals(shape(agents.body()), shape(own.body()));
      assertEquals(agents.headers().map().keySet(), own.headers().map().keySet());
      for (String header : agents.headers().map().keySet()) {
        if (!List.of("traceparent", "date", "x-ms-request-id", "content-length").contains(header)) {
          assertEquals(agents.headers().allValues(header), own.headers().allValues(header), header);
        }
      }
      assertTrue(Stage.json(own).get("reference").asText().matches("[2-9b-z]{10}"));
      String trace = own.headers().firstValue("traceparent").orElse("");
      assertFalse(trace.contains(Stage.json(own).get("reference").asText()));
    }
  }

  private static String shape(String body) {
    return body.replaceAll("\"reference\":\"[^\"]*\"", "\"reference\":\"\"");
  }
}
