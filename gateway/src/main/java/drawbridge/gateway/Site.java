package drawbridge.gateway;

import drawbridge.relay.wire.Api;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A site's channels, and where its operations stand. Thread-safe. */
final class Site {
  /** How often a waiting call looks whether a suspect channel has come back. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(100);

  /** From the start of the gateway to the first catalogue of its agents, at most. */
  private static final long CALLED_BACK = TimeUnit.SECONDS.toNanos(8);

  private final GatewaySettings.Site settings;
  private final String basePath;
  private final long madeAt = System.nanoTime();
  private final List<Link> links = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Routes routes = Routes.NONE;
  private volatile List<Api> apis = List.of();

  Site(GatewaySettings.Site settings) {
    this.settings = settings;
    this.basePath = settings.prefix().isEmpty() ? "" : "/" + settings.prefix();
  }

  GatewaySettings.Site settings() {
    return settings;
  }

  String name() {
    return settings.name();
  }

  /** What stands before the API in a path: empty, or a slash and the prefix. */
  String basePath() {
    return basePath;
  }

  List<Link> links() {
    return links;
  }

  /** Those of the agents that are up; the last known while none is, so that a call can wait. */
  Routes routes() {
    return routes;
  }

  /** As {@link #routes()}; where several agents offer one API, as the first does. */
  List<Api> apis() {
    return apis;
  }

  /** No agent has told its catalogue since the start, so nobody knows what there is. */
  boolean unknown() {
    return routes == Routes.NONE;
  }

  /**
   * Waits until something is known, for agents call back within seconds of a gateway's start; not a
   * moment later than that, so that a site which is down says so at once.
   *
   * @param until of {@link System#nanoTime()}
   */
  boolean awaitKnown(long until) throws InterruptedException {
    if (!unknown()) {
      return true;
    }
    long latest = Math.min(until, madeAt + CALLED_BACK);
    lock.lock();
    try {
      long left = latest - System.nanoTime();
      while (unknown() && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !unknown();
    } finally {
      lock.unlock();
    }
  }

  void add(Link link) {
    links.add(link);
    changed();
  }

  boolean remove(Link link) {
    boolean removed = links.remove(link);
    changed();
    return removed;
  }

  /** A channel came or went, or a catalogue changed. */
  void changed() {
    lock.lock();
    try {
      if (links.stream().anyMatch(Link::described)) {
        List<Api> offered = new ArrayList<>();
        links.forEach(link -> offered.addAll(link.offer().apis()));
        routes = new Routes(offered);
        this.apis = distinct(offered);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The channel with the fewest calls in flight that offers the operation and is in order; waits
   * for one while all are suspect, draining or away.
   *
   * @param id of the operation, or {@code api/version/}; empty: whatever it offers
   * @param deadline of {@link System#nanoTime()}
   * @param gone asked while waiting: the caller hung up
   */
  Optional<Link> pick(String id, long deadline, BooleanSupplier gone) throws InterruptedException {
    Link best = best(id, null);
    while (best == null && deadline - System.nanoTime() > 0 && !gone.getAsBoolean()) {
      lock.lock();
      try {
        best = best(id, null);
        if (best == null) {
          long ignored = changed.awaitNanos(Math.min(LOOK, deadline - System.nanoTime()));
        }
      } finally {
        lock.unlock();
      }
    }
    return Optional.ofNullable(best);
  }

  private static List<Api> distinct(List<Api> offered) {
    Map<String, Api> first = new LinkedHashMap<>();
    offered.forEach(api -> first.putIfAbsent(api.getName() + "/" + api.getVersion(), api));
    return List.copyOf(first.values());
  }

  /** As above, at once, and another than this. */
  Optional<Link> other(String id, Link than) {
    return Optional.ofNullable(best(id, than));
  }

  private @Nullable Link best(String id, @Nullable Link except) {
    Link best = null;
    for (Link link : links) {
      if (link != except
          && (best == null || link.inFlight() < best.inFlight())
          && link.good()
          && (id.isEmpty() ? link.described() : link.offer().operations().contains(id))) {
        best = link;
      }
    }
    return best;
  }
}
