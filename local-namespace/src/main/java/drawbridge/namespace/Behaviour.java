package drawbridge.namespace;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How the namespace treats everybody: slow, throttled, or unreliable. Immutable; changed as a whole
 * by {@link LocalNamespace#behaviour(Behaviour)}.
 *
 * @param delay added to every byte, in each direction of every connection, at most a minute
 * @param operationsPerSecond what the namespace does in each second before it answers ServerBusy; 0
 *     is no limit. Every message sent, received or settled and every management request counts
 * @param faults for every queue that has none of its own
 * @param queues faults of single queues, by name
 */
public record Behaviour(
    Duration delay, int operationsPerSecond, Faults faults, Map<String, Faults> queues) {
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

  public static final Behaviour NORMAL = new Behaviour(Duration.ZERO, 0, Faults.NONE, Map.of());

  public Behaviour {
    if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
      throw new IllegalArgumentException("a delay is from 0 to 60 s, not " + delay);
    }
    if (operationsPerSecond < 0) {
      throw new IllegalArgumentException("operations per second can't be negative");
    }
    Map<String, Faults> lower = new HashMap<>();
    queues.forEach((name, its) -> lower.put(name.toLowerCase(Locale.ROOT), its));
    queues = Map.copyOf(lower);
  }

  public Behaviour delay(Duration value) {
    return new Behaviour(value, operationsPerSecond, faults, queues);
  }

  public Behaviour operationsPerSecond(int value) {
    return new Behaviour(delay, value, faults, queues);
  }

  public Behaviour faults(Faults value) {
    return new Behaviour(delay, operationsPerSecond, value, queues);
  }

  /** Faults of one queue, instead of those of all. */
  public Behaviour faults(String queue, Faults value) {
    Map<String, Faults> more = new HashMap<>(queues);
    more.put(queue.toLowerCase(Locale.ROOT), value);
    return new Behaviour(delay, operationsPerSecond, faults, more);
  }

  Faults faultsOf(String queue) {
    return queues.getOrDefault(queue.toLowerCase(Locale.ROOT), faults);
  }
}
