package drawbridge.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StoppingTest {
  @Test
  void whatIsToBeDoneIsDoneOnceAndTheProcessGoesOn() {
    AtomicInteger done = new AtomicInteger();
    Stopping.by("test-stop", done::incrementAndGet);
    Stopping.now();
    Stopping.now();
    assertEquals(1, done.get());
  }
}
