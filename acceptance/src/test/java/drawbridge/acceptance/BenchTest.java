package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The benchmark runs and prints what it promises; its figures are for docs/benchmarks.md, not for a
 * test.
 */
@Timeout(180)
final class BenchTest {
  /** In the first 3,000 records that searches are measured with. */
  private static final Map<String, Integer> FOUND =
      Map.of(
          "argument",
          1,
          "returned",
          1,
          "call",
          1,
          "reference",
          1,
          "failed",
          3,
          "nothing",
          0,
          "operation and user, never together",
          0);

  @Test
  void printsALineAMeasurementForEveryTopology() throws Exception {
    List<String> said =
        printed(
            "call", "--json", "--quick", "--warm-up", "1", "--seconds", "1", "--connections", "4");
    List<String> topologies = new ArrayList<>();
    for (String line : said) {
      JsonNode json = new ObjectMapper().readTree(line);
      topologies.add(json.path("topology").asText());
      assertEquals(4, json.path("connections").asInt(), line);
      assertTrue(json.path("requests_per_second").asDouble() > 0, line);
      assertTrue(json.path("p50_ms").asDouble() > 0, line);
      assertTrue(json.path("p99_ms").asDouble() >= json.path("p50_ms").asDouble(), line);
      assertEquals(
          !List.of("relay", "naive").contains(json.path("topology").asText()),
          json.path("messages_per_request").asDouble() == 0,
          line);
      assertTrue(json.path("processor_us").path("gateway-1").asLong() > 0, line);
    }
    topologies.remove("ssh"); // where it is not installed it is left out
    assertEquals(List.of("relay", "direct", "direct-bare", "naive"), topologies);
  }

  @Test
  void auditPrintsALineForEveryMeasurementBesideAPlainFsync() throws Exception {
    List<String> said =
        printed(
            "audit",
            "--json",
            "--seconds",
            "1",
            "--threads",
            "1,8",
            "--find",
            "3000",
            "--folders",
            "2");
    List<String> measured = new ArrayList<>();
    int searches = 0;
    for (String line : said) {
      JsonNode json = new ObjectMapper().readTree(line);
      switch (json.path("how").asText()) {
        case "written" -> {
          assertEquals(3_000, json.path("records").asLong(), line);
          assertTrue(json.path("bytes").asLong() > 0, line);
        }
        case "find" -> {
          searches++;
          assertTrue(json.path("seconds").asDouble() > 0, line);
          Integer there = FOUND.get(json.path("what").asText());
          assertTrue(there == null || there == json.path("found").asInt(), line);
        }
        default -> {
          measured.add(json.path("how").asText() + " " + json.path("threads").asInt());
          assertTrue(json.path("recordsPerSecond").asLong() > 0, line);
          assertTrue(json.path("p50Millis").asDouble() > 0, line);
          assertTrue(json.path("p99Millis").asDouble() >= json.path("p50Millis").asDouble(), line);
        }
      }
    }
    assertEquals(
        List.of("audit 1", "fsync each 1", "audit 8", "at a rate 8", "fsync each 8"), measured);
    assertEquals(28, searches, said::toString);
  }

  /** What the benchmark prints to a machine, having done well. */
  static List<String> printed(String... words) throws Exception {
    Process bench =
        new ProcessBuilder(
                Repository.java("acceptance", "drawbridge.acceptance.bench.Bench", List.of(words)))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(bench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(bench.waitFor(10, TimeUnit.SECONDS));
    assertEquals(0, bench.exitValue(), said);
    return said.lines().toList();
  }
}
