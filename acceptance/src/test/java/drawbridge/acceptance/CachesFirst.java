package drawbridge.acceptance;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Makes the programs' caches before the first test of a whole run ({@code -Ddrawbridge.caches}), in
 * which stacks are started some fifty times. For a single test they would cost more than they give.
 */
public final class CachesFirst implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    if (Boolean.getBoolean("drawbridge.caches")) {
      try {
        ClassCaches.make();
      } catch (Exception e) {
        throw new IllegalStateException("no caches of the programs", e);
      }
    }
  }
}
