package drawbridge.agent;

import drawbridge.agent.console.Console;
import drawbridge.agent.console.StatusSocket;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where people on this machine see how the agent stands: the socket of {@code agent status}, and
 * the console where it is asked for.
 */
final class Lookout implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");

  private final @Nullable StatusSocket socket;
  private final @Nullable Console console;

  private Lookout(@Nullable StatusSocket socket, @Nullable Console console) {
    this.socket = socket;
    this.console = console;
  }

  /**
   * Begins to answer.
   *
   * @throws SettingsException where the console's port is taken; without a socket the agent runs on
   */
  static Lookout open(Agent agent, LiveSite site) {
    AgentSettings settings = agent.settings();
    StatusReport report = new StatusReport(agent, site);
    Console console = null;
    if (settings.console().isPresent()) {
      try {
        console =
            Console.start(settings.console().get(), report::now, agent.audit(), agent.values());
        report.console(console.url());
        LOG.log(System.Logger.Level.INFO, "the console is at {0}", console.url());
      } catch (IOException e) {
        throw new SettingsException(
            settings.file(),
            0,
            "console.port",
            "the console cannot listen there: " + e.getMessage(),
            "name a free port, or 0 for any",
            e);
      }
    }
    StatusSocket socket = null;
    try {
      socket = StatusSocket.open(new StateFolder(settings.state()).status(), report::now);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "“agent status” will not work: {0}. Fix: name a short path as state in {1}",
          e.getMessage(),
          settings.file());
    }
    return new Lookout(socket, console);
  }

  Optional<String> url() {
    return Optional.ofNullable(console).map(Console::url);
  }

  @Override
  public void close() throws IOException {
    if (console != null) {
      console.close();
    }
    if (socket != null) {
      socket.close();
    }
  }
}
