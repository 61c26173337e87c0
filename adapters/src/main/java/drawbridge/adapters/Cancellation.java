package drawbridge.adapters;

import org.jspecify.annotations.Nullable;

/** Set once when a call is over before its answer is. Thread-safe. */
public final class Cancellation {
  private boolean cancelled;
  private @Nullable Runnable hook;

  /** Marks the call cancelled and runs the hook, on the calling thread. Later calls do nothing. */
  public synchronized void cancel() {
    if (cancelled) {
      return;
    }
    cancelled = true;
    if (hook != null) {
      hook.run();
    }
  }

  public synchronized boolean cancelled() {
    return cancelled;
  }

  /**
   * What interrupts the source, such as cancelling a statement; replaces the one before, null
   * removes it. Runs at once where the call is cancelled already. A removal waits for a hook that
   * is running, so a statement is never cancelled after its connection went back to the pool.
   */
  public synchronized void onCancel(@Nullable Runnable action) {
    hook = action;
    if (cancelled && action != null) {
      action.run();
    }
  }
}
