package drawbridge.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Looks after what the gateway proves itself by, and believes others by, while it runs: replaced
 * files count without a restart. Thread-safe.
 */
final class Upkeep implements AutoCloseable {
  private static final long LOOK_SECONDS = 2;

  private final FrontDoorFiles door;
  private final CountDownLatch closing = new CountDownLatch(1);

  Upkeep(FrontDoorFiles door) {
    this.door = door;
  }

  void start() {
    Thread.ofVirtual()
        .name("upkeep")
        .start(
            () -> {
              try {
                do {
                  door.look();
                } while (!closing.await(LOOK_SECONDS, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** Sentences for the health page. */
  List<String> problems() {
    List<String> all = new ArrayList<>();
    if (!door.complaint().isEmpty()) {
      all.add("new files of the front door are not used: " + door.complaint());
    }
    return all;
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
