package drawbridge.agent;

import drawbridge.settings.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Where an agent keeps what must survive a restart; for its owner alone.
 *
 * <p>{@code budgets}: what callers have used up. {@code pauses.yaml}: what the admin has paused.
 * {@code serial}: of the signed site that was served last. {@code status.socket}: where a running
 * agent answers {@code agent status}.
 */
record StateFolder(Path folder) {
  static StateFolder open(Path folder) throws IOException {
    create(folder);
    return new StateFolder(folder);
  }

  static void create(Path folder) throws IOException {
    Disk.ownFolder(folder);
  }

  Path budgets() {
    return folder.resolve("budgets");
  }

  Path pauses() {
    return folder.resolve("pauses.yaml");
  }

  Path status() {
    return folder.resolve("status.socket");
  }

  Path serial() {
    return folder.resolve("serial");
  }
}
