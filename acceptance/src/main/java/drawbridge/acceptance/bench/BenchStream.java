package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.acceptance.Connector;
import drawbridge.acceptance.Stack;
import drawbridge.acceptance.StackPlan;
import drawbridge.settings.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drawbridge bench stream}: a large table as NDJSON, through the bridge and without it. */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    description = "All rows of a table as one NDJSON stream, through the bridge and without it.")
final class BenchStream implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PATH = "/orders/v1/orders";

  @Option(names = "--json", description = "print a JSON line for each stream, and nothing else")
  private boolean json;

  @Option(names = "--rows", defaultValue = "1000000", description = "default ${DEFAULT-VALUE}")
  private int rows;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "streams measured of each; default ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "120",
      description =
          "seconds of streams before those that are measured, at least one; default"
              + " ${DEFAULT-VALUE}")
  private int warmUp;

  @Option(
      names = "--heap",
      defaultValue = "64m",
      description = "of gateway, agent and direct program, default ${DEFAULT-VALUE}")
  private String heap = "";

  @Override
  public Integer call() throws Exception {
    boolean good = true;
    StackPlan plan = StackPlan.small().withRows(rows).measured(heap);
    Consumer<String> progress = line -> say("· " + line);
    try (Stack stack = Stack.start(plan, progress);
        Connector connector = Connector.of(stack)) {
      for (Topology topology : List.of(Topology.RELAY, Topology.DIRECT)) {
        progress.accept(topology.word());
        topology.set(stack);
        long warm = System.nanoTime() + TimeUnit.SECONDS.toNanos(warmUp);
        do {
          good &= connector.stream(PATH).lines() == rows;
        } while (System.nanoTime() < warm);
        Gauges before = Gauges.of(stack);
        List<Connector.Streamed> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
          Connector.Streamed one = connector.stream(PATH);
          good &= one.lines() == rows;
          all.add(one);
        }
        print(topology, all, before, Gauges.of(stack));
      }
    }
    return good ? Program.DONE : Program.FAILED;
  }

  private void print(Topology topology, List<Connector.Streamed> all, Gauges before, Gauges after) {
    double[] rates =
        all.stream().mapToDouble(Connector.Streamed::megabytesPerSecond).sorted().toArray();
    double median = rates[rates.length / 2];
    long bytes = all.stream().mapToLong(Connector.Streamed::bytes).sum();
    double messages = (after.messages() - before.messages()) / (bytes / 1e6);
    double units = (after.units() - before.units()) / (bytes / 1e6);
    var processor = after.since(before, Math.max(1, bytes / 1_000_000));
    if (!json) {
      System.out.printf(
          "%-8s %,d rows, %.0f MB: median %.1f MB/s, %.1f messages and %.1f units a MB, processor µs a MB %s%n",
          topology.word(), rows, bytes / 1e6 / all.size(), median, messages, units, processor);
      return;
    }
    ObjectNode line = JSON.createObjectNode();
    line.put("topology", topology.word());
    line.put("rows", rows);
    line.put("bytes", bytes / all.size());
    line.put("heap", heap);
    line.put("mb_per_second", Math.round(median * 10) / 10.0);
    line.put("messages_per_mb", Math.round(messages * 100) / 100.0);
    line.put("units_per_mb", Math.round(units * 100) / 100.0);
    ObjectNode each = line.putObject("processor_us_per_mb");
    processor.forEach(each::put);
    System.out.println(line);
  }

  private void say(String line) {
    if (!json) {
      System.out.println(line);
    }
  }
}
