package drawbridge.settings;

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
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

  private Program() {}

  /**
   * Runs a picocli command and returns the exit code. The only place where an error of a program is
   * printed.
   */
  public static int run(Object command, String... arguments) {
    log(Log.TEXT);
    return new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              boolean ours = e instanceof SettingsException;
              System.err.println(
                  (JOURNAL ? "<3>" : "") + "drawbridge: " + (ours ? e.getMessage() : e));
              if (!ours) {
                System.getLogger("drawbridge").log(System.Logger.Level.DEBUG, "failed", e);
                if (Boolean.getBoolean("drawbridge.debug")) {
                  System.err.println(LogLine.trace(e));
                }
              }
              return FAILED;
            })
        .execute(arguments);
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
