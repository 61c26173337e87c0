package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Of processes that are nobody's children any more, which the JDK alone can't tell for sure. */
final class Processes {
  private Processes() {}

  /** Fails where the process is still there after half a minute. */
  static void awaitEnd(long pid) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (runs(pid) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    assertTrue(!runs(pid), () -> "process " + pid + " still runs");
  }

  /** One that has ended and that its new parent has not buried yet counts as ended. */
  private static boolean runs(long pid) throws IOException {
    if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
      return false;
    }
    Path stat = Path.of("/proc", Long.toString(pid), "stat");
    try {
      return !Files.exists(stat) || !Files.readString(stat).contains(") Z ");
    } catch (IOException e) {
      if (Files.exists(stat)) {
        throw e;
      }
      return false;
    }
  }
}
