package drawbridge.adapters.ibmi;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Bounds what JTOpen does in time. It knows no deadline for a silent server, but on a virtual
 * thread an interrupt closes the socket that the thread waits on, and JTOpen reads on the caller's
 * thread (see {@link HostConnector}).
 */
final class Bounded {
  private Bounded() {}

  /**
   * Runs the work on a virtual thread of its own.
   *
   * @throws TimeoutException it was not done in time, and its socket has been closed
   * @throws ExecutionException with what the work threw
   * @throws InterruptedException as this thread was; the work is ended too
   */
  static <T> T within(long nanos, Callable<T> work)
      throws TimeoutException, ExecutionException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = Thread.ofVirtual().name("ibmi-bounded").start(task);
    boolean done = false;
    try {
      T result = task.get(nanos, TimeUnit.NANOSECONDS);
      done = true;
      return result;
    } catch (ExecutionException e) {
      done = true;
      throw e;
    } finally {
      if (!done) {
        thread.interrupt();
      }
    }
  }
}
