package drawbridge.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * What every program of the project has in common: exit codes, errors on one line, one line a fact
 * in the log.
 */
public final class Program {
  /** The exit codes of every program: docs/agent.md lists them. */
  public static final int DONE = 0;

  public static final int FAILED = 1;
  public static final int WRONG_USE = 2;

  /** A newer process of the same name took over: starting this one again would end that one. */
  public static final int SUPERSEDED = 3;

  /** Kept, since the log manager holds loggers weakly and would forget their levels. */
  private static final Logger ROOT = Logger.getLogger("");

  private static final Logger[] QUIET = {
    Logger.getLogger("com.azure"),
    Logger.getLogger("com.microsoft.aad"),
    Logger.getLogger("io.grpc"),
    Logger.getLogger("io.opentelemetry"),
    Logger.getLogger("io.helidon"),
    Logger.getLogger("com.zaxxer.hikari"),
    Logger.getLogger("reactor"),
    Logger.getLogger("org.bouncycastle"),
    Logger.getLogger("io.zonky")
  };

  /** The key {@code log} of agent.yaml and gateway.yaml. */
  public enum Log {
    /** For people: time, level, who says it, what. */
    TEXT,
    /** For machines: one object a line, its trace within it. */
    JSON
  }

  private static final boolean JOURNAL = LogLine.journal();

  /** A program that runs until it is told to end, and has commands beside. */
  public interface Service extends Callable<Integer> {
    /**
     * Classes of the commands, with picocli's annotations; those that are methods come by
     * themselves.
     */
    List<Class<?>> commands();

    /**
     * The options {@code --config} and {@code --ready-file}, as picocli sets them too.
     *
     * @param ready null: nobody waits for it
     */
    void files(Path config, @Nullable Path ready);
  }

  private Program() {}

  /**
   * Runs a picocli command and returns the exit code. The only place where an error of a program is
   * printed.
   *
   * <p>A service that is just started goes without picocli: its classes have a form that no class
   * cache takes, and reading them and the commands would be a third of the start.
   */
  public static int run(Object command, String... arguments) {
    log(Log.TEXT);
    if (command instanceof Service service && plain(arguments)) {
      try {
        service.files(Path.of(arguments[1]), arguments.length > 2 ? Path.of(arguments[3]) : null);
        return service.call();
      } catch (Exception e) {
        return failed(e);
      }
    }
    return line(command)
        .setExecutionExceptionHandler((e, line, parsed) -> failed(e))
        .execute(arguments);
  }

  private static int failed(Exception e) {
    boolean ours = e instanceof SettingsException;
    System.err.println((JOURNAL ? "<3>" : "") + "drawbridge: " + (ours ? e.getMessage() : e));
    if (!ours) {
      System.getLogger("drawbridge").log(System.Logger.Level.DEBUG, "failed", e);
      if (Boolean.getBoolean("drawbridge.debug")) {
        System.err.println(LogLine.trace(e));
      }
    }
    return FAILED;
  }

  /** What parses the arguments. */
  public static CommandLine line(Object command) {
    CommandLine line = new CommandLine(command);
    if (command instanceof Service service) {
      service.commands().forEach(line::addSubcommand);
      line.getCommandSpec().addMethodSubcommands();
    }
    return line.setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** {@code --config FILE} and maybe {@code --ready-file FILE}, as service managers start it. */
  private static boolean plain(String[] arguments) {
    return (arguments.length == 2 || arguments.length == 4)
        && option(arguments, 0, "--config")
        && (arguments.length == 2 || option(arguments, 2, "--ready-file"));
  }

  private static boolean option(String[] arguments, int at, String name) {
    return arguments[at].equals(name) && !arguments[at + 1].startsWith("-");
  }

  /** How lines of the log are written from now on; to the standard error, at once. */
  public static void log(Log form) {
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    Handler console = new ConsoleHandler();
    console.setFormatter(new LogLine(form, JOURNAL));
    console.setLevel(Level.ALL);
    ROOT.addHandler(console);
    ROOT.setLevel(Level.INFO);
    for (Logger quiet : QUIET) {
      quiet.setLevel(Level.OFF);
    }
    if (Boolean.getBoolean("drawbridge.debug")) {
      Logger.getLogger("drawbridge").setLevel(Level.FINE);
    }
  }
}
