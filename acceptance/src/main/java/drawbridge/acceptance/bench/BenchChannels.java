package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.acceptance.Stack;
import drawbridge.acceptance.StackPlan;
import drawbridge.settings.Program;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
      long alone = live(stack);
      long residentAlone = Gauges.resident(stack.pid(Topology.GATEWAY));
      int connections = connections(stack);
      say("· " + count + " more agents");
      long began = System.nanoTime();
      stack.run("crowd-1", "acceptance", Crowd.class.getName());
      double seconds = (System.nanoTime() - began) / 1e9;
      long together = live(stack);
      ObjectNode line = JSON.createObjectNode();
      line.put("channels", count + 1);
      line.put("seconds_until_open", Math.round(seconds * 10) / 10.0);
      line.put("heap_kb_per_channel", (together - alone) / 1_024 / count);
      line.put("gateway_heap_mb_alone", alone / 1_000_000);
      line.put("gateway_heap_mb", together / 1_000_000);
      line.put("gateway_resident_mb_alone", residentAlone / 1_000_000);
      line.put("gateway_resident_mb", Gauges.resident(stack.pid(Topology.GATEWAY)) / 1_000_000);
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

  /** Bytes of the gateway's live objects: what is left after a collection that it is asked for. */
  private static long live(Stack stack) throws IOException, InterruptedException {
    String pid = Long.toString(stack.pid(Topology.GATEWAY));
    jcmd(pid, "GC.run");
    String heap = jcmd(pid, "GC.heap_info");
    return heap.lines()
            .filter(line -> line.contains(" used "))
            .findFirst()
            .map(line -> line.replaceAll(".* used (\\d+)K.*", "$1"))
            .map(Long::parseLong)
            .orElseThrow(() -> new IOException("unknown to this bench: " + heap))
        * 1_024;
  }

  private static String jcmd(String... words) throws IOException, InterruptedException {
    String tool = System.getProperty("java.home") + "/bin/jcmd";
    Process process =
        new ProcessBuilder(tool, words[0], words[1]).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("jcmd: " + said);
    }
    return said;
  }

  private void say(String line) {
    if (!json) {
      System.out.println(line);
    }
  }
}
