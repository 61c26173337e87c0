package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.relay.wire.Head;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
final class SitesTest {
  private static final String TWO_SITES =
      """
      sites:
        plant-1: { agents: [agent-a], apis: [orders] }
        plant-2: { agents: [agent-c], apis: [orders, stock], prefix: plant-2 }
      """;

  @TempDir Path folder;

  @Test
  void twoAgentsShareTheCalls() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent a = stage.agent("plant-1", "agent-a", "orders");
      FakeAgent b = stage.agent("plant-1", "agent-b", "orders");
      List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int all = i + 1;
        waiting.add(
            stage.client.sendAsync(
                stage.request("/orders/v1/wait").build(), BodyHandlers.ofString()));
        Stage.until(() -> a.heads.size() + b.heads.size() == all);
      }
      assertEquals(4, a.heads.size());
      assertEquals(4, b.heads.size());
      waiting.forEach(call -> call.cancel(true));
    }
  }

  @Test
  void anOlderAgentServesCallsAndIsAskedOnceOnlyForWhatItDoesNotKnow() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE);
        FakeAgent older = new FakeAgent("plant-1", "agent-a", "orders");
        FakeAgent shaky = new FakeAgent("plant-1", "agent-b", "orders")) {
      older.older = true;
      shaky.breaksOff = true;
      stage.agent(older);
      Stage.until(() -> older.measurements.get() == 1);
      stage.agent(shaky);
      assertEquals(200, stage.get("/orders/v1/customers/1/orders").statusCode());
      // Asked again, as whoever broke off is: by then the older one would have been, too.
      Stage.until(() -> shaky.measurements.get() == 2);
      assertEquals(1, older.measurements.get());
      String metrics = stage.privately("/metrics").body();
      String active =
          "drawbridge_source_connections{agent=\"%s\",site=\"plant-1\",source=\"erp\",state=\"active\"} %d";
      assertTrue(metrics.contains(active.formatted("agent-a", 0)), metrics);
      assertTrue(metrics.contains(active.formatted("agent-b", 3)), metrics);
      assertTrue(
          metrics.contains("drawbridge_agent_up{agent=\"agent-a\",site=\"plant-1\"} 1"), metrics);
    }
  }

  @Test
  void aPrefixLeadsToItsSite() throws Exception {
    try (Stage stage = new Stage(folder, TWO_SITES)) {
      stage.agent("plant-1", "agent-a", "orders");
      FakeAgent c = stage.agent("plant-2", "agent-c", "orders", "stock");
      String path = "/orders/v1/customers/1/orders";
      assertEquals("{\"by\":\"agent-a\"}", stage.get(path).body());
      assertEquals("{\"by\":\"agent-c\"}", stage.get("/plant-2" + path).body());
      Head head = c.heads.remove();
      assertEquals(path, head.getPath());
      assertEquals("https://api.contoso.com/legacy/plant-2/orders/v1", head.getBaseUrl());
      assertEquals(403, stage.get("/stock/v1/customers/1/orders").statusCode());
      assertEquals(200, stage.get("/plant-2/stock/v1/customers/1/orders").statusCode());
    }
  }

  @Test
  void anAgentThatIsNotListedIsRefused() throws Exception {
    try (Stage stage = new Stage(folder, TWO_SITES);
        FakeAgent stranger = new FakeAgent("plant-1", "agent-c", "orders");
        FakeAgent nowhere = new FakeAgent("plant-9", "agent-a", "orders")) {
      assertFalse(stage.gateway.agents().up(stranger.link()));
      assertFalse(stage.gateway.agents().up(nowhere.link()));
      assertTrue(stage.privately("/metrics").body().contains("kind=\"agent-not-listed\""));
      assertEquals(503, stage.get("/orders/v1/wait").statusCode());
    }
  }

  @Test
  void anApiOfAnotherSiteIsIgnoredAndAlarmed() throws Exception {
    try (Stage stage = new Stage(folder, TWO_SITES)) {
      stage.agent("plant-1", "agent-a", "orders", "stock");
      assertEquals(403, stage.get("/stock/v1/wait").statusCode());
      assertTrue(stage.privately("/metrics").body().contains("kind=\"offer-ignored\""));
    }
  }

  @Test
  void aChangedCatalogueCountsAtOnce() throws Exception {
    try (Stage stage = new Stage(folder, TWO_SITES)) {
      FakeAgent c = stage.agent("plant-2", "agent-c", "orders");
      assertEquals(403, stage.get("/plant-2/stock/v1/customers/1/orders").statusCode());
      c.tell(FakeAgent.catalogue("plant-2", "agent-c", "stock"));
      Stage.until(() -> status(stage, "/plant-2/stock/v1/customers/1/orders") == 200);
      assertEquals(403, stage.get("/plant-2/orders/v1/customers/1/orders").statusCode());
    }
  }

  @Test
  void aDrainingAgentGetsNoNewCalls() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent a = stage.agent("plant-1", "agent-a", "orders");
      stage.agent("plant-1", "agent-b", "orders");
      a.tell(a.catalogue().toBuilder().setDraining(true).build());
      Stage.until(() -> readyLinks(stage) == 1);
      for (int i = 0; i < 4; i++) {
        assertEquals("{\"by\":\"agent-b\"}", stage.get("/orders/v1/customers/1/orders").body());
      }
    }
  }

  private static long readyLinks(Stage stage) {
    return stage.gateway.agents().sites().stream()
        .flatMap(site -> site.links().stream())
        .filter(Link::good)
        .count();
  }

  private static int status(Stage stage, String path) {
    try {
      return stage.get(path).statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSiteWithoutAnAgentIsUnavailableAndSaysWhenToComeBack() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      HttpResponse<String> early = stage.get("/orders/v1/wait");
      assertEquals(503, early.statusCode());
      assertEquals("site-unavailable", Stage.json(early).get("code").asText());
      assertEquals("5", early.headers().firstValue("retry-after").orElse(""));
      assertEquals(503, stage.privately("/readyz").statusCode());
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      assertEquals(200, stage.privately("/readyz").statusCode());
      stage.gateway.agents().down(agent.link());
      assertEquals(503, stage.get("/orders/v1/customers/1/orders").statusCode());
      assertEquals(200, stage.privately("/healthz").statusCode());
    }
  }

  @Test
  void aCallWaitsForASuspectChannelToComeBack() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      agent.suspect.set(true);
      CompletableFuture<HttpResponse<String>> waiting =
          stage.client.sendAsync(
              stage.request("/orders/v1/customers/1/orders").build(), BodyHandlers.ofString());
      Stage.until(() -> stage.privately2xx("/healthz", "\"suspect\":true"));
      assertFalse(waiting.isDone());
      agent.suspect.set(false);
      assertEquals(200, waiting.get(5, TimeUnit.SECONDS).statusCode());
    }
  }

  @Test
  void aCallThatComesToASuspectChannelIsRefusedAfterThreeSecondsAndNeverRan() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      agent.suspect.set(true);
      long begun = System.nanoTime();
      List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
      for (HttpRequest request :
          List.of(
              stage.request("/orders/v1/customers/1/orders").build(),
              stage.request("/orders/v1/orders").POST(BodyPublishers.ofString("abc")).build())) {
        waiting.add(stage.client.sendAsync(request, BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> each : waiting) {
        HttpResponse<String> refused = each.get(10, TimeUnit.SECONDS);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        assertEquals(503, refused.statusCode());
        assertEquals("site-unavailable", Stage.json(refused).get("code").asText());
        assertTrue(refused.headers().firstValue("retry-after").isPresent());
        assertTrue(millis >= 2_900 && millis <= 4_000, () -> "after " + millis + " ms");
      }
      assertTrue(agent.heads.isEmpty(), "nothing ran");
    }
  }

  @Test
  void aCallThatComesToASuspectChannelIsTakenByWhoeverComesMeanwhile() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders").suspect.set(true);
      CompletableFuture<HttpResponse<String>> waiting =
          stage.client.sendAsync(
              stage.request("/orders/v1/orders").POST(BodyPublishers.ofString("abc")).build(),
              BodyHandlers.ofString());
      Stage.until(() -> stage.privately2xx("/healthz", "\"suspect\":true"));
      assertFalse(waiting.isDone());
      FakeAgent other = stage.agent("plant-1", "agent-b", "orders");
      assertEquals(201, waiting.get(5, TimeUnit.SECONDS).statusCode());
      assertEquals(1, other.heads.size());
    }
  }

  @Test
  void aCallThatHearsNothingHasItsChannelLookAndEndsAtItsDeadlineWhereItIsSuspect()
      throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      long begun = System.nanoTime();
      CompletableFuture<HttpResponse<String>> held =
          stage.client.sendAsync(
              stage
                  .request("/orders/v1/hold")
                  .header("Prefer", "wait=8")
                  .timeout(Duration.ofSeconds(20))
                  .POST(BodyPublishers.ofString("x"))
                  .build(),
              BodyHandlers.ofString());
      Stage.until(() -> agent.asked.get() > 0);
      agent.suspect.set(true);
      HttpResponse<String> unknown = held.get(20, TimeUnit.SECONDS);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      assertEquals(409, unknown.statusCode());
      assertEquals("outcome-unknown", Stage.json(unknown).get("code").asText());
      assertTrue(millis >= 7_900 && millis <= 9_500, () -> "after " + millis + " ms");
    }
  }

  @Test
  void aBrokenChannelMovesASafeCallAndLeavesAnUnsafeOneUnknown() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent a = stage.agent("plant-1", "agent-a", "orders");
      CompletableFuture<HttpResponse<String>> safe =
          stage.client.sendAsync(stage.request("/orders/v1/wait").build(), BodyHandlers.ofString());
      assertTrue(a.waiting.await(10, TimeUnit.SECONDS));
      CompletableFuture<HttpResponse<String>> unsafe =
          stage.client.sendAsync(
              stage.request("/orders/v1/hold").POST(BodyPublishers.ofString("x")).build(),
              BodyHandlers.ofString());
      Stage.until(() -> a.heads.size() == 2);
      FakeAgent b = stage.agent("plant-1", "agent-b", "orders");
      a.crash();
      HttpResponse<String> unknown = unsafe.get(10, TimeUnit.SECONDS);
      assertEquals(409, unknown.statusCode());
      assertEquals("outcome-unknown", Stage.json(unknown).get("code").asText());
      assertTrue(b.waiting.await(10, TimeUnit.SECONDS));
      Head again = b.heads.remove();
      assertEquals(2, again.getAttempt());
      assertEquals(a.heads.remove().getCallId(), again.getCallId());
      assertTrue(b.heads.isEmpty(), "what may have changed something is never sent again");
      b.crash();
      assertEquals(503, safe.get(10, TimeUnit.SECONDS).statusCode());
    }
  }

  @Test
  void whatNeverLeftIsSentElsewhereEvenIfItIsUnsafe() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent a = stage.agent("plant-1", "agent-a", "orders");
      FakeAgent b = stage.agent("plant-1", "agent-b", "orders");
      a.crash();
      for (int i = 0; i < 4; i++) {
        var post = stage.request("/orders/v1/orders").POST(BodyPublishers.ofString("abc"));
        HttpResponse<String> reply = stage.client.send(post.build(), BodyHandlers.ofString());
        assertEquals(201, reply.statusCode());
      }
      assertEquals(4, b.heads.size());
      assertNotEquals(b.heads.remove().getCallId(), b.heads.remove().getCallId());
    }
  }
}
