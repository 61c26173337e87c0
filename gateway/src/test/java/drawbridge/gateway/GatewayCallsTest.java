package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.Fault;
import drawbridge.relay.wire.Head;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Execution(ExecutionMode.CONCURRENT)
final class GatewayCallsTest {
  @TempDir Path folder;

  @Test
  void aCallReachesTheAgentAndItsReplyTheCaller() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      HttpResponse<String> response =
          stage.get(
              "/orders/v1/customers/4%2F2/orders?since=2024-01-01&name=a+b%20c&$top=5&$format=ndjson",
              "traceparent", trace, "X-Tenant", "north");
      assertEquals(200, response.statusCode());
      assertEquals("{\"by\":\"agent-a\"}", response.body());
      assertEquals("application/json", response.headers().firstValue("content-type").orElse(""));
      assertEquals("16", response.headers().firstValue("content-length").orElse(""));
      assertEquals(trace, response.headers().firstValue("traceparent").orElse(""));
      assertTrue(response.headers().firstValue("transfer-encoding").isEmpty());
      Head head = agent.heads.remove();
      assertEquals("orders/v1/FindOrders", head.getOperation());
      assertEquals("GET", head.getMethod());
      assertEquals("/orders/v1/customers/4%2F2/orders", head.getPath());
      assertEquals(1, head.getAttempt());
      assertEquals(16, head.getCallId().size());
      assertEquals(42, head.getClock());
      assertEquals("application/x-ndjson", head.getFormat());
      assertEquals("https://api.contoso.com/legacy/orders/v1", head.getBaseUrl());
      assertEquals(trace, head.getTraceparent());
      assertEquals("", head.getToken());
      assertTrue(head.getDeadlineMs() > 90_000 && head.getDeadlineMs() <= 100_000);
      assertEquals(
          List.of("customerId=4/2", "X-Tenant=north", "since=2024-01-01", "name=a b c", "$top=5"),
          head.getArgumentsList().stream().map(GatewayCallsTest::shown).toList());
      assertEquals("CN=apim,O=Contoso", head.getCaller().getSubject());
      assertEquals("CN=Connectors CA", head.getCaller().getIssuer());
      assertEquals(64, head.getCaller().getFingerprint().length());
      assertEquals("127.0.0.1", head.getCaller().getAddress());
    }
  }

  @Test
  void theAnswerNamesTheCallAndTheCallerMayShortenIt() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      HttpResponse<String> response =
          stage.get("/orders/v1/customers/best/orders", "Prefer", "return=minimal, wait=7");
      Head head = agent.heads.remove();
      assertEquals(
          HexFormat.of().formatHex(head.getCallId().toByteArray()),
          response.headers().firstValue("x-ms-request-id").orElse(""));
      assertTrue(head.getDeadlineMs() > 5_000 && head.getDeadlineMs() <= 7_000);
      for (String ignored : List.of("wait=0", "wait=100", "wait=7s", "await=7")) {
        stage.get("/orders/v1/customers/best/orders", "Prefer", ignored);
        assertTrue(agent.heads.remove().getDeadlineMs() > 90_000, ignored);
      }
    }
  }

  private static String shown(Argument argument) {
    return argument.getName() + "=" + argument.getValue();
  }

  @Test
  void aLiteralSegmentWinsOverAParameter() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      assertEquals(200, stage.get("/orders/v1/customers/best/orders").statusCode());
      assertEquals("orders/v1/Best", agent.heads.remove().getOperation());
    }
  }

  @Test
  void unknownAndForbiddenLookAlike() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders", "billing");
      HttpResponse<String> forbidden = stage.get("/orders/v1/fault?code=FORBIDDEN");
      String expected = anonymous(forbidden);
      for (String path :
          List.of(
              "/", "/nothing", "/orders", "/orders/v9/x", "/billing/v1/fault", "//", "/a/b/c")) {
        HttpResponse<String> unknown = stage.get(path);
        assertEquals(403, unknown.statusCode(), path);
        assertEquals(expected, anonymous(unknown), path);
        assertEquals(forbidden.headers().map().keySet(), unknown.headers().map().keySet(), path);
      }
    }
  }

  private static String anonymous(HttpResponse<String> response) throws IOException {
    ObjectNode problem = (ObjectNode) Stage.json(response);
    assertFalse(problem.remove("reference").asText().isEmpty());
    return problem.toString();
  }

  @Test
  void theAgentJudgesWhatNoOperationFits() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      assertEquals(404, stage.get("/orders/v1/nowhere").statusCode());
      Head head = agent.heads.remove();
      assertEquals("orders/v1/", head.getOperation());
      HttpResponse<String> wrongMethod = stage.get("/orders/v1/orders");
      assertEquals(405, wrongMethod.statusCode());
      assertEquals("POST", wrongMethod.headers().firstValue("allow").orElse(""));
      assertEquals(List.of("POST"), agent.heads.remove().getOtherMethodsList());
    }
  }

  @Test
  void aMalformedRequestIsRefusedBeforeAnythingIsLookedUp() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      for (String api : List.of("/orders/v1/wait", "/nothing/v1/wait")) {
        HttpResponse<String> twice = stage.get(api + "?since=1&since=2");
        assertEquals(400, twice.statusCode());
        assertEquals("since", Stage.json(twice).get("parameter").asText());
        assertEquals(400, stage.get(api + "?a=%ff").statusCode());
        assertEquals(400, stage.get(api + "/" + "x/".repeat(40)).statusCode());
        assertEquals(406, stage.get(api + "?$format=xml").statusCode());
        assertEquals(406, stage.get(api, "accept", "text/html").statusCode());
      }
      assertTrue(agent.heads.isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.Code.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"UNRECOGNIZED"})
  void everyFaultIsAProblem(Fault.Code code) throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      HttpResponse<String> safe = stage.get("/orders/v1/fault?retryable=true&code=" + code.name());
      problem(safe, code == Fault.Code.UNSPECIFIED ? Fault.Code.INTERNAL : code);
      assertEquals(Faults.status(code), safe.statusCode());
      assertEquals(
          Faults.resent(safe.statusCode()) ? "7" : "",
          safe.headers().firstValue("retry-after").orElse(""));
      HttpResponse<String> unsafe =
          stage.client.send(
              stage
                  .request("/orders/v1/change?retryable=false&code=" + code.name())
                  .POST(BodyPublishers.noBody())
                  .build(),
              BodyHandlers.ofString());
      assertFalse(
          Faults.resent(unsafe.statusCode()), "platforms would resend what may have happened");
      assertTrue(unsafe.headers().firstValue("retry-after").isEmpty());
      if (unsafe.statusCode() != Faults.status(code)) {
        assertEquals(409, unsafe.statusCode());
      }
    }
  }

  private static void problem(HttpResponse<String> response, Fault.Code code) throws IOException {
    assertEquals(
        "application/problem+json", response.headers().firstValue("content-type").orElse(""));
    String word = Faults.word(code);
    JsonNode problem = Stage.json(response);
    assertEquals(word, response.headers().firstValue("x-ms-error-code").orElse(""));
    assertEquals(word, problem.get("code").asText());
    assertEquals("urn:drawbridge:fault:" + word, problem.get("type").asText());
    assertEquals(response.statusCode(), problem.get("status").asInt());
    assertEquals("agent-reference", problem.get("reference").asText());
    assertEquals(word, problem.get("error").get("code").asText());
    assertEquals(problem.get("detail"), problem.get("error").get("message"));
    assertEquals(code == Fault.Code.INVALID_ARGUMENT, problem.has("parameter"));
    assertEquals(
        code == Fault.Code.METHOD_NOT_ALLOWED ? "GET, PUT" : "",
        response.headers().firstValue("allow").orElse(""));
  }

  @Test
  void aBodyTravelsInChunksAndIsBounded() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      for (int size : new int[] {0, 3, 64 << 10, 1 << 20, 8 << 20}) {
        byte[] body = new byte[size];
        var fixed = stage.request("/orders/v1/orders").POST(BodyPublishers.ofByteArray(body));
        HttpResponse<String> reply = stage.client.send(fixed.build(), BodyHandlers.ofString());
        assertEquals("{\"bytes\":" + size + "}", reply.body());
        assertEquals(201, reply.statusCode());
        var chunked =
            stage
                .request("/orders/v1/orders")
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body)));
        assertEquals(
            "{\"bytes\":" + size + "}",
            stage.client.send(chunked.build(), BodyHandlers.ofString()).body());
      }
      var large =
          stage.request("/orders/v1/orders").POST(BodyPublishers.ofByteArray(new byte[9 << 20]));
      HttpResponse<String> refused = stage.client.send(large.build(), BodyHandlers.ofString());
      assertEquals(413, refused.statusCode());
      assertEquals("invalid-argument", Stage.json(refused).get("code").asText());
    }
  }

  @Test
  void aStreamIsHeldBackByItsReader() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      long all = 100L << 20;
      HttpResponse<InputStream> response =
          stage.client.send(
              stage.request("/orders/v1/export?bytes=" + all).build(),
              BodyHandlers.ofInputStream());
      assertEquals(200, response.statusCode());
      try (InputStream in = response.body()) {
        byte[] buffer = new byte[1 << 20];
        long read = 0;
        long most = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          read += n;
          most = Math.max(most, agent.produced.get() - read);
        }
        assertEquals(all, read);
        // The sockets' own buffers hold a few megabytes; everything else would be ours.
        assertTrue(most < 24L << 20, "ran ahead by " + most);
      }
    }
  }

  @Test
  void aStreamThatNobodyReadsStops() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      HttpResponse<InputStream> response =
          stage.client.send(
              stage.request("/orders/v1/export?bytes=" + (100L << 20)).build(),
              BodyHandlers.ofInputStream());
      long[] last = {-1, System.nanoTime()};
      Stage.until(
          () -> {
            long now = agent.produced.get();
            if (now != last[0]) {
              last[0] = now;
              last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > TimeUnit.MILLISECONDS.toNanos(500);
          });
      assertTrue(last[0] < 24L << 20, "produced " + last[0]);
      response.body().close();
      assertTrue(agent.cancelled.await(10, TimeUnit.SECONDS), "closing the reader cancels");
    }
  }

  @Test
  void aStreamThatFailsMidwayNeverLooksWhole() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      assertThrows(IOException.class, () -> stage.get("/orders/v1/break"));
      assertEquals(200, stage.get("/orders/v1/customers/1/orders").statusCode());
    }
  }

  @Test
  void aCallerThatHangsUpWhileItWaitsCancelsTheCall() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      var client = stage.client(stage.apim);
      CompletableFuture<?> waiting =
          client.sendAsync(stage.request("/orders/v1/wait").build(), BodyHandlers.ofString());
      assertTrue(agent.waiting.await(10, TimeUnit.SECONDS));
      long start = System.nanoTime();
      waiting.cancel(true);
      assertTrue(agent.cancelled.await(10, TimeUnit.SECONDS));
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(2));
      Stage.until(() -> stage.gateway.agents().inFlight() == 0);
    }
  }

  @Test
  void aConnectionServesOnAfterACallThatWaited() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent slow = stage.agent("plant-1", "agent-a", "orders");
      CompletableFuture<HttpResponse<String>> waiting =
          stage.client.sendAsync(stage.request("/orders/v1/wait").build(), BodyHandlers.ofString());
      assertTrue(slow.waiting.await(10, TimeUnit.SECONDS));
      FakeAgent other = stage.agent("plant-1", "agent-b", "orders");
      // The watch begins within 50 ms; suspicion then moves the call, and nobody ends it but us.
      slow.suspect.set(true);
      assertTrue(other.waiting.await(10, TimeUnit.SECONDS));
      Head second = other.heads.remove();
      assertEquals(2, second.getAttempt());
      assertEquals(slow.heads.remove().getCallId(), second.getCallId());
      other.crash();
      assertEquals(503, waiting.get(10, TimeUnit.SECONDS).statusCode());
      slow.suspect.set(false);
      assertEquals(200, stage.get("/orders/v1/customers/1/orders").statusCode());
    }
  }

  /** Only four are sent again at a time; the others wait for their turn and don't fail. */
  @Test
  void manyCallsThatLostTheirChannelAreSentAgainByTurns() throws Exception {
    int callers = 12;
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent silent = stage.agent("plant-1", "agent-a", "orders");
      List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        waiting.add(
            stage.client.sendAsync(
                stage.request("/orders/v1/wait").build(), BodyHandlers.ofString()));
      }
      Stage.until(() -> silent.heads.size() == callers);
      FakeAgent other = stage.agent("plant-1", "agent-b", "orders");
      other.waitMillis = 50;
      silent.suspect.set(true);
      for (CompletableFuture<HttpResponse<String>> one : waiting) {
        HttpResponse<String> response = one.get(10, TimeUnit.SECONDS);
        assertEquals(200, response.statusCode(), response.body());
      }
      assertEquals(callers, other.heads.size());
      Stage.until(() -> stage.gateway.agents().inFlight() == 0);
    }
  }
}
