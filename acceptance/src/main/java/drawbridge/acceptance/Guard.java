package drawbridge.acceptance;

import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Ends what we started when we can't do it any more. A small shell holds the other end of a pipe
 * and hears of every process; when the pipe breaks without a farewell, because this program was
 * killed, it ends them. Thread-safe. Without a POSIX shell (on Windows) there is no guard, and
 * shutdown hooks are all there is.
 */
final class Guard implements AutoCloseable {
  /** Ignores Ctrl-C, which a terminal sends to the whole group: its work begins after that. */
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      pids=' '
      while read -r what pid; do
        case $what in
          started) pids="$pids$pid " ;;
          ended) case $pids in *" $pid "*) pids="${pids%%" $pid "*} ${pids#*" $pid "}" ;; esac ;;
          farewell) exit 0 ;;
        esac
      done
      for pid in $pids; do kill "$pid" 2>/dev/null; done
      sleep 3
      for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
      """;

  private final Process shell;
  private final Writer pipe;

  private Guard(Process shell) {
    this.shell = shell;
    this.pipe = shell.outputWriter(StandardCharsets.US_ASCII);
  }

  static Guard start() throws IOException {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    return new Guard(
        new ProcessBuilder(windows ? new String[] {"cmd", "/c", "more"} : shell())
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD)
            .start());
  }

  private static String[] shell() {
    return new String[] {"/bin/sh", "-c", SCRIPT};
  }

  /** From now on it ends with us. */
  void started(long pid) throws IOException {
    say("started " + pid);
  }

  /** Its number may soon be somebody else's. */
  void ended(long pid) {
    try {
      say("ended " + pid);
    } catch (IOException e) {
      // the guard is gone, and harms nobody
    }
  }

  private synchronized void say(String line) throws IOException {
    pipe.write(line + "\n");
    pipe.flush();
  }

  /** What the system does when our program is killed. */
  synchronized void breakPipe() throws IOException {
    pipe.close();
  }

  /** Everything has been ended in good order. */
  @Override
  public synchronized void close() {
    if (!shell.isAlive()) {
      return;
    }
    try (pipe) {
      pipe.write("farewell 0\n");
    } catch (IOException e) {
      shell.destroyForcibly();
    }
    try {
      if (!shell.waitFor(5, TimeUnit.SECONDS)) {
        shell.destroyForcibly();
      }
    } catch (InterruptedException e) {
      shell.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
