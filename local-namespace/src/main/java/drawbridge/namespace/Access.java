package drawbridge.namespace;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What becomes of keys and principals while the namespace runs: who is denied, whose right on which
 * queue was taken, and the clock that judges tokens. Belongs to the event loop.
 */
final class Access {
  private record Taken(String name, Right right, String queue) {
    Taken {
      queue = queue.toLowerCase(Locale.ROOT);
    }
  }

  private final Set<String> denied = new HashSet<>();
  private final Set<Taken> taken = new HashSet<>();
  private long aheadMillis;

  /** Epoch milliseconds by the clock that judges tokens. */
  long now() {
    return System.currentTimeMillis() + aheadMillis;
  }

  void ahead(long millis) {
    aheadMillis = millis;
  }

  boolean denied(String name) {
    return denied.contains(name);
  }

  void deny(String name) {
    denied.add(name);
  }

  void allow(String name) {
    denied.remove(name);
  }

  void take(String name, Right right, String queue) {
    taken.add(new Taken(name, right, queue));
  }

  void give(String name, Right right, String queue) {
    taken.remove(new Taken(name, right, queue));
  }

  /** Whether a key still has the right that its settings give it. */
  boolean allows(Grants.Grant grant, String queue, Right right) {
    return grant.permissions().allows(queue, right)
        && !taken.contains(new Taken(grant.name(), right, queue));
  }
}
