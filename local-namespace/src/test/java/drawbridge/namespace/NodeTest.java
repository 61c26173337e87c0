package drawbridge.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second language: the JavaScript SDK, in Node. */
final class NodeTest {
  private static final Path SCRIPTS = Path.of("src/test/js").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void theJavaScriptSdkConnectsInPlaintext() throws Exception {
    assertEquals("ok", queue(settings().build(), Path.of("/dev/null")));
  }

  @Test
  void theJavaScriptSdkConnectsByTls() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder, "EC");
    NamespaceSettings tls =
        settings().noPlaintext().tls(0, certificate.certificate(), certificate.key()).build();
    assertEquals("ok", queue(tls, certificate.certificate()));
  }

  @Test
  void theJavaScriptSdkConnectsByWebSocket() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder, "EC");
    NamespaceSettings tls =
        settings().noPlaintext().tls(0, certificate.certificate(), certificate.key()).build();
    assertEquals("ok", queue(tls, certificate.certificate(), "websocket"));
  }

  /** Microsoft's SDKs look at the size before they send, so only a bare client meets this. */
  @Test
  void aMessageThatIsTooLongDetachesItsLink() throws Exception {
    assertEquals("amqp:link:message-size-exceeded", refusal("large", Duration.ofMinutes(5)));
  }

  /** And they renew their tokens before they end. */
  @Test
  void aTokenThatEndsDetachesItsLinks() throws Exception {
    assertEquals("amqp:unauthorized-access", refusal("expiry", Duration.ofSeconds(3)));
  }

  private static String refusal(String what, Duration life) throws Exception {
    assumeNode();
    NamespaceSettings settings =
        NamespaceSettings.builder()
            .key("root", "root-secret")
            .queue(QueueSettings.of("js").maxMessage(256_000))
            .build();
    try (LocalNamespace namespace = LocalNamespace.start(settings)) {
      String token = Sas.token("amqp://localhost/js", "root", "root-secret", life);
      return node(
          Path.of("/dev/null"), "refusals.mjs", String.valueOf(namespace.port()), token, what);
    }
  }

  private static NamespaceSettings.Builder settings() {
    return NamespaceSettings.builder().key("root", "root-secret").queue("js");
  }

  /** What the script says. */
  private static String queue(NamespaceSettings settings, Path trust, String... more)
      throws Exception {
    assumeNode();
    try (LocalNamespace namespace = LocalNamespace.start(settings)) {
      List<String> arguments = new ArrayList<>();
      arguments.addAll(List.of("queue.mjs", namespace.connectionString("root")));
      arguments.addAll(List.of(more));
      return node(trust, arguments.toArray(String[]::new));
    }
  }

  private static String node(Path trust, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("node"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(SCRIPTS.toFile()).redirectErrorStream(true);
    builder.environment().put("NODE_EXTRA_CA_CERTS", trust.toString());
    Process node = builder.start();
    try {
      String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(node.waitFor(60, TimeUnit.SECONDS), "node does not end");
      return output.strip();
    } finally {
      node.destroyForcibly();
    }
  }

  private static void assumeNode() throws InterruptedException {
    assumeTrue(hasNode(), "skipped: there is no node on this machine");
    assumeTrue(
        Files.isDirectory(SCRIPTS.resolve("node_modules/@azure/service-bus")),
        "skipped: run “npm ci --prefix local-namespace/src/test/js” first");
  }

  private static boolean hasNode() throws InterruptedException {
    try {
      return new ProcessBuilder("node", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
