package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.Fault;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WatchTest {
  private final Cancellation cancellation = new Cancellation();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicBoolean abandoned = new AtomicBoolean();

  private Watch watch(long milliseconds, Watch.Stop stop) {
    long deadline = System.nanoTime() + Duration.ofMillis(milliseconds).toNanos();
    return new Watch(
        new Call(Map.of(), deadline, 1, cancellation), stop, () -> abandoned.set(true));
  }

  private void askedInVain() {
    asked.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRequestToStopWithoutEndAbandonsTheConnectionAndNotTheCall() throws Exception {
    try (Watch watch = watch(1, this::askedInVain)) {
      assertTrue(asked.await(10, TimeUnit.SECONDS));
      Fault stopped = watch.stopped();
      assertEquals(Fault.Code.DEADLINE_EXCEEDED, stopped == null ? null : stopped.code());
    }
    assertTrue(abandoned.get());
    end.countDown();
  }

  @Test
  void theSameForACallerWhoGoesAway() throws Exception {
    try (Watch watch = watch(60_000, this::askedInVain)) {
      cancellation.cancel();
      assertTrue(asked.await(10, TimeUnit.SECONDS));
    }
    assertTrue(abandoned.get());
    end.countDown();
  }

  @Test
  void aRequestThatEndsLeavesTheConnectionInUse() throws Exception {
    try (Watch watch = watch(1, asked::countDown)) {
      assertTrue(asked.await(10, TimeUnit.SECONDS));
    }
    assertFalse(abandoned.get());
  }
}
