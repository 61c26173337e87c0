package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.acceptance.Pem;
import drawbridge.acceptance.Stack;
import drawbridge.acceptance.StackPlan;
import drawbridge.settings.Program;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code drawbridge bench call}: one row by id as JSON, for each topology and number of
 * connections.
 */
@Command(
    name = "call",
    mixinStandardHelpOptions = true,
    description = "One row by id as JSON, through the bridge and through what it is compared to.")
final class BenchCall implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--json",
      description = "print a JSON line for each measurement, and nothing else")
  private boolean json;

  @Option(
      names = "--connections",
      split = ",",
      defaultValue = "1,64,256",
      description = "default ${DEFAULT-VALUE}")
  private List<Integer> connections = List.of();

  @Option(
      names = "--topology",
      split = ",",
      defaultValue = "relay,direct,direct-bare,naive",
      description = "default ${DEFAULT-VALUE}")
  private List<String> topologies = List.of();

  @Option(
      names = "--warm-up",
      defaultValue = "45",
      description = "seconds for each topology, default ${DEFAULT-VALUE}")
  private int warmUp;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "measured for each number of connections, default ${DEFAULT-VALUE}")
  private int seconds;

  @Override
  public Integer call() throws Exception {
    List<Topology> chosen = topologies.stream().map(BenchCall::topology).toList();
    try (Stack stack = Stack.start(StackPlan.small(), line -> say("· " + line))) {
      SSLContext tls =
          Pem.identified(
              stack.certificate("front-ca.pem"),
              stack.certificate("connector.pem"),
              stack.certificate("connector.key"));
      if (!json) {
        System.out.printf(
            "%n%-12s %11s %12s %8s %8s %9s%n",
            "topology", "connections", "requests/s", "p50 ms", "p99 ms", "messages");
      }
      boolean good = true;
      for (Topology topology : chosen) {
        say("· " + topology.word());
        topology.set(stack);
        good &= measure(stack, tls, topology);
      }
      return good ? Program.DONE : Program.FAILED;
    }
  }

  private static Topology topology(String word) {
    for (Topology topology : Topology.values()) {
      if (topology.word().equals(word)) {
        return topology;
      }
    }
    throw new IllegalArgumentException("no topology " + word);
  }

  private boolean measure(Stack stack, SSLContext tls, Topology topology)
      throws IOException, InterruptedException {
    Load load =
        new Load(URI.create(stack.gateway() + "/orders/v1/order/"), tls, stack.plan().rows());
    Load.Result warm = load.run(64, Duration.ofSeconds(warmUp), Duration.ofSeconds(1), () -> {});
    boolean good = warm.failures() == 0;
    for (int count : connections) {
      long[] before = new long[1];
      Load.Result result =
          load.run(
              count,
              Duration.ofSeconds(2),
              Duration.ofSeconds(seconds),
              () -> before[0] = messages(stack));
      double perRequest = (messages(stack) - before[0]) / (double) Math.max(1, result.requests());
      print(topology, count, result, perRequest);
      good &= result.failures() == 0 && result.requests() > 0;
    }
    return good;
  }

  private void print(Topology topology, int count, Load.Result result, double perRequest) {
    if (!json) {
      System.out.printf(
          "%-12s %11d %12.0f %8.2f %8.2f %9.3f%s%n",
          topology.word(),
          count,
          result.requestsPerSecond(),
          result.p50(),
          result.p99(),
          perRequest,
          result.failures() == 0 ? "" : "  " + result.failures() + " FAILED");
      return;
    }
    ObjectNode line = JSON.createObjectNode();
    line.put("topology", topology.word());
    line.put("connections", count);
    line.put("requests_per_second", Math.round(result.requestsPerSecond()));
    line.put("p50_ms", result.p50());
    line.put("p99_ms", result.p99());
    line.put("messages_per_request", Math.round(perRequest * 10_000) / 10_000.0);
    line.put("failures", result.failures());
    System.out.println(line);
  }

  /** That the namespace has taken from anybody since it started. */
  private static long messages(Stack stack) {
    URI control = URI.create("http://localhost:" + stack.controlPort() + "/stats");
    try (InputStream answer = control.toURL().openStream()) {
      JsonNode stats = JSON.readTree(answer);
      long sum = 0;
      for (JsonNode queue : stats.path("queues")) {
        sum += queue.path("messagesIn").asLong();
      }
      return sum;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void say(String line) {
    if (!json) {
      System.out.println(line);
    }
  }
}
