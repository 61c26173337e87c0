package drawbridge.settings;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A mistake in a file of the admin: which file, line and key it is, what is wrong and how to mend
 * it. The message has all of it on one line: {@code agent.yaml:7: identity.key: no such file (…).
 * Fix: …}
 */
public final class SettingsException extends RuntimeException {
  private final Path file;
  private final int line;
  private final String key;
  private final String problem;
  private final String fix;

  public SettingsException(Path file, int line, String key, String problem, String fix) {
    this(file, line, key, problem, fix, null);
  }

  public SettingsException(
      Path file, int line, String key, String problem, String fix, @Nullable Throwable cause) {
    super(
        file
            + (line > 0 ? ":" + line : "")
            + ": "
            + (key.isEmpty() ? "" : key + ": ")
            + problem
            + (problem.endsWith(".") ? "" : ".")
            + " Fix: "
            + fix,
        cause);
    this.file = file;
    this.line = line;
    this.key = key;
    this.problem = problem;
    this.fix = fix;
  }

  public Path file() {
    return file;
  }

  /** From 1; 0 where the whole file is meant. */
  public int line() {
    return line;
  }

  /** Dotted from the top of the file, such as {@code identity.crl.file}; empty: the file itself. */
  public String key() {
    return key;
  }

  public String problem() {
    return problem;
  }

  public String fix() {
    return fix;
  }
}
