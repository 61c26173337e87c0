package drawbridge.settings;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Programs that a program of ours starts for whoever sits at the terminal. */
public final class Children {
  private static final long MINUTES = 5;

  private Children() {}

  /** Runs it to its end, with our own input and output, and returns its exit code. */
  public static int run(String... command) throws IOException {
    Process child = new ProcessBuilder(command).inheritIO().start();
    try {
      if (!child.waitFor(MINUTES, TimeUnit.MINUTES)) {
        child.destroy();
        throw new IOException(command[0] + " did not end within " + MINUTES + " minutes");
      }
      return child.exitValue();
    } catch (InterruptedException e) {
      child.destroy();
      Thread.currentThread().interrupt();
      return Program.FAILED;
    }
  }
}
