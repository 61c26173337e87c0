package drawbridge.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tables as resources and lists with pages, from a connector to PostgreSQL and back. */
@Timeout(180)
final class ResourcesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static Stack stack;
  private static Connector connector;

  @BeforeAll
  static void start() throws Exception {
    // Two agents: the pages of a list come from both, so they share a key.
    stack =
        Stack.start(
            StackPlan.small()
                .withRows(1_000)
                .withSites(
                    new StackPlan.Site("plant-1", List.of("agent-a", "agent-b"), Optional.empty())),
            line -> {});
    connector = Connector.of(stack);
  }

  @AfterAll
  static void stop() {
    connector.close();
    stack.close();
  }

  private static JsonNode json(HttpResponse<byte[]> answer) throws Exception {
    return JSON.readTree(answer.body());
  }

  private static HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    return connector.send("GET", path, "", headers);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  @Test
  void allPagesAreFetchedByTheirLinks() throws Exception {
    List<Integer> seen = new ArrayList<>();
    String next = "/orders/v1/pages";
    int pages = 0;
    while (!next.isEmpty()) {
      HttpResponse<byte[]> answer = get(next);
      assertEquals(200, answer.statusCode(), text(answer));
      json(answer).get("value").forEach(row -> seen.add(row.get("id").asInt()));
      next = json(answer).path("nextLink").asText("");
      pages++;
    }
    assertEquals(IntStream.rangeClosed(1, 1_000).boxed().toList(), seen);
    assertEquals(3, pages);
  }

  @Test
  void aFilteredListGoesOnAndCounts() throws Exception {
    String filter = encoded("due ne null and not (id gt 20)");
    HttpResponse<byte[]> first =
        get("/orders/v1/memos?$orderby=due%20desc&$count=true&$filter=" + filter);
    assertEquals(200, first.statusCode(), text(first));
    assertEquals(14, json(first).get("count").asInt());
    assertEquals(10, json(first).get("value").size());
    assertEquals(20, json(first).get("value").get(0).get("id").asInt());
    HttpResponse<byte[]> second = get(json(first).get("nextLink").asText());
    assertEquals(4, json(second).get("value").size());
    assertFalse(json(second).has("nextLink"));
  }

  @Test
  void aRowIsCreatedOnceReadChangedAndDeleted() throws Exception {
    String body = "{\"text\":\"it's; drop table sales.memos --\",\"due\":null}";
    String[] key = {"Idempotency-Key", "acceptance-1", "Content-Type", "application/json"};
    HttpResponse<byte[]> created = connector.send("POST", "/orders/v1/memos", body, key);
    assertEquals(201, created.statusCode(), text(created));
    String location = created.headers().firstValue("Location").orElseThrow();
    HttpResponse<byte[]> again = connector.send("POST", "/orders/v1/memos", body, key);
    assertEquals(location, again.headers().firstValue("Location").orElseThrow());
    assertEquals("true", again.headers().firstValue("Idempotency-Replayed").orElseThrow());
    assertEquals(
        422,
        connector
            .send("POST", "/orders/v1/memos", body.replace("null", "\"2026-01-01\""), key)
            .statusCode());

    HttpResponse<byte[]> got = get(location);
    assertEquals("it's; drop table sales.memos --", json(got).get("text").asText());
    String etag = got.headers().firstValue("ETag").orElseThrow();
    assertEquals(304, get(location, "If-None-Match", etag).statusCode());
    String change = "{\"due\":\"2026-02-03\"}";
    HttpResponse<byte[]> changed = connector.send("PATCH", location, change, "If-Match", etag);
    assertEquals(200, changed.statusCode(), text(changed));
    assertEquals("2026-02-03", json(changed).get("due").asText());
    HttpResponse<byte[]> late = connector.send("PATCH", location, change, "If-Match", etag);
    assertEquals(412, late.statusCode());
    assertEquals("precondition-failed", late.headers().firstValue("x-ms-error-code").orElse(""));
    assertEquals(204, connector.send("DELETE", location, "").statusCode());
    assertEquals(404, get(location).statusCode());
  }

  @Test
  void headersThatCannotBeHeededAreRefused() throws Exception {
    assertEquals(
        400,
        connector
            .send("DELETE", "/orders/v1/memos/99999", "", "Idempotency-Key", "x")
            .statusCode());
    assertEquals(
        400,
        connector
            .send("POST", "/orders/v1/memos", "{\"text\":\"x\"}", "If-Match", "*")
            .statusCode());
  }

  @Test
  void csvAndCompressionAreHadForTheAsking() throws Exception {
    HttpResponse<byte[]> csv = get("/orders/v1/pages?$format=csv", "Accept-Encoding", "gzip");
    assertEquals(200, csv.statusCode());
    assertEquals("gzip", csv.headers().firstValue("Content-Encoding").orElseThrow());
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(csv.body()))) {
      List<String> lines = new String(in.readAllBytes(), UTF_8).lines().toList();
      assertEquals("id,total", lines.getFirst());
      assertEquals(1_001, lines.size());
    }
    HttpResponse<byte[]> plain = get("/orders/v1/pages", "Accept", "text/csv");
    assertTrue(plain.headers().firstValue("Content-Encoding").isEmpty());
    assertTrue(plain.headers().firstValue("Content-Type").orElse("").startsWith("text/csv"));
  }
}
