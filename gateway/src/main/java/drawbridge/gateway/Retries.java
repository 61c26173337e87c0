package drawbridge.gateway;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * How many calls may be in their second attempt at one time: a tenth of those in flight, so that an
 * outage is not answered with twice the load. Thread-safe.
 */
final class Retries {
  /** So that a gateway with little to do can resend at all. */
  private static final int LEAST = 4;

  private final IntSupplier inFlight;
  private final AtomicInteger running = new AtomicInteger();

  Retries(IntSupplier inFlight) {
    this.inFlight = inFlight;
  }

  boolean begin() {
    if (running.incrementAndGet() <= Math.max(LEAST, inFlight.getAsInt() / 10)) {
      return true;
    }
    running.decrementAndGet();
    return false;
  }

  void end() {
    running.decrementAndGet();
  }
}
