package drawbridge.agent;

import drawbridge.agent.console.Status;
import drawbridge.agent.console.StatusSocket;
import drawbridge.agent.console.StatusTable;
import drawbridge.settings.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code agent status}: asks the running agent how it stands. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Asks the running agent how it stands; exit code 0: all is well.")
final class StatusCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", required = true, description = "agent.yaml")
  Path config = Path.of("agent.yaml");

  @Option(names = "--json", description = "for machines, as docs/console.md says")
  boolean json;

  @Override
  public Integer call() {
    AgentSettings settings = AgentSettings.read(config);
    var line = java.util.Objects.requireNonNull(spec).commandLine();
    try {
      String answer = StatusSocket.ask(new StateFolder(settings.state()).status());
      Status status = StatusSocket.parse(answer);
      PrintWriter out = line.getOut();
      if (json) {
        out.print(answer);
        out.flush();
      } else {
        new StatusTable(out).print(status);
      }
      return status.ok() ? Program.DONE : Program.FAILED;
    } catch (IOException e) {
      line.getErr().println(e.getMessage());
      line.getErr().flush();
      return Program.FAILED;
    }
  }
}
