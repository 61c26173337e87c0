package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no POSIX shell")
final class GuardTest {
  @Test
  void endsWhatWasStartedWhenItsProgramDies() throws Exception {
    Process kept = sleeper();
    Process ended = sleeper();
    Guard guard = Guard.start();
    guard.started(kept.pid());
    guard.started(ended.pid());
    guard.ended(kept.pid());

    guard.breakPipe();

    assertTrue(ended.waitFor(10, TimeUnit.SECONDS));
    assertTrue(kept.isAlive());
    kept.destroyForcibly();
    guard.close();
  }

  @Test
  void leavesEverythingAloneAfterAFarewell() throws Exception {
    Process process = sleeper();
    Guard guard = Guard.start();
    guard.started(process.pid());
    guard.close();
    assertFalse(process.waitFor(200, TimeUnit.MILLISECONDS));
    process.destroyForcibly();
  }

  private static Process sleeper() throws Exception {
    return new ProcessBuilder("sleep", "60").start();
  }
}
