package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import java.util.function.Supplier;

/**
 * A connection to the system, and the host jobs behind it, lent to one call; closing it gives it
 * back. For the thread that borrowed it, which should be a virtual one: at the deadline that thread
 * is interrupted, which closes the socket it waits on, and the host job ends when it notices.
 */
final class HostJob implements AutoCloseable {
  private final HostPool pool;
  private final Pooled pooled;
  private final Thread borrower = Thread.currentThread();
  private boolean spoilt;
  private boolean ended;
  private boolean closed;

  HostJob(HostPool pool, Pooled pooled) {
    this.pool = pool;
    this.pooled = pooled;
  }

  /** Connected and signed on, for this call alone. */
  AS400 system() {
    return pooled.system();
  }

  /** See {@link Pooled#kept}. */
  <T> T kept(Class<T> type, String path, Supplier<T> make) {
    return pooled.kept(type, path, make);
  }

  /** The caller that the host was told of last; empty: none. */
  String told() {
    return pooled.told();
  }

  void told(String caller) {
    pooled.told(caller);
  }

  /** {@code nnnnnn/USER/NAME} of the job that runs commands and programs. */
  String jobName() {
    return pooled.jobName(AS400.COMMAND);
  }

  /** The same for another service, such as {@link AS400#DATAQUEUE}; empty before its first use. */
  String jobName(int service) {
    return pooled.jobName(service);
  }

  /**
   * It is not to be used again: its state has changed, or nobody knows how it is. Whatever failed
   * in JTOpen with an I/O error, and every command that changes its job, should say so.
   */
  synchronized void poison() {
    spoilt = true;
  }

  /** The deadline has passed, or {@link #end} was called, before it was closed. */
  synchronized boolean ended() {
    return ended;
  }

  /** Ends what runs on it, from any thread. What the host has begun may still complete. */
  void end() {
    synchronized (this) {
      if (closed || ended) {
        return;
      }
      ended = true;
      // Within the lock, so that it never reaches what the thread does afterwards.
      if (borrower.isVirtual()) {
        borrower.interrupt();
      }
    }
    pool.discard(pooled);
  }

  @Override
  public void close() {
    boolean reusable;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (ended) {
        if (borrower.equals(Thread.currentThread()) && borrower.isVirtual()) {
          // It was meant for the call, and must not reach what comes after.
          Thread.interrupted();
        }
        return;
      }
      reusable = !spoilt;
    }
    if (reusable) {
      pool.giveBack(pooled);
    } else {
      pool.discard(pooled);
    }
  }
}
