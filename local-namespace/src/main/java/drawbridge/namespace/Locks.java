package drawbridge.namespace;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a queue that receivers in peek-lock have to themselves. A lock outlives its link
 * and its connection, as the service's does. Belongs to the event loop.
 */
final class Locks {
  private static final SplittableRandom RANDOM = new SplittableRandom();

  private record Lock(QueuedMessage message, long until) {}

  private final EventLoop loop;
  private final long millis;
  private final Consumer<QueuedMessage> expired;

  /** In the order in which they run out, since all last equally long. */
  private final Map<UUID, Lock> locks = new LinkedHashMap<>();

  private boolean watching;

  /**
   * @param expired takes back a message whose lock ran out
   */
  Locks(EventLoop loop, long millis, Consumer<QueuedMessage> expired) {
    this.loop = loop;
    this.millis = millis;
    this.expired = expired;
  }

  UUID lock(QueuedMessage message) {
    UUID token = new UUID(RANDOM.nextLong(), RANDOM.nextLong());
    put(token, message);
    return token;
  }

  private void put(UUID token, QueuedMessage message) {
    locks.put(token, new Lock(message, loop.millis() + millis));
    watch();
  }

  /** Ends the lock; null: it had run out, or never was. */
  @Nullable QueuedMessage release(UUID token) {
    Lock lock = locks.remove(token);
    return lock == null ? null : lock.message;
  }

  /** Whether there was a lock to prolong. */
  boolean renew(UUID token) {
    QueuedMessage message = release(token);
    if (message != null) {
      put(token, message);
    }
    return message != null;
  }

  Collection<QueuedMessage> messages() {
    return locks.values().stream().map(Lock::message).toList();
  }

  int count() {
    return locks.size();
  }

  private void watch() {
    if (!watching && !locks.isEmpty()) {
      watching = true;
      long first = locks.values().iterator().next().until;
      loop.after(Math.max(1, first - loop.millis()), this::expire);
    }
  }

  private void expire() {
    watching = false;
    long now = loop.millis();
    ArrayList<QueuedMessage> over = new ArrayList<>();
    for (Iterator<Lock> all = locks.values().iterator(); all.hasNext(); ) {
      Lock lock = all.next();
      if (lock.until > now) {
        break;
      }
      all.remove();
      over.add(lock.message);
    }
    over.forEach(expired);
    watch();
  }
}
