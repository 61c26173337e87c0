package drawbridge.settings;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How a program that serves is told to end: by a signal, or by a service manager that calls into
 * its process and wants it to return, as on Windows. Thread-safe.
 */
public final class Stopping {
  private static final Map<Runnable, Thread> TO_DO = new ConcurrentHashMap<>();

  private Stopping() {}

  /**
   * Has something done when the program is told to end, which it then waits for.
   *
   * @param name of the thread that does it
   */
  public static void by(String name, Runnable stop) {
    Thread hook = Thread.ofPlatform().name(name).unstarted(stop);
    TO_DO.put(stop, hook);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Does all of it now, in this thread; the process goes on. What was done is not done again. */
  public static void now() {
    TO_DO.forEach(
        (stop, hook) -> {
          if (TO_DO.remove(stop) != null) {
            try {
              Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
              return; // the process is ending, and does it by itself
            }
            stop.run();
          }
        });
  }
}
