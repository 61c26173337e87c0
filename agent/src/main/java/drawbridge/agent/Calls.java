package drawbridge.agent;

import drawbridge.audit.AuditLog;
import drawbridge.audit.ValueKeys;
import drawbridge.traces.Traces;
import java.time.Duration;
import java.time.InstantSource;
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

  /** A gateway that was told to send no more has understood when nothing came for so long. */
  private static final Duration QUIET = Duration.ofMillis(500);

  private final Supplier<Served> served;
  private final AuditLog audit;
  private final ValueKeys values;
  private final ArgumentReader arguments;
  private final Bounds bounds;
  private final PageKey pageKey;
  private final Guards guards;
  private final Traces traces;
  private final Tally tally = new Tally(InstantSource.system());
  private final Attempts attempts = new Attempts(System::nanoTime);
  private final Semaphore room;
  private final Set<Execution> running = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("call-deadlines").daemon().factory());
  private volatile long lastStarted = System.nanoTime();
  private volatile boolean draining;

  Calls(
      Supplier<Served> served,
      AuditLog audit,
      ValueKeys values,
      ArgumentReader arguments,
      Bounds bounds) {
    this(served, audit, values, arguments, bounds, PageKey.random(), Guards.none());
  }

  Calls(
      Supplier<Served> served,
      AuditLog audit,
      ValueKeys values,
      ArgumentReader arguments,
      Bounds bounds,
      PageKey pageKey,
      Guards guards) {
    this(served, audit, values, arguments, bounds, pageKey, guards, Traces.NONE);
  }

  /** Whoever gives the traces closes them, after this. */
  Calls(
      Supplier<Served> served,
      AuditLog audit,
      ValueKeys values,
      ArgumentReader arguments,
      Bounds bounds,
      PageKey pageKey,
      Guards guards,
      Traces traces) {
    this.traces = traces;
    this.pageKey = pageKey;
    this.guards = guards;
    this.served = served;
    this.audit = audit;
    this.values = values;
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

  ValueKeys values() {
    return values;
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

  Guards guards() {
    return guards;
  }

  Traces traces() {
    return traces;
  }

  Tally tally() {
    return tally;
  }

  /** How many are under way. */
  int running() {
    return running.size();
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
    lastStarted = System.nanoTime();
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

  /**
   * Ends what is not allowed any more; what has not been decided yet looks again by itself.
   *
   * @return how many were ended
   */
  int revoke() {
    int ended = 0;
    for (Execution call : running) {
      if (!call.stillAllowed()) {
        ended++;
        Thread.ofVirtual().start(() -> call.life().end(Lifeline.State.REVOKED));
      }
    }
    return ended;
  }

  /** Some call began with it and still runs. */
  boolean uses(Served served) {
    return running.stream().anyMatch(call -> call.began(served));
  }

  /**
   * Waits until the gateways, who were told, send no more and nothing is under way; what comes
   * until then is served, since it was sent in good faith. After the grace period new calls are
   * refused. False: some were still running then.
   */
  boolean drain(Duration grace) throws InterruptedException {
    long end = System.nanoTime() + grace.toNanos();
    long asked = System.nanoTime();
    while (!draining && end - System.nanoTime() > 0) {
      long quietSince = Math.max(asked, lastStarted);
      if (running.isEmpty() && System.nanoTime() - quietSince > QUIET.toNanos()) {
        break;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    draining = true;
    if (!room.tryAcquire(
        bounds.calls(), Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
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
