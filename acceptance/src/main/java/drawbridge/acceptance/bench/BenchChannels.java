package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.acceptance.Stack;
import drawbridge.acceptance.StackPlan;
import drawbridge.acceptance.Vitals;
import drawbridge.settings.Program;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drawbridge bench channels}: what one more channel costs a gateway. */
@Command(
    name = "channels",
    mixinStandardHelpOptions = true,
    description = "Many agents at one gateway: its memory, connections and processor time.")
final class BenchChannels implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "print one JSON line and nothing else")
  private boolean json;

  @Option(
      names = "--count",
      defaultValue = "500",
      description = "agents besides the one of the demo, default ${DEFAULT-VALUE}")
  private int count;

  @Override
  public Integer call() throws Exception {
    StackPlan plan = StackPlan.small().withRows(1_000).withCrowd(count).measured("512m");
    try (Stack stack = Stack.start(plan, line -> say("· " + line))) {
      long gateway = stack.pid(Topology.GATEWAY);
      long alone = Vitals.heap(gateway);
      long residentAlone = Vitals.resident(gateway);
      int connections = connections(stack);
      say("· " + count + " more agents");
      long began = System.nanoTime();
      stack.run("crowd-1", "acceptance", Crowd.class.getName());
      double seconds = (System.nanoTime() - began) / 1e9;
      long together = Vitals.heap(gateway);
      ObjectNode line = JSON.createObjectNode();
      line.put("channels", count + 1);
      line.put("seconds_until_open", Math.round(seconds * 10) / 10.0);
      line.put("heap_kb_per_channel", (together - alone) / 1_024 / count);
      line.put("gateway_heap_mb_alone", alone / 1_000_000);
      line.put("gateway_heap_mb", together / 1_000_000);
      line.put("gateway_resident_mb_alone", residentAlone / 1_000_000);
      line.put("gateway_resident_mb", Vitals.resident(gateway) / 1_000_000);
      // Each of the crowd has a connection of its own; the gateway needs no second one.
      line.put("connections_of_gateway", connections(stack) - connections - count + 1);
      if (json) {
        System.out.println(line);
      } else {
        line.properties().forEach(one -> System.out.println(one.getKey() + " " + one.getValue()));
      }
      return Program.DONE;
    }
  }

  private static int connections(Stack stack) throws IOException {
    URI control = URI.create("http://localhost:" + stack.controlPort() + "/stats");
    try (InputStream answer = control.toURL().openStream()) {
      JsonNode stats = JSON.readTree(answer);
      return stats.path("connections").asInt();
    }
  }

  private void say(String line) {
    if (!json) {
      System.out.println(line);
    }
  }
}
