package drawbridge.settings;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
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

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** Kept, since the log manager holds loggers weakly and would forget their levels. */
  private static final Logger ROOT = Logger.getLogger("");

  private static final Logger[] QUIET = {
    Logger.getLogger("com.azure"),
    Logger.getLogger("com.microsoft.aad"),
    Logger.getLogger("io.grpc"),
    Logger.getLogger("io.helidon"),
    Logger.getLogger("com.zaxxer.hikari"),
    Logger.getLogger("reactor"),
    Logger.getLogger("org.bouncycastle"),
    Logger.getLogger("io.zonky")
  };

  private Program() {}

  /**
   * Runs a picocli command and returns the exit code. The only place where an error of a program is
   * printed.
   */
  public static int run(Object command, String... arguments) {
    log();
    return new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              if (e instanceof SettingsException) {
                System.err.println("drawbridge: " + e.getMessage());
              } else {
                System.err.println("drawbridge: " + e);
                System.getLogger("drawbridge").log(System.Logger.Level.DEBUG, "failed", e);
                if (Boolean.getBoolean("drawbridge.debug")) {
                  StringWriter trace = new StringWriter();
                  e.printStackTrace(new PrintWriter(trace));
                  System.err.print(trace);
                }
              }
              return FAILED;
            })
        .execute(arguments);
  }

  private static void log() {
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    Handler console = new ConsoleHandler();
    console.setFormatter(new OneLine());
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

  /**
   * {@code 2026-01-31 12:00:00.000Z INFO relay: channel to gateway-1 is open}, and the stack trace
   * only of what nobody expected.
   */
  private static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord record) {
      StringBuilder line = new StringBuilder(160);
      TIME.formatTo(Instant.ofEpochMilli(record.getMillis()), line);
      line.append(' ').append(level(record.getLevel())).append(' ');
      String name = record.getLoggerName() == null ? "" : record.getLoggerName();
      line.append(name.startsWith("drawbridge.") ? name.substring("drawbridge.".length()) : name);
      line.append(": ").append(oneLine(formatMessage(record))).append('\n');
      if (record.getThrown() != null) {
        StringWriter trace = new StringWriter();
        record.getThrown().printStackTrace(new PrintWriter(trace));
        line.append(trace);
      }
      return line.toString();
    }

    private static String level(Level level) {
      return level.intValue() >= Level.SEVERE.intValue()
          ? "ERROR"
          : level.intValue() >= Level.WARNING.intValue()
              ? "WARNING"
              : level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }

    /** Text that came from outside can't forge a second line. */
    private static String oneLine(String text) {
      return text.replace('\n', ' ').replace('\r', ' ');
    }
  }
}
