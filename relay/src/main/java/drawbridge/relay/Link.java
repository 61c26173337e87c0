package drawbridge.relay;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Whether our own link to the carrier works, and who hears of it: every change, in the order of the
 * changes, whichever threads find them; so what was heard last is how it is. Thread-safe. Tells
 * with its lock held, so listeners must neither block nor come back.
 */
final class Link {
  /** Takes the link for healthy until told otherwise. */
  interface Listener {
    void link(boolean healthy);
  }

  private final Set<Listener> listeners = new LinkedHashSet<>();
  private volatile boolean healthy = true;

  boolean healthy() {
    return healthy;
  }

  synchronized void set(boolean works) {
    if (works != healthy) {
      healthy = works;
      listeners.forEach(listener -> listener.link(works));
    }
  }

  synchronized void join(Listener listener) {
    listeners.add(listener);
    if (!healthy) {
      listener.link(false);
    }
  }

  synchronized void leave(Listener listener) {
    listeners.remove(listener);
  }
}
