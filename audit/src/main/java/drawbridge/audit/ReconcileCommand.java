package drawbridge.audit;

import drawbridge.settings.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drawbridge audit reconcile}: do gateways and agents tell of the same calls? */
@Command(
    name = "reconcile",
    mixinStandardHelpOptions = true,
    description =
        "Compares the calls of agents' and gateways' logs by id, and prints those on one side only.")
final class ReconcileCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;

  @Option(
      names = "--agent",
      paramLabel = "FOLDER",
      required = true,
      description = "log of an agent; all agents that the gateways called")
  private List<Path> agents = List.of();

  @Option(
      names = "--gateway",
      paramLabel = "FOLDER",
      required = true,
      description = "log of a gateway; all gateways that the agents were called by")
  private List<Path> gateways = List.of();

  @Override
  public Integer call() throws IOException {
    if (spec == null) {
      throw new IllegalStateException("not run by a command line");
    }
    for (Path folder : agents) {
      check(folder);
    }
    for (Path folder : gateways) {
      check(folder);
    }
    Reconciliation result = Reconciliation.of(folders(agents), folders(gateways));
    PrintWriter out = spec.commandLine().getOut();
    result
        .differences()
        .forEach(one -> out.println("%-14s %s  %s".formatted(one.what(), one.call(), one.text())));
    out.println(
        "%d calls on both sides, %d differ".formatted(result.same(), result.differences().size()));
    if (!result.between()) {
      out.println("The two logs have no stretch of time in common.");
    }
    out.flush();
    return result.differences().isEmpty() && result.between() ? Program.DONE : Program.FAILED;
  }

  private static List<AuditFolder> folders(List<Path> paths) {
    return new ArrayList<>(paths.stream().map(AuditFolder::of).toList());
  }

  private void check(Path folder) {
    if (spec != null && !Files.isDirectory(folder)) {
      throw new ParameterException(spec.commandLine(), folder + " is not a folder");
    }
  }
}
