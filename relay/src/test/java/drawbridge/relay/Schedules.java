package drawbridge.relay;

import org.jetbrains.lincheck.Lincheck;
import org.jspecify.annotations.Nullable;

/**
 * Runs threads under many schedules of Lincheck, which says which schedule leaves a thread waiting
 * for ever (to it a wait with a time limit is one without) or fails an assertion.
 */
final class Schedules {
  /** Of each test; {@code drawbridge test --long} goes on from there. */
  private static final int FEW = Boolean.getBoolean("drawbridge.long") ? 2_000 : 20;

  @SuppressWarnings("unused") // to be seen in is all that it is for
  private static volatile @Nullable Object published;

  interface Body {
    void run() throws Exception;
  }

  private Schedules() {}

  static void check(Body body) {
    Lincheck.runConcurrentTest(FEW, () -> quietly(body));
  }

  /** Of what is over in a few steps, where only a switch between two of them shows a fault. */
  static void checkMany(Body body) {
    Lincheck.runConcurrentTest(10 * FEW, () -> quietly(body));
  }

  /**
   * What threads share has to go through here: Lincheck does not see what lambdas capture, takes it
   * for one thread's own, and switches nowhere within it.
   */
  static <T> T shared(T object) {
    published = object;
    return object;
  }

  /** Starts all, waits for all. */
  static void together(Body... bodies) throws InterruptedException {
    Thread[] threads = new Thread[bodies.length];
    for (int i = 0; i < bodies.length; i++) {
      Body body = bodies[i];
      threads[i] = new Thread(() -> quietly(body));
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void quietly(Body body) {
    try {
      body.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
