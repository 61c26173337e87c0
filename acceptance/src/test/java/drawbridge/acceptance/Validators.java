package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Tools that others wrote, in Node, and what they judge documents by. */
final class Validators {
  static final Path TOOLS = Repository.root().resolve("documents/src/test/js");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Validators() {}

  /** Skips the test where there are none. */
  static void assumeInstalled() throws InterruptedException {
    assumeTrue(node(), "skipped: no node, or “npm ci” was not run in documents/src/test/js");
  }

  private static boolean node() throws InterruptedException {
    try {
      return new ProcessBuilder("node", "--version").start().waitFor() == 0
          && Files.isDirectory(TOOLS.resolve("node_modules/@stoplight/prism-cli"));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Copies the documents of one API to where they are judged. Certification asks for a contact,
   * which only a site's author can give: where the file has none, one stands in for it.
   *
   * @param from a folder that {@code agent documents} wrote
   */
  static void add(Path from, Path folder, String name) throws IOException {
    for (String document : List.of("openapi.json", "swagger.json", "apiProperties.json")) {
      ObjectNode json = (ObjectNode) JSON.readTree(from.resolve(document).toFile());
      ObjectNode info = (ObjectNode) json.get("info");
      if (info != null && !info.has("contact")) {
        info.putObject("contact")
            .put("name", "Plant IT")
            .put("url", "https://it.contoso.com")
            .put("email", "it@contoso.com");
      }
      if (document.equals("swagger.json") && !json.has("x-ms-connector-metadata")) {
        var metadata = json.putArray("x-ms-connector-metadata");
        for (String property : List.of("Website", "Privacy policy", "Categories")) {
          metadata
              .addObject()
              .put("propertyName", property)
              .put("propertyValue", property.equals("Categories") ? "Data" : "https://contoso.com");
        }
      }
      Files.write(folder.resolve(name + "." + document), JSON.writeValueAsBytes(json));
    }
  }

  /** None of them finds anything. */
  static void judge(Path folder) throws Exception {
    Process judge =
        new ProcessBuilder(
                "node",
                "validate.mjs",
                folder.toString(),
                TOOLS.resolveSibling("resources/power-platform").toString())
            .directory(TOOLS.toFile())
            .redirectErrorStream(true)
            .start();
    judge.getOutputStream().close();
    String said = new String(judge.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(judge.waitFor(3, TimeUnit.MINUTES));
    assertEquals(0, judge.exitValue(), said);
  }
}
