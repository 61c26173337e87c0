package drawbridge.agent;

import drawbridge.agent.Pauses.Kind;
import drawbridge.agent.Pauses.Pause;
import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code agent pause} and {@code agent resume}: at once, and across restarts. */
final class PauseCommand {
  private PauseCommand() {}

  /** Who or what; neither: everything. */
  static final class Target {
    @Option(
        names = "--caller",
        paramLabel = "NAME",
        description = "a certificate's subject, or the id of an application or user")
    @Nullable String caller;

    @Option(names = "--source", paramLabel = "NAME", description = "a source of sources.yaml")
    @Nullable String source;

    Pause pause() {
      return caller != null
          ? new Pause(Kind.CALLER, caller)
          : source != null ? new Pause(Kind.SOURCE, source) : new Pause(Kind.ALL, "");
    }
  }

  abstract static sealed class Change implements Callable<Integer> permits On, Off {
    @Spec @Nullable CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "agent.yaml")
    Path config = Path.of("agent.yaml");

    @ArgGroup Target target = new Target();

    abstract boolean on();

    @Override
    public Integer call() throws IOException {
      AgentSettings settings = AgentSettings.read(config);
      List<Pause> paused =
          Pauses.change(new StateFolder(settings.state()).pauses(), target.pause(), on());
      var out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
      out.println("paused: " + (paused.isEmpty() ? "nothing" : paused));
      out.flush();
      return Program.DONE;
    }
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Holds up all calls, a caller's or a source's, and ends those that run.")
  static final class On extends Change {
    @Override
    boolean on() {
      return true;
    }
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Takes a pause back; without a caller or source all of them.")
  static final class Off extends Change {
    @Override
    boolean on() {
      return false;
    }
  }
}
