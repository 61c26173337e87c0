package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the catalogue page brings into people's browsers, against the list of vulnerable libraries
 * of retire.js, which an npm package carries: no network is asked. The list is as old as the
 * package that {@code src/test/js/package.json} names.
 */
@Timeout(120)
final class KnownVulnerabilitiesTest {
  private static final Path MODULES = Path.of("src/test/js/node_modules");
  private static final Path LIST =
      MODULES.resolve(
          "@salesforce/code-analyzer-retirejs-engine/vulnerabilities/RetireJsVulns.json");

  @TempDir Path temp;
  private Path served;

  @BeforeEach
  void assets() throws Exception {
    assumeTrue(Files.exists(LIST), "npm ci in gateway/src/test/js");
    served = Files.createDirectory(temp.resolve("served"));
    Assets assets = new Assets();
    for (String name : List.of("swagger-ui-bundle.js", "catalogue.js", "try.js")) {
      Files.write(served.resolve(name), assets.named(name).orElseThrow().bytes());
    }
  }

  /** From library and version to the number of its known vulnerabilities. */
  private Map<String, Integer> known() throws IOException, InterruptedException {
    Path out = temp.resolve("out.json");
    Process retire;
    try {
      retire =
          new ProcessBuilder(
                  "node",
                  MODULES.resolve("retire/lib/cli.js").toString(),
                  "--verbose",
                  "--jspath",
                  served.toString(),
                  "--jsrepo",
                  LIST.toString(),
                  "--outputformat",
                  "json",
                  "--outputpath",
                  out.toString())
              .redirectErrorStream(true)
              .redirectOutput(temp.resolve("said").toFile())
              .start();
    } catch (IOException e) {
      assumeTrue(false, "node");
      throw e;
    }
    assertTrue(retire.waitFor(60, TimeUnit.SECONDS));
    Map<String, Integer> found = new TreeMap<>();
    for (JsonNode file : new ObjectMapper().readTree(out.toFile()).path("data")) {
      for (JsonNode one : file.path("results")) {
        String library = one.path("component").asText() + " " + one.path("version").asText();
        found.merge(library, one.path("vulnerabilities").size(), Integer::sum);
      }
    }
    return found;
  }

  @Test
  void nothingThatThePageBringsIsKnownToBeVulnerable() throws Exception {
    Map<String, Integer> known = known();
    // Swagger UI is one file, and the libraries in it are seen all the same.
    assertTrue(known.keySet().stream().anyMatch(one -> one.startsWith("DOMPurify ")), known + "");
    assertEquals(0, known.values().stream().mapToInt(n -> n).sum(), known::toString);
  }

  @Test
  void aLibraryThatIsKnownToBeVulnerableIsFound() throws Exception {
    Files.writeString(served.resolve("old.js"), "/*! jQuery v1.8.1 jquery.com */");
    assertTrue(known().getOrDefault("jquery 1.8.1", 0) >= 5, known()::toString);
  }
}
