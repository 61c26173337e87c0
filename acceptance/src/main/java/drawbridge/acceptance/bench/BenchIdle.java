package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.acceptance.Stack;
import drawbridge.acceptance.StackPlan;
import drawbridge.acceptance.Vitals;
import drawbridge.settings.Program;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drawbridge bench idle}: what a bridge costs that nobody calls. */
@Command(
    name = "idle",
    mixinStandardHelpOptions = true,
    description = "A bridge without calls: messages, processor time, memory.")
final class BenchIdle implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "print one JSON line and nothing else")
  private boolean json;

  @Option(
      names = "--seconds",
      defaultValue = "300",
      description =
          "that are measured, after as many as a channel needs to come to rest; default ${DEFAULT-VALUE}")
  private int seconds;

  private static final int REST_SECONDS = 20;

  @Override
  public Integer call() throws Exception {
    try (Stack stack = Stack.start(StackPlan.small().measured("512m"), line -> say("· " + line))) {
      TimeUnit.SECONDS.sleep(REST_SECONDS);
      Gauges before = Gauges.of(stack);
      TimeUnit.SECONDS.sleep(seconds);
      Gauges after = Gauges.of(stack);
      ObjectNode line = JSON.createObjectNode();
      line.put("seconds", seconds);
      line.put(
          "messages_per_minute",
          Math.round((after.messages() - before.messages()) * 600.0 / seconds) / 10.0);
      for (String program : new String[] {Topology.GATEWAY, Topology.AGENT}) {
        line.put(program + "_resident_mb", Vitals.resident(stack.pid(program)) / 1_000_000);
        line.put(
            program + "_processor_ms_per_minute",
            after.since(before, seconds).getOrDefault(program, 0L) * 60 / 1_000);
      }
      if (json) {
        System.out.println(line);
      } else {
        line.properties().forEach(one -> System.out.println(one.getKey() + " " + one.getValue()));
      }
      return Program.DONE;
    }
  }

  private void say(String line) {
    if (!json) {
      System.out.println(line);
    }
  }
}
