package drawbridge.acceptance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.settings.Program;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drawbridge demo}: the whole bridge on one machine, and what a connector sees of it. */
@Command(
    name = "demo",
    description = "Starts the whole bridge on this machine and shows what a connector sees of it.",
    mixinStandardHelpOptions = true)
final class Demo implements Callable<Integer> {
  @Option(names = "--once", description = "End after the calls; exit code 0 only if all held.")
  private boolean once;

  @Option(
      names = "--dir",
      paramLabel = "D",
      description = "Keep everything below D; by default a folder that is removed at the end.")
  private @Nullable Path folder;

  private final PrintStream out = System.out;

  public static void main(String... arguments) {
    System.exit(Program.run(new Demo(), arguments));
  }

  @Override
  public Integer call() throws Exception {
    Consumer<String> progress = line -> out.println("· " + line);
    try (Stack stack =
        folder == null
            ? Stack.start(StackPlan.small().withHost(), progress)
            : Stack.start(StackPlan.small().withHost(), folder, progress)) {
      describe(stack);
      boolean held = new Showing(stack, out).run();
      out.println();
      out.println(held ? "All as it must be." : "Not all is as it must be.");
      if (once) {
        return held ? Program.DONE : Program.FAILED;
      }
      out.printf(
          "%nIt stays up until Ctrl-C. Try:%n%n  curl --cacert %s --cert %s --key %s '%s%s'%n%n",
          stack.certificate("front-ca.pem"),
          stack.certificate("connector.pem"),
          stack.certificate("connector.key"),
          stack.gateway(),
          Showing.ALLOWED);
      out.printf("Everything is in %s%n", stack.folder());
      String ended = stack.anyEnd().join();
      if (!stack.closing(Duration.ofSeconds(1))) {
        out.println(ended + " has ended by itself; " + stack.log(ended) + " says why.");
      }
      return Program.FAILED;
    }
  }

  /** {@code demo.json}: for scripts that want to try things on a running demo. */
  private static void describe(Stack stack) throws IOException {
    StackPlan plan = stack.plan();
    String agent = plan.sites().getFirst().agents().getFirst();
    ObjectMapper json = new ObjectMapper();
    ObjectNode demo = json.createObjectNode();
    demo.put("gateway", stack.gateway().toString());
    demo.put("ca", stack.certificate("front-ca.pem").toString());
    demo.put("certificate", stack.certificate("connector.pem").toString());
    demo.put("key", stack.certificate("connector.key").toString());
    demo.put("agent-config", stack.configuration(agent).toString());
    demo.put("gateway-config", stack.configuration(plan.gateways().getFirst()).toString());
    demo.put("audit", stack.audit(agent).toString());
    demo.putArray("apis").add("orders/v1").add("host/v1");
    ObjectNode pids = demo.putObject("pids");
    stack.pids().forEach(pids::put);
    // Whole under its name or not there: somebody may be waiting for it.
    Path whole = stack.folder().resolve("demo.json.new");
    Files.writeString(whole, json.writerWithDefaultPrettyPrinter().writeValueAsString(demo) + "\n");
    Files.move(whole, stack.folder().resolve("demo.json"), StandardCopyOption.ATOMIC_MOVE);
  }
}
