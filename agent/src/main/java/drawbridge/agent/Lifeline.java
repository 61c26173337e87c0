package drawbridge.agent;

import drawbridge.adapters.Cancellation;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Whether anybody still waits for a call, and where its thread waits. Thread-safe: gRPC's
 * callbacks, the clock and the call's own thread meet here.
 */
final class Lifeline {
  /** How it stands with a call. */
  enum State {
    WANTED,
    /** The connector went away, or the channel did. */
    CANCELLED,
    LATE,
    /** The admin took the leave away while it ran. */
    REVOKED
  }

  private final Cancellation cancellation = new Cancellation();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile State state = State.WANTED;

  /** Until the head has been read and says better: no call takes longer. */
  private volatile long deadline = System.nanoTime() + Duration.ofHours(1).toNanos();

  Cancellation cancellation() {
    return cancellation;
  }

  long deadline() {
    return deadline;
  }

  void deadline(long nanoTime) {
    deadline = nanoTime;
  }

  State state() {
    return state;
  }

  /**
   * The first reason stays. Interrupts the source on the calling thread, which may take as long as
   * the source likes.
   */
  void end(State why) {
    lock.lock();
    try {
      if (state != State.WANTED) {
        return;
      }
      state = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    cancellation.cancel();
  }

  /** Something that {@link #await} may wait for has changed. */
  void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits while the call is wanted. True: the condition holds; false: the call is over first. */
  boolean await(BooleanSupplier condition) {
    boolean late = false;
    boolean interrupted = false;
    lock.lock();
    try {
      while (state == State.WANTED && !condition.getAsBoolean()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          late = true;
          break;
        }
        try {
          late = changed.awaitNanos(left) <= 0;
        } catch (InterruptedException e) {
          interrupted = true; // nobody does; the deadline bounds the wait all the same
        }
      }
      if (state == State.WANTED && condition.getAsBoolean()) {
        return true;
      }
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (late) {
      end(State.LATE);
    }
    return false;
  }
}
