package drawbridge.ibmi.stub;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What shall go wrong, and when. Thread-safe. */
public final class Faults {
  /** Any request of the service. */
  public static final int ANY = -1;

  private final List<Rule> rules = new ArrayList<>();

  /** One fault at a time, for a number of requests or with a probability. */
  private static final class Rule {
    final HostService service;
    final int request;
    final Fault fault;
    final double probability;
    final RandomGenerator random;
    int left;

    Rule(
        HostService service,
        int request,
        Fault fault,
        int left,
        double probability,
        RandomGenerator random) {
      this.service = service;
      this.request = request;
      this.fault = fault;
      this.left = left;
      this.probability = probability;
      this.random = random;
    }
  }

  Faults() {}

  /** For the next request of this service, such as {@code 0x1003}, or {@link #ANY}. */
  public Faults next(HostService service, int request, Fault fault) {
    return next(service, request, 1, fault);
  }

  /** For this many. */
  public synchronized Faults next(HostService service, int request, int times, Fault fault) {
    rules.add(new Rule(service, request, fault, times, 1, new Random(1)));
    return this;
  }

  /** For each with this probability, the same ones for the same seed and order, until cleared. */
  public synchronized Faults sometimes(
      HostService service, int request, double probability, long seed, Fault fault) {
    rules.add(new Rule(service, request, fault, Integer.MAX_VALUE, probability, new Random(seed)));
    return this;
  }

  /** Nothing goes wrong any more. */
  public synchronized void clear() {
    rules.clear();
  }

  synchronized @Nullable Fault take(HostService service, int request) {
    for (Iterator<Rule> it = rules.iterator(); it.hasNext(); ) {
      Rule rule = it.next();
      if (rule.service == service
          && (rule.request == ANY || rule.request == request)
          && (rule.probability >= 1 || rule.random.nextDouble() < rule.probability)) {
        if (rule.left != Integer.MAX_VALUE && --rule.left == 0) {
          it.remove();
        }
        return rule.fault;
      }
    }
    return null;
  }
}
