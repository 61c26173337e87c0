package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.ViewReply;
import drawbridge.relay.wire.ViewReply.Seen;
import drawbridge.relay.wire.ViewReply.SeenOperation;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the gateway shows of APIs, and to whom. */
final class LibraryTest {
  private static final String TWO_SITES =
      """
      sites:
        plant-1: { agents: [agent-a], apis: [orders] }
        plant-2: { agents: [agent-c], apis: [orders, stock], prefix: plant-2 }
      """;

  @TempDir Path folder;

  private static ViewReply seeing(String api, boolean whole, String... callable) {
    Seen.Builder seen = Seen.newBuilder().setApi(api).setWhole(whole);
    for (String name : callable) {
      seen.addOperations(SeenOperation.newBuilder().setName(name).setCallable(true));
    }
    return ViewReply.newBuilder().addApis(seen).build();
  }

  private static List<String> ids(JsonNode document) {
    List<String> ids = new ArrayList<>();
    document.findValues("operationId").forEach(id -> ids.add(id.asText()));
    return ids;
  }

  @Test
  void withoutTheAgentsWordNothingIsShown() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      HttpResponse<String> unknown = stage.get("/nothing/v1/openapi.json");
      for (String name : List.of("openapi.json", "swagger.json", "apiProperties.json")) {
        HttpResponse<String> hidden = stage.get("/orders/v1/" + name);
        assertEquals(403, hidden.statusCode());
        assertEquals(Stage.json(unknown).path("detail"), Stage.json(hidden).path("detail"));
      }
      JsonNode catalogue = Stage.json(stage.get("/catalogue", "Accept", "application/json"));
      assertEquals("{\"complete\":true,\"apis\":[]}", catalogue.toString());
    }
  }

  @Test
  void onlyWhatTheCallerMayCallStandsInItsDocuments() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      agent.view = seeing("orders/v1", false, "FindOrders", "NotThere");
      JsonNode openApi = Stage.json(stage.get("/orders/v1/openapi.json"));
      assertEquals(List.of("FindOrders"), ids(openApi));
      assertEquals(
          "https://api.contoso.com/legacy/orders/v1", openApi.at("/servers/0/url").asText());
      JsonNode swagger = Stage.json(stage.get("/orders/v1/swagger.json"));
      assertEquals(List.of("FindOrders"), ids(swagger));
      assertEquals("/legacy/orders/v1", swagger.path("basePath").asText());
      assertTrue(Stage.json(stage.get("/orders/v1/apiProperties.json")).has("properties"));
      assertEquals(
          "O=Contoso,CN=apim".length(), agent.viewers.element().getCaller().getSubject().length());
      JsonNode api = Stage.json(stage.get("/catalogue")).at("/apis/0");
      assertEquals("FindOrders", api.at("/operations/0/id").asText());
      assertEquals(1, api.path("operations").size());
      assertTrue(api.at("/operations/0/curl").asText().startsWith("curl --cert connector.pem"));
    }
  }

  @Test
  void prefixesStandInPathsAndUrls() throws Exception {
    try (Stage stage = new Stage(folder, TWO_SITES)) {
      FakeAgent a = stage.agent("plant-1", "agent-a", "orders");
      FakeAgent c = stage.agent("plant-2", "agent-c", "orders", "stock");
      a.view = seeing("orders/v1", true, "FindOrders");
      c.view = seeing("stock/v1", true, "FindOrders", "PlaceOrder");
      assertEquals(200, stage.get("/orders/v1/openapi.json").statusCode());
      assertEquals(403, stage.get("/plant-2/orders/v1/openapi.json").statusCode());
      JsonNode stock = Stage.json(stage.get("/plant-2/stock/v1/openapi.json"));
      assertEquals(
          "https://api.contoso.com/legacy/plant-2/stock/v1", stock.at("/servers/0/url").asText());
      JsonNode catalogue = Stage.json(stage.get("/catalogue"));
      assertEquals("/orders/v1", catalogue.at("/apis/0/path").asText());
      assertEquals("/plant-2/stock/v1", catalogue.at("/apis/1/path").asText());
    }
  }

  @Test
  void aSiteThatCannotBeAskedIsMissingAndSaidToBe() throws Exception {
    try (Stage stage = new Stage(folder, TWO_SITES)) {
      stage.agent("plant-1", "agent-a", "orders").view = seeing("orders/v1", true, "FindOrders");
      JsonNode catalogue = Stage.json(stage.get("/catalogue"));
      assertFalse(catalogue.path("complete").asBoolean());
      assertEquals(1, catalogue.path("apis").size());
      assertEquals(503, stage.get("/plant-2/stock/v1/openapi.json").statusCode());
    }
  }

  @Test
  void agentsAreAskedOnceInAWhileForEachCaller() throws Exception {
    AtomicLong now = new AtomicLong();
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      agent.view = seeing("orders/v1", false, "FindOrders");
      Viewing viewing = new Viewing(now::get);
      Site site = stage.gateway.agents().sites().iterator().next();
      drawbridge.relay.wire.Caller one =
          drawbridge.relay.wire.Caller.newBuilder().setSubject("CN=a").build();
      assertEquals(agent.view, viewing.of(site, one, "").orElseThrow());
      assertEquals(
          agent.view,
          viewing.of(site, one.toBuilder().setAddress("10.0.0.9").build(), "").orElseThrow());
      assertEquals(1, agent.viewers.size());
      assertTrue(viewing.of(site, one.toBuilder().setSubject("CN=b").build(), "").isPresent());
      assertTrue(viewing.of(site, one, "token").isPresent());
      assertEquals(3, agent.viewers.size());
      now.addAndGet(Viewing.BELIEVED);
      agent.view = ViewReply.getDefaultInstance();
      assertEquals(agent.view, viewing.of(site, one, "").orElseThrow());
      assertEquals(4, agent.viewers.size());
    }
  }

  @Test
  void thePageBringsEverythingWithIt() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      HttpResponse<String> page = stage.get("/catalogue", "Accept", "text/html,*/*;q=0.8");
      assertEquals(200, page.statusCode());
      assertEquals(
          "text/html; charset=utf-8", page.headers().firstValue("Content-Type").orElse(""));
      for (String header : List.of("Content-Security-Policy", "ETag", "Vary")) {
        assertTrue(page.headers().firstValue(header).isPresent(), header);
      }
      assertFalse(
          page.headers().firstValue("Content-Security-Policy").orElse("").contains("unsafe"));
      assertEquals("nosniff", page.headers().firstValue("X-Content-Type-Options").orElse(""));
      for (String file :
          List.of(
              "catalogue.css",
              "catalogue.js",
              "try.html",
              "try.js",
              "icon.svg",
              "swagger-ui.css",
              "swagger-ui-bundle.js")) {
        HttpResponse<String> asset = stage.get("/catalogue/" + file);
        assertEquals(200, asset.statusCode(), file);
        if (!file.startsWith("swagger-ui") && !file.endsWith(".svg")) {
          assertFalse(asset.body().contains("http://") || asset.body().contains("innerHTML"), file);
        }
        String tag = asset.headers().firstValue("ETag").orElse("");
        assertEquals(304, stage.get("/catalogue/" + file, "If-None-Match", tag).statusCode());
      }
      assertFalse(page.body().contains("<style") || page.body().matches("(?s).*<script>.*"));
      for (String elsewhere :
          List.of(
              "/catalogue/../x", "/catalogue/x", "/catalogue/a/b", "/catalogue/catalogue.html/x")) {
        assertNotEquals(200, stage.get(elsewhere).statusCode(), elsewhere);
      }
    }
  }

  @Test
  void whatIsShownCanOnlyBeRead() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      for (String path : List.of("/catalogue", "/orders/v1/openapi.json")) {
        HttpRequest post =
            stage.request(path).POST(HttpRequest.BodyPublishers.ofString("x")).build();
        boolean hidden = path.endsWith("openapi.json");
        assertEquals(
            hidden ? 403 : 405, stage.client.send(post, BodyHandlers.ofString()).statusCode());
      }
      agent.view = seeing("orders/v1", true, "FindOrders");
      HttpRequest head =
          stage.request("/catalogue").method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
      HttpResponse<String> answer = stage.client.send(head, BodyHandlers.ofString());
      assertEquals(200, answer.statusCode());
      assertEquals("", answer.body());
    }
  }

  @Test
  void anApiThatNoConnectorTakesSaysWhy() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      Catalogue.Builder many = agent.catalogue().toBuilder();
      Seen.Builder all = Seen.newBuilder().setApi("orders/v1").setWhole(true);
      for (int i = 0; i < 257; i++) {
        many.getApisBuilder(0)
            .addOperationsBuilder()
            .setName("Get" + i)
            .setMethod("GET")
            .setPath("/things-" + i);
        all.addOperations(SeenOperation.newBuilder().setName("Get" + i));
      }
      agent.tell(many.build());
      agent.view = ViewReply.newBuilder().addApis(all).build();
      HttpResponse<String> answer = stage.get("/orders/v1/swagger.json");
      assertEquals(422, answer.statusCode());
      assertTrue(answer.body().contains("Make two API files of it"), answer.body());
    }
  }

  @Test
  void repliesOfADeprecatedOperationSaySo() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      Catalogue.Builder old = agent.catalogue().toBuilder();
      old.getApisBuilder(0)
          .getOperationsBuilder(0)
          .setDeprecated("2026-01-31")
          .setSunset("2027-01-31");
      old.getApisBuilder(0).getOperationsBuilder(1).setDeprecated("yesterday\r\n");
      agent.tell(old.build());
      Stage.until(() -> deprecation(stage, "/orders/v1/customers/1/orders").equals("@1769817600"));
      HttpResponse<String> reply = stage.get("/orders/v1/customers/1/orders");
      assertEquals(
          "Sun, 31 Jan 2027 00:00:00 GMT", reply.headers().firstValue("Sunset").orElse(""));
      assertEquals("", deprecation(stage, "/orders/v1/customers/best/orders"));
    }
  }

  private static String deprecation(Stage stage, String path) {
    try {
      return stage.get(path).headers().firstValue("Deprecation").orElse("");
    } catch (java.io.IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
