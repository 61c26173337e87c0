package drawbridge.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.relay.wire.Api;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Judged by tools that others wrote, in Node: the connectors' JSON schema, swagger-parser, redocly,
 * spectral. The documents stay in {@code target/documents}.
 */
final class ValidatorsTest {
  private static final Path SCRIPTS = Path.of("src/test/js").toAbsolutePath();
  private static final Path SCHEMAS = Path.of("src/test/resources/power-platform").toAbsolutePath();

  @Test
  void everyDocumentPasses() throws Exception {
    Path folder = Files.createDirectories(Path.of("target/documents").toAbsolutePath());
    for (Api api : TestApis.all()) {
      write(folder, api.getName(), Documents.of(api, TestApis.BY_CERTIFICATE));
      write(folder, api.getName() + "-by-token", Documents.of(api, TestApis.BY_TOKEN));
    }
    Judgement judgement = judge(folder);
    assertEquals(0, judgement.exit(), judgement.said());
  }

  /** Else a silent tool would look like a good document. */
  @Test
  void aBadDocumentDoesNotPass(@TempDir Path folder) throws Exception {
    write(folder, "stock", Documents.of(TestApis.stock(), TestApis.BY_CERTIFICATE));
    Path swagger = folder.resolve("stock.swagger.json");
    Files.writeString(
        swagger,
        Files.readString(swagger)
            .replace("\"title\" : \"Stock v2\"", "\"title\" : \"The Stock Connector\"")
            .replace("\"x-ms-url-encoding\" : \"single\"", "\"x-ms-unheard-of\" : 1"));
    Path openApi = folder.resolve("stock.openapi.json");
    Files.writeString(
        openApi, Files.readString(openApi).replace("schemas/ListItemsRow", "schemas/Nowhere"));
    Judgement judgement = judge(folder);
    assertNotEquals(0, judgement.exit());
    for (String finding :
        new String[] {
          "title-words", "path-encoded", "must have required property", "swagger-parser", "Nowhere"
        }) {
      assertTrue(judgement.said().contains(finding), () -> finding + " in " + judgement.said());
    }
  }

  private static void write(Path folder, String name, Documents documents) throws Exception {
    Files.write(folder.resolve(name + ".openapi.json"), documents.openApi());
    Files.write(folder.resolve(name + ".swagger.json"), documents.swagger());
    Files.write(folder.resolve(name + ".apiProperties.json"), documents.apiProperties());
  }

  private record Judgement(int exit, String said) {}

  private static Judgement judge(Path folder) throws IOException, InterruptedException {
    assumeTrue(hasNode(), "skipped: there is no node on this machine");
    assumeTrue(
        Files.isDirectory(SCRIPTS.resolve("node_modules/@redocly/cli")),
        "skipped: the validators are not there; run “npm ci” in " + SCRIPTS);
    Process node =
        new ProcessBuilder("node", "validate.mjs", folder.toString(), SCHEMAS.toString())
            .directory(SCRIPTS.toFile())
            .redirectErrorStream(true)
            .start();
    try {
      node.getOutputStream().close();
      String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(node.waitFor(5, TimeUnit.MINUTES), "the validators do not end");
      return new Judgement(node.exitValue(), said);
    } finally {
      node.destroyForcibly();
    }
  }

  private static boolean hasNode() throws InterruptedException {
    try {
      return new ProcessBuilder("node", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
