package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code bench ibmi} measures both on the same host. Its times are no test's; that the adapter asks
 * the host for no more than JTOpen alone is, since on a network each request takes its time.
 */
@Timeout(180)
final class BenchIbmiTest {
  @Test
  void printsBothForEachWork() throws Exception {
    List<String> said =
        BenchTest.printed("ibmi", "--json", "--rounds", "1", "--warm-up", "1", "--threads", "2");
    List<String> measured = new ArrayList<>();
    List<Long> requests = new ArrayList<>();
    for (String line : said) {
      JsonNode json = new ObjectMapper().readTree(line);
      measured.add(json.path("work").asText() + " " + json.path("by").asText());
      assertTrue(json.path("calls_per_second").asDouble() > 0, line);
      // A connection that has lain for a second is asked once whether it lives.
      requests.add(Math.round(json.path("requests_per_call").asDouble()));
      assertEquals(0, json.path("failures").asInt(), line);
      assertEquals(json.path("by").asText().equals("adapter"), json.has("ratio"), line);
    }
    assertEquals(
        List.of(
            "program jtopen",
            "program adapter",
            "data-queue jtopen",
            "data-queue adapter",
            "row jtopen",
            "row adapter"),
        measured);
    assertEquals(List.of(1L, 1L, 2L, 2L, 8L, 8L), requests);
  }
}
