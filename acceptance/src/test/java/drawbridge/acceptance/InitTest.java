package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.acceptance.InstalledRoot.Ran;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** From nothing to a call, by {@code init} of both programs and one rule of the admin's. */
final class InitTest {
  private static Stack stack;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    stack.stop("agent-a");
    stack.stop("gateway-1");
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  private static Ran program(String side, String... words) throws Exception {
    return Ran.of(
        Repository.java(side, "drawbridge." + side + ".Main", List.of(words))
            .toArray(String[]::new));
  }

  private static void run(String name, String side, Path config) throws Exception {
    List<String> command =
        new ArrayList<>(
            Repository.java(
                side, "drawbridge." + side + ".Main", List.of("--config", config.toString())));
    stack.run(name, command, Map.of()).awaitReady();
  }

  @Test
  void whatInitWritesRunsOnceARuleAllowsSomething() throws Exception {
    Path folder = stack.folder().resolve("first");
    String namespace = "localhost:" + stack.namespacePort();
    String samples = stack.certificate("").toString();
    int[] ports = Layout.freePorts(2);
    Ran gateway =
        program(
            "gateway",
            "init",
            "--into=" + folder.resolve("gateway"),
            "--name=gateway-1",
            "--public-url=https://localhost:" + ports[0],
            "--port=" + ports[0],
            "--private-port=" + ports[1],
            "--site=plant-1=agent-a",
            "--namespace=" + namespace,
            "--emulator",
            "--key-file=" + stack.folder().resolve("secrets/gateway-1"),
            "--samples=" + samples);
    assertEquals(0, gateway.code(), gateway.text());

    Ran agent =
        program(
            "agent",
            "init",
            "--into=" + folder.resolve("agent"),
            "--site=plant-1",
            "--name=agent-a",
            "--gateway=gateway-1",
            "--namespace=" + namespace,
            "--emulator",
            "--key-file=" + stack.folder().resolve("secrets/agent-a"),
            "--source=erp=" + stack.database().url(),
            "--source-user=erp=" + OrdersDatabase.USER,
            "--source-password-file=erp=" + stack.folder().resolve("secrets/erp"),
            "--samples=" + samples);
    assertEquals(0, agent.code(), agent.text());
    // It ends with the check, which finds everything but the policy's first rule in order.
    assertTrue(agent.text().contains("Send to drawbridge.gateway-1"), agent.text());
    assertTrue(agent.text().contains("source erp"), agent.text());

    run("gateway-1", "gateway", folder.resolve("gateway/gateway.yaml"));
    run("agent-a", "agent", folder.resolve("agent/agent.yaml"));
    Optional<String> obstacle =
        PrivatePort.awaitReady(URI.create("http://127.0.0.1:" + ports[1]), CompletableFuture::new);
    assertEquals(Optional.empty(), obstacle, () -> agent.text());
    try (Connector connector = Connector.of(stack, URI.create("https://localhost:" + ports[0]))) {
      assertEquals(403, connector.get("/first/v1/ping").statusCode(), "nothing is allowed");
      Path policy = folder.resolve("agent/site/policy.yaml");
      Files.writeString(
          policy,
          """
          rules:
            - name: connector-pings
              allow: [first/v1/Ping]
              to: { certificate: { subject: "%s" } }
          """
              .formatted(
                  Pem.certificate(stack.certificate("connector.pem"))
                      .getSubjectX500Principal()
                      .getName()));
      // The changed file counts within some seconds, without a restart.
      var answer = connector.get("/first/v1/ping");
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (answer.statusCode() != 200 && System.nanoTime() < deadline) {
        String ended = stack.anyEnd().completeOnTimeout("", 100, TimeUnit.MILLISECONDS).join();
        assertEquals("", ended);
        answer = connector.get("/first/v1/ping");
      }
      assertEquals(200, answer.statusCode(), answer.body());
      assertTrue(answer.body().contains("\"answer\":1"), answer.body());
    }
  }
}
