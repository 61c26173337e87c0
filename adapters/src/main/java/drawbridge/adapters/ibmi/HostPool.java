package drawbridge.adapters.ibmi;

import drawbridge.adapters.Alarms;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Connections of one user to one system, all alike: TLS, CCSID and library list are the source's. A
 * borrowed one serves its borrower alone, so no call waits behind another one's on a host job.
 *
 * <p>Borrowers wait on the pool only, up to their own deadline: connecting is a thread's of its
 * own, one sign-on at a time, and what it makes goes to whoever waits. So a password that is
 * refused is tried once, by one connection, whatever the number of callers. Thread-safe.
 */
final class HostPool implements AutoCloseable {
  /** A call waits this long for a connection: a short outage then is a pause and no error. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** From a failed attempt to the next one, while somebody waits. */
  private static final Duration RETRY = Duration.ofMillis(250);

  /** As with databases: one slow source leaves half of the agent's calls to others. */
  static final int MOST_WAITING = 256;

  private static final Fault BUSY =
      new Fault(
          Fault.Code.BUSY,
          "no connection to the source was free in time",
          "",
          Duration.ofSeconds(1),
          null);

  private static final Duration SWEEP = Duration.ofSeconds(2);

  private static final System.Logger LOG = System.getLogger(HostPool.class.getName());

  private final String name;
  private final IbmiSettings settings;
  private final HostSignOn signOn;
  private final ScheduledFuture<?> sweeping;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** The one used last in front, so that those not needed grow old. */
  private final Deque<Pooled> idle = new ArrayDeque<>();

  /** Idle, lent and being connected. */
  private int total;

  private int waiting;
  private boolean connecting;
  private boolean closed;
  private HostSignOn.@Nullable Failure failure;

  /** Not before this the next attempt, after one that failed. */
  private long retryAt = System.nanoTime();

  private boolean reached;
  private OptionalInt passwordDays = OptionalInt.empty();

  HostPool(String name, HostLogin login) throws IOException, GeneralSecurityException {
    this.name = name;
    this.settings = login.settings();
    this.signOn = new HostSignOn(login);
    this.sweeping = Alarms.every(SWEEP, this::sweep);
  }

  /**
   * A connection for a call; also ended when the call is cancelled.
   *
   * @throws FaultException {@link Fault.Code#BUSY}, {@link Fault.Code#SOURCE_UNAVAILABLE}, {@link
   *     Fault.Code#CANCELLED} or {@link Fault.Code#DEADLINE_EXCEEDED}; nothing ran
   */
  HostJob borrow(Call call) throws FaultException {
    Thread waiter = Thread.currentThread();
    HostJob job;
    call.cancellation().onCancel(waiter::interrupt);
    try {
      job = borrow(call.deadline());
    } finally {
      call.cancellation().onCancel(null);
      if (call.cancellation().cancelled()) {
        // It was meant for the wait, and must not reach what comes after.
        Thread.interrupted();
      }
    }
    call.cancellation().onCancel(job::end);
    return job;
  }

