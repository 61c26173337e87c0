package drawbridge.settings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Where Windows and Unix differ about files: rights are bits or a list, a folder can be made
 * durable or cannot, and a file that somebody reads can be replaced or cannot. Everything here goes
 * by what the path's file system offers, never by the name of the system.
 */
public final class Disk {
  /** A reader of ours is done with a file of settings long before. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(2);

  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

  private Disk() {}

  /** Whom a new file is for; its name says who may read it. */
  public enum Reader {
    ANYBODY("rw-r--r--", "rwxr-xr-x"),
    OWNER("rw-------", "rwx------");

    private final String file;
    private final String folder;

    Reader(String file, String folder) {
      this.file = file;
      this.folder = folder;
    }
  }

  /**
   * Makes a file that was not there, with its rights before its first byte, and makes it durable.
   *
   * @throws java.nio.file.FileAlreadyExistsException where it was there
   */
  public static void create(Path file, byte[] content, Reader reader) throws IOException {
    var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel =
        FileChannel.open(file, options, attributes(file.getFileSystem(), reader.file))) {
      restrict(file, reader, false);
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /** Makes a folder with all above it; the last one has the rights asked for where it is new. */
  public static void folder(Path folder, Reader reader) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.createDirectory(folder, attributes(folder.getFileSystem(), reader.folder));
    restrict(folder, reader, true);
  }

  /**
   * Makes a folder of the program's own, with all above it, where there is none. Where rights are
   * bits it is for its owner alone; with a list of rights it has those of the folder above, which
   * the installer gave to the service and to administrators, who could not look into it otherwise.
   */
  public static void ownFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, attributes(folder.getFileSystem(), Reader.OWNER.folder));
    }
  }

  /** Makes a file in such a folder, to be written, that was not there. */
  public static FileChannel ownFile(Path file) throws IOException {
    var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return FileChannel.open(file, options, attributes(file.getFileSystem(), Reader.OWNER.file));
  }

  /** From now on for its owner alone, for what cannot be made so, such as a socket. */
  public static void shut(Path file) throws IOException {
    if (posix(file.getFileSystem())) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(Reader.OWNER.file));
    }
  }

  /**
   * Puts a whole file in the place of another: whoever opens it sees the old or the new one. Where
   * a file that is being read cannot be replaced, waits for its readers for some seconds.
   */
  public static void replace(Path whole, Path file) throws IOException {
    replace(whole, file, Files::move);
  }

  /** How a file is moved; a test's own refuses as Windows does. */
  interface Move {
    void move(Path from, Path to, CopyOption... how) throws IOException;
  }

  static void replace(Path whole, Path file, Move by) throws IOException {
    long deadline = System.nanoTime() + PATIENCE;
    for (; ; ) {
      try {
        by.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return;
      } catch (AtomicMoveNotSupportedException e) {
        by.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
        return;
      } catch (AccessDeniedException e) {
        if (posix(file.getFileSystem()) || System.nanoTime() - deadline > 0) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE);
      }
    }
  }

  /** Makes names in a folder durable. Windows writes them with the files and opens no folder. */
  public static void settle(Path folder) throws IOException {
    if (posix(folder.getFileSystem())) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Whether rights are bits for owner, group and others. */
  public static boolean posix(FileSystem system) {
    return system.supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] attributes(FileSystem system, String mode) {
    return posix(system)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }

  /** With a list of rights, the owner's entry alone stays, and nothing is taken over from above. */
  private static void restrict(Path path, Reader reader, boolean folder) throws IOException {
    if (posix(path.getFileSystem())) {
      // What the mask of the process took away is given back: others shall read what is for all.
      Files.setPosixFilePermissions(
          path, PosixFilePermissions.fromString(folder ? reader.folder : reader.file));
      return;
    }
    AclFileAttributeView view = Files.getFileAttributeView(path, AclFileAttributeView.class);
    if (reader == Reader.OWNER && view != null) {
      AclEntry.Builder owner =
          AclEntry.newBuilder()
              .setType(AclEntryType.ALLOW)
              .setPrincipal(view.getOwner())
              .setPermissions(EnumSet.allOf(AclEntryPermission.class));
      if (folder) {
        owner.setFlags(AclEntryFlag.FILE_INHERIT, AclEntryFlag.DIRECTORY_INHERIT);
      }
      view.setAcl(List.of(owner.build()));
    }
  }
}
