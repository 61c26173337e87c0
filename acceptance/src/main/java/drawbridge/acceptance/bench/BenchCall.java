package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.acceptance.Pem;
import drawbridge.acceptance.Stack;
import drawbridge.acceptance.StackPlan;
import drawbridge.settings.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

  /** Connections that two busy cores make in a second, TLS and all; they are no part of a call. */
  private static final int HANDSHAKES = 16;

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
      defaultValue = "relay,direct,ssh,direct-bare,naive",
      description = "default ${DEFAULT-VALUE}")
  private List<String> topologies = List.of();

  @Option(
      names = "--standard",
      description =
          "the namespace as the Standard tier has it: 1,000 operations a second, 10 ms each way")
  private boolean standard;

  @Option(
      names = "--quick",
      description = "programs that do not optimize themselves: for a short look, not for figures")
  private boolean quick;

  @Option(
      names = "--warm-up",
      defaultValue = "150",
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
    StackPlan plan = quick ? StackPlan.small().withRows(1_000) : StackPlan.small().measured("512m");
    try (Stack stack = Stack.start(plan, line -> say("· " + line))) {
      SSLContext tls =
          Pem.identified(
              stack.certificate("front-ca.pem"),
              stack.certificate("connector.pem"),
              stack.certificate("connector.key"));
      if (!json) {
        System.out.printf(
            "%n%-12s %11s %12s %8s %8s %9s %7s  %s%n",
            "topology",
            "connections",
            "requests/s",
            "p50 ms",
            "p99 ms",
            "messages",
            "units",
            "processor µs");
      }
      boolean good = true;
      for (Topology topology : chosen) {
        if (topology == Topology.SSH && SshTunnel.missing().isPresent()) {
          System.err.println("ssh is left out: there is no " + SshTunnel.missing().get());
          continue;
        }
        say("· " + topology.word());
        topology.set(stack);
        if (standard) {
          stack.control("/behaviour?delay=10ms&operations-per-second=1000");
        }
        if (topology == Topology.SSH) {
          try (SshTunnel tunnel =
              SshTunnel.open(stack.folder().resolve("ssh"), stack.gateway().getPort())) {
            good &= measure(stack, tls, topology, URI.create("https://localhost:" + tunnel.port()));
          }
        } else {
          good &= measure(stack, tls, topology, stack.gateway());
        }
        stack.control("/normal");
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

  private boolean measure(Stack stack, SSLContext tls, Topology topology, URI door)
      throws IOException, InterruptedException {
    Load load = new Load(URI.create(door + "/orders/v1/order/"), tls, stack.plan().rows());
    Load.Result warm = load.run(64, Duration.ofSeconds(warmUp), Duration.ofSeconds(1), () -> {});
    boolean good = warm.failures() == 0;
    for (int count : connections) {
      Gauges[] before = {Gauges.NONE};
      Load.Result result =
          load.run(
              count,
              Duration.ofSeconds(2 + count / HANDSHAKES),
              Duration.ofSeconds(seconds),
              () -> before[0] = gauges(stack));
      print(topology, count, result, before[0], gauges(stack));
      good &= result.failures() == 0 && result.requests() > 0;
    }
    return good;
  }

  private static Gauges gauges(Stack stack) {
    try {
      return Gauges.of(stack);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void print(
      Topology topology, int count, Load.Result result, Gauges before, Gauges after) {
    double requests = Math.max(1, result.requests());
    double messages = (after.messages() - before.messages()) / requests;
    double units = (after.units() - before.units()) / requests;
    Map<String, Long> processor = after.since(before, result.requests());
    if (!json) {
      System.out.printf(
          "%-12s %11d %12.0f %8.2f %8.2f %9.3f %7.3f  %s%s%n",
          topology.word(),
          count,
          result.requestsPerSecond(),
          result.p50(),
          result.p99(),
          messages,
          units,
          processor.toString().replaceAll("[{}]", ""),
          result.failures() == 0 ? "" : "  " + result.failures() + " FAILED");
      return;
    }
    ObjectNode line = JSON.createObjectNode();
    line.put("topology", topology.word());
    line.put("connections", count);
    line.put("requests_per_second", Math.round(result.requestsPerSecond()));
    line.put("p50_ms", result.p50());
    line.put("p99_ms", result.p99());
    line.put("messages_per_request", Math.round(messages * 10_000) / 10_000.0);
    line.put("units_per_request", Math.round(units * 10_000) / 10_000.0);
    ObjectNode each = line.putObject("processor_us");
    processor.forEach(each::put);
    line.put("failures", result.failures());
    System.out.println(line);
  }

  private void say(String line) {
    if (!json) {
      System.out.println(line);
    }
  }
}
