package drawbridge.agent;

import drawbridge.agent.audit.AuditLog;
import drawbridge.agent.policy.Budgets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The calls under way on this agent and what they share. Thread-safe. Bounded in number: one more
 * is refused at once, never queued.
 */
final class Calls implements AutoCloseable {
  /** How late a deadline may be noticed while an action does not look at it by itself. */
  private static final Duration WATCH = Duration.ofMillis(50);

  /**
   * Bounds of the agent as a whole.
   *
   * @param calls at the same time
   * @param bodyBytes of one request
   */
  record Bounds(int calls, int bodyBytes) {
    static final Bounds DEFAULT = new Bounds(512, 1 << 20);
  }

  private final Supplier<Served> served;
  private final AuditLog audit;
  private final ArgumentReader arguments;
  private final Bounds bounds;
  private final PageKey pageKey;
  private final Budgets budgets = new Budgets(System::nanoTime);
  private final Attempts attempts = new Attempts(System::nanoTime);
  private final Semaphore room;
  private final Set<Execution> running = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("call-deadlines").daemon().factory());
  private volatile boolean draining;

  Calls(Supplier<Served> served, AuditLog audit, ArgumentReader arguments, Bounds bounds) {
    this(served, audit, arguments, bounds, PageKey.random());
  }

  Calls(
      Supplier<Served> served,
      AuditLog audit,
      ArgumentReader arguments,
      Bounds bounds,
      PageKey pageKey) {
    this.pageKey = pageKey;
    this.served = served;
    this.audit = audit;
    this.arguments = arguments;
    this.bounds = bounds;
    this.room = new Semaphore(bounds.calls());
    var _ =
        watch.scheduleWithFixedDelay(
            this::endLate, WATCH.toMillis(), WATCH.toMillis(), TimeUnit.MILLISECONDS);
  }

  Served served() {
    return served.get();
  }

  AuditLog audit() {
    return audit;
  }

  ArgumentReader arguments() {
    return arguments;
  }

  PageKey pageKey() {
    return pageKey;
  }

  Bounds bounds() {
    return bounds;
  }

  Budgets budgets() {
    return budgets;
  }

  Attempts attempts() {
    return attempts;
  }

  /** Runs the call on a thread of its own, or refuses it on this one without waiting. */
  void start(Execution call) {
    if (draining || !room.tryAcquire()) {
      call.refuseBusy(draining ? "the agent is shutting down" : "too many calls at once");
      return;
    }
    running.add(call);
    Thread.ofVirtual()
        .name("call")
        .start(
            () -> {
              try {
                call.run();
              } finally {
                running.remove(call);
                room.release();
              }
            });
  }

  /** The interrupting may take as long as the source likes, so it has a thread of its own. */
  private void endLate() {
    long now = System.nanoTime();
    for (Execution call : running) {
      if (now - call.life().deadline() > 0) {
        Thread.ofVirtual().start(() -> call.life().end(Lifeline.State.LATE));
      }
    }
  }

  /** Takes no new calls and waits for those under way. False: some were still running then. */
  boolean drain(Duration grace) throws InterruptedException {
    draining = true;
    if (!room.tryAcquire(bounds.calls(), grace.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    room.release(bounds.calls());
    return true;
  }

  /** Cancels what still runs. */
  @Override
  public void close() {
    draining = true;
    watch.shutdownNow();
    running.forEach(
        call -> Thread.ofVirtual().start(() -> call.life().end(Lifeline.State.CANCELLED)));
  }
}
