package drawbridge.audit;

import drawbridge.settings.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the audit log has a place; without one calls are refused. */
public final class AuditDisk {
  private static final long MEGABYTE = 1 << 20;
  private static final long LEAST = 100;
  private static final long LITTLE = 1_024;

  private AuditDisk() {}

  /** Looks without taking the folder, which a running agent holds. */
  public static Finding look(Path folder) {
    Path nearest = folder.toAbsolutePath();
    while (!Files.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    String what = "audit " + folder;
    if (!Files.isDirectory(nearest) || !Files.isWritable(nearest)) {
      return Finding.failed(
          what,
          "this program's user may not write in " + nearest,
          "give it the folder, or name another in audit.folder");
    }
    try {
      return space(what, nearest, Files.getFileStore(nearest).getUsableSpace() / MEGABYTE);
    } catch (IOException e) {
      return Finding.warning(what, "its room cannot be asked for", "see that the disk is in order");
    }
  }

  static Finding space(String what, Path on, long megabytes) {
    String room = megabytes + " MB are left on the disk of " + on;
    String fix = "make room: calls are refused where no record can be written";
    return megabytes < LEAST
        ? Finding.failed(what, room, fix)
        : megabytes < LITTLE ? Finding.warning(what, room, fix) : Finding.ok(what, room);
  }
}
