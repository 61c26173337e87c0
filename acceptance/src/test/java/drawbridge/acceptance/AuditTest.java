package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The audit logs of real programs, judged by {@code drawbridge audit} as an auditor would. */
final class AuditTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private String output = "";

  private int audit(Stack stack, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("drawbridge.audit.Main");
    command.addAll(List.of(arguments));
    Path out = stack.folder().resolve("audit.out");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    output = Files.readString(out);
    return process.exitValue();
  }

  @Test
  void theGatewayVouchesForTheAgentsLogAndBothTellOfTheSameCalls() throws Exception {
    try (Stack stack = Stack.start(StackPlan.small(), line -> {});
        Connector connector = Connector.of(stack)) {
      for (int i = 1; i <= 20; i++) {
        assertEquals(200, connector.get("/orders/v1/order/" + i).statusCode());
      }
      assertEquals(
          403,
          connector
              .send(
                  "GET",
                  "/orders/v1/customers/1",
                  "",
                  "x-forwarded-for",
                  "192.0.2.7",
                  "x-ms-workflow-run-id",
                  "run-4711")
              .statusCode());
      String key = stack.certificate("audit.vkey").toString();
      String agent = stack.audit("agent-a").toString();
      Path gateway = stack.folder().resolve("audit-gateway-1");
      Path anchors = anchored(stack, 24);

      assertEquals(0, audit(stack, "verify", agent, "--key", key), output);
      assertTrue(output.startsWith("CONSISTENT"), output);
      assertEquals(0, audit(stack, "verify", gateway.toString(), "--key", key), output);
      assertEquals(
          0, audit(stack, "verify", agent, "--key", key, "--checkpoint", "" + anchors), output);
      assertTrue(output.startsWith("ANCHORED up to "), output);
      assertEquals(
          0,
          audit(
              stack,
              "find",
              agent,
              "--operation",
              "orders/v1/GetOrder",
              "--argument",
              "orderId=7"));
      assertEquals(1, output.lines().count(), output);
      assertEquals(0, audit(stack, "find", agent, "--returned", "id=7"), output);
      assertEquals(1, output.lines().count(), "the key of the row is found too: " + output);
      assertTrue(output.contains("\"claimed\":{\"tls.client.subject\":"), output);
      // What headers say is nobody's proof, on either side.
      for (String log : List.of(agent, gateway.toString())) {
        assertEquals(0, audit(stack, "find", log, "--operation", "orders/v1/GetCustomer"), output);
        JsonNode refused = JSON.readTree(output.lines().toList().getFirst());
        JsonNode claimed = refused.path("claimed");
        String header = "http.request.header.";
        assertEquals("192.0.2.7", claimed.path(header + "x-forwarded-for").asText(), output);
        assertEquals("run-4711", claimed.path(header + "x-ms-workflow-run-id").asText(), output);
        assertFalse(refused.path("proven").toString().contains(header), output);
      }
      assertEquals(
          0, audit(stack, "reconcile", "--agent", agent, "--gateway", "" + gateway), output);
      assertTrue(output.startsWith("21 calls on both sides, 0 differ"), output);

      // Whoever puts an empty folder in its place is found out by the gateway.
      stack.kill("agent-a");
      Files.move(Path.of(agent), stack.folder().resolve("put-away"));
      stack.restart("agent-a");
      assertTrue(
          comes(() -> Files.readString(stack.log("gateway-1")).contains("altered or cut")),
          "the gateway says nothing");
    }
  }

  /** The gateway's file of checkpoints, once one covers so many records. */
  private static Path anchored(Stack stack, long records) throws Exception {
    Path folder = stack.folder().resolve("audit-gateway-1-anchors");
    assertTrue(
        comes(
            () -> {
              List<String> lines =
                  Files.isDirectory(folder) && !checkpoints(folder).isEmpty()
                      ? Files.readAllLines(checkpoints(folder).getLast())
                      : List.of();
              return lines.size() > 5 && Long.parseLong(lines.get(lines.size() - 5)) >= records;
            }),
        "no checkpoint of " + records + " records reached the gateway");
    return checkpoints(folder).getLast();
  }

  private static List<Path> checkpoints(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".checkpoints")).sorted().toList();
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static boolean comes(Condition condition) throws Exception {
    Instant until = Instant.now().plus(PATIENCE);
    while (!condition.holds()) {
      if (Instant.now().isAfter(until)) {
        return false;
      }
      java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
    }
    return true;
  }
}
