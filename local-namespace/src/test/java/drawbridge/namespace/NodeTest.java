package drawbridge.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A second language: the JavaScript SDK, in Node. */
final class NodeTest {
  private static final Path SCRIPTS = Path.of("src/test/js").toAbsolutePath();

  @Test
  void theJavaScriptSdkConnects() throws Exception {
    assumeTrue(hasNode(), "skipped: there is no node on this machine");
    assumeTrue(
        Files.isDirectory(SCRIPTS.resolve("node_modules/@azure/service-bus")),
        "skipped: run “npm ci --prefix local-namespace/src/test/js” first");
    try (LocalNamespace namespace =
        LocalNamespace.start(
            NamespaceSettings.builder().key("root", "root-secret").queue("js").build())) {
      Process node =
          new ProcessBuilder("node", "queue.mjs", namespace.connectionString("root"))
              .directory(SCRIPTS.toFile())
              .redirectErrorStream(true)
              .start();
      try {
        String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(node.waitFor(60, TimeUnit.SECONDS), "node does not end");
        assertEquals("ok", output.strip());
      } finally {
        node.destroyForcibly();
      }
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
