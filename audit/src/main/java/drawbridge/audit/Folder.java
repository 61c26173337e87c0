package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.settings.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The audit folder, held by this process alone until it is closed. */
final class Folder implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.audit");

  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.range(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_EXECUTE);

  static final String LOCK = "lock";

  private final FileChannel lock;

  private Folder(FileChannel lock) {
    this.lock = lock;
  }

  /**
   * Creates the folder where it is missing, for its owner alone, and takes it.
   *
   * @throws FileSystemException with a reason for people, where that cannot be done
   */
  static Folder take(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Disk.ownFolder(path);
    } else if (Disk.posix(path.getFileSystem())
        && Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the audit folder {0} is open to others than its owner: chmod 700 it",
          path);
    }
    FileChannel channel =
        FileChannel.open(
            path.resolve(LOCK),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        throw new FileSystemException(
            path.toString(), null, "another process writes here" + holder(channel));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(UTF_8)));
      return new Folder(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // somebody in this very process
    }
  }

  private static String holder(FileChannel channel) {
    try {
      ByteBuffer pid = ByteBuffer.allocate(20);
      channel.read(pid, 0);
      String text = new String(pid.array(), 0, pid.position(), UTF_8);
      return text.matches("\\d+") ? " (process " + text + ")" : "";
    } catch (IOException e) {
      return ""; // Windows lets nobody read a locked file
    }
  }

  /** Segments that are not compressed, in the order of their lines. */
  static List<Path> segments(Path folder) throws IOException {
    return SegmentFiles.in(folder).stream().map(SegmentFiles::lines).filter(Files::exists).toList();
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