  /**
   * A connection until the deadline, at which whatever runs on it is ended.
   *
   * @param deadline of {@link System#nanoTime()}
   * @throws FaultException {@link Fault.Code#BUSY}, {@link Fault.Code#SOURCE_UNAVAILABLE}, {@link
   *     Fault.Code#CANCELLED} or {@link Fault.Code#DEADLINE_EXCEEDED}; nothing ran
   */
  HostJob borrow(long deadline) throws FaultException {
    long arrived = System.nanoTime();
    long left = deadline - arrived;
    if (left <= 0) {
      throw Fault.of(Fault.Code.DEADLINE_EXCEEDED, "the operation took longer than allowed")
          .thrown();
    }
    // A tenth of the time is kept, so that the answer says which wait it was.
    long until = arrived + Math.min(left / 10 * 9, PATIENCE.toNanos());
    try {
      while (true) {
        Pooled pooled = next(arrived, until);
        if (!pooled.expired(settings.pool()) && pooled.alive(until)) {
          return lend(pooled, deadline);
        }
        discard(pooled);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Fault.of(Fault.Code.CANCELLED, "the caller went away", e).thrown();
    }
  }

  private Pooled next(long arrived, long until) throws FaultException, InterruptedException {
    lock.lockInterruptibly();
    waiting++;
    try {
      if (waiting > MOST_WAITING) {
        throw BUSY.thrown();
      }
      while (true) {
        if (closed) {
          throw HostSignOn.unavailable("the source is closed", null);
        }
        Pooled pooled = idle.pollFirst();
        if (pooled != null) {
          return pooled;
        }
        HostSignOn.Failure failed = failure;
        if (failed != null && failed.at() - arrived <= 0) {
          failed = null;
        }
        if (failed != null && failed.lasting()) {
          throw failed.fault();
        }
        connect();
        long now = System.nanoTime();
        long left = until - now;
        if (left <= 0) {
          throw failed != null
              ? failed.fault()
              : connecting
                  ? HostSignOn.unavailable("the source does not answer in time", null)
                  : BUSY.thrown();
        }
        if (!connecting && retryAt - now > 0) {
          left = Math.min(left, retryAt - now);
        }
        changed.awaitNanos(left);
      }
    } finally {
      waiting--;
      lock.unlock();
    }
  }

  /** Starts the one thread that connects, where there is need and room. Within the lock. */
  private void connect() {
    if (connecting
        || closed
        || waiting <= idle.size()
        || total >= settings.pool().size()
        || retryAt - System.nanoTime() > 0) {
      return;
    }
    connecting = true;
    total++;
    Thread.ofVirtual().name("ibmi-connect-" + name).start(this::connectOne);
  }

  private void connectOne() {
    try {
      HostSignOn.SignedOn made = signOn.attempt();
      connected(made);
    } catch (HostSignOn.Failed e) {
      failed(e.failure());
    }
  }

  private void connected(HostSignOn.SignedOn made) {
    Pooled pooled = new Pooled(name, made.system(), made.job());
    lock.lock();
    try {
      connecting = false;
      failure = null;
      reached = true;
      passwordDays = made.passwordDays();
      if (closed) {
        total--;
        pooled.end();
      } else {
        idle.addFirst(pooled);
      }
      connect();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void failed(HostSignOn.Failure failed) {
    boolean news;
    lock.lock();
    try {
      connecting = false;
      total--;
      HostSignOn.Failure before = failure;
      news = before == null || !before.sentence().equals(failed.sentence());
      failure = failed;
      retryAt = failed.at() + RETRY.toNanos();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (news) {
      LOG.log(
          Level.WARNING,
          "source " + name + ": " + failed.sentence() + ": " + failed.cause().getMessage());
    }
  }

  private HostJob lend(Pooled pooled, long deadline) {
    HostJob job = new HostJob(this, pooled);
    pooled.deadline().set(deadline, job);
    return job;
  }

  void giveBack(Pooled pooled) {
    pooled.used();
    lock.lock();
    try {
      if (!closed && !pooled.expired(settings.pool())) {
        idle.addFirst(pooled);
        changed.signal();
        return;
      }
    } finally {
      lock.unlock();
    }
    discard(pooled);
  }

  void discard(Pooled pooled) {
    lock.lock();
    try {
      total--;
      connect();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    pooled.end();
  }

  /** Ends what is too old, and signs on again once a refused password has been mended. */
  private void sweep() {
    List<Pooled> old = new ArrayList<>();
    boolean stopped;
    lock.lock();
    try {
      for (Pooled pooled : idle) {
        if (pooled.expired(settings.pool())) {
          old.add(pooled);
        }
      }
      idle.removeAll(old);
      HostSignOn.Failure failed = failure;
      stopped = failed != null && failed.sentence().equals(IbmiFaults.REFUSED) && !connecting;
    } finally {
      lock.unlock();
    }
    old.forEach(this::discard);
    if (stopped && signOn.mended()) {
      lock.lock();
      try {
        if (!connecting && !closed && total < settings.pool().size()) {
          connecting = true;
          total++;
          Thread.ofVirtual().name("ibmi-connect-" + name).start(this::connectOne);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Why it was not reached when it was last tried; empty: it was, or nobody has tried. */
  Optional<HostSignOn.Failure> failure() {
    lock.lock();
    try {
      return Optional.ofNullable(failure);
    } finally {
      lock.unlock();
    }
  }

  /** It has been reached at least once. */
  boolean reached() {
    lock.lock();
    try {
      return reached;
    } finally {
      lock.unlock();
    }
  }

  /** As {@link drawbridge.adapters.Source#figures()} says. */
  Map<String, Long> figures() {
    lock.lock();
    try {
      Map<String, Long> figures = new LinkedHashMap<>();
      figures.put("connections", (long) total);
      figures.put("active", (long) total - idle.size());
      figures.put("idle", (long) idle.size());
      figures.put("waiting", (long) waiting);
      return figures;
    } finally {
      lock.unlock();
    }
  }

  /** Days until the password expires, as told at the last sign-on; empty: it doesn't. */
  OptionalInt passwordDays() {
    lock.lock();
    try {
      return passwordDays;
    } finally {
      lock.unlock();
    }
  }

  /** Idle, lent and being connected. */
  int size() {
    lock.lock();
    try {
      return total;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the idle ones at once and the lent ones as they come back; nobody gets another. */
  @Override
  public void close() {
    sweeping.cancel(false);
    List<Pooled> all;
    lock.lock();
    try {
      closed = true;
      all = List.copyOf(idle);
      idle.clear();
      total -= all.size();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    all.forEach(Pooled::end);
  }
}
