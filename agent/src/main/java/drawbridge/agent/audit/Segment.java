package drawbridge.agent.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The file that is being written. Used by the writer thread alone, which closes it. */
final class Segment {
  private static final System.Logger LOG = System.getLogger("drawbridge.audit");

  static final String SUFFIX = ".jsonl";

  /** How a file is opened; the disk's failures enter here in tests. */
  interface Opener {
    FileChannel open(Path file) throws IOException;
  }

  private final Path file;
  private final FileChannel channel;
  private final @Nullable Object identity;
  private long length;

  private Segment(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.identity = identity(file);
  }

  /** Begins the segment whose first line has this number. */
  static Segment create(Path folder, long seq, Opener opener) throws IOException {
    Path file = folder.resolve("%012d".formatted(seq) + SUFFIX);
    FileChannel channel = opener.open(file);
    try {
      Segment segment = new Segment(file, channel);
      forceFolder(folder);
      return segment;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Empties what is there: a file of this name can only hold lines that nobody was told are
   * durable.
   */
  static FileChannel open(Path file) throws IOException {
    FileAttribute<?>[] rights =
        Folder.posix(file)
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Files.deleteIfExists(file);
    return FileChannel.open(
        file, java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), rights);
  }

  /** Makes the bytes durable, or throws and leaves the length as it was. */
  void append(ByteBuffer bytes) throws IOException {
    int count = bytes.remaining();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
    if (!Objects.equals(identity, identity(file))) {
      throw new IOException("the file being written was taken away: " + file);
    }
    length += count;
  }

  long length() {
    return length;
  }

  Lines.Previous asPrevious() {
    return new Lines.Previous(file.getFileName().toString(), length);
  }

  /** Ends a segment that is whole. */
  void close() throws IOException {
    channel.close();
  }

  /**
   * Ends a segment after a failure: what was not made durable is cut off as far as the disk still
   * obeys. Where it does not, the next segment tells how many bytes of this one count.
   */
  void abandon() {
    // The failure that led here has been reported; what fails now says nothing new.
    try (channel) {
      channel.truncate(length);
      channel.force(true);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a failed segment could not be cut", e);
    }
    if (length == 0) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "an empty segment could not be removed", e);
      }
    }
  }

  private static @Nullable Object identity(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** A new file's name is durable only when its folder is; Windows has no such thing. */
  private static void forceFolder(Path folder) throws IOException {
    if (Folder.posix(folder)) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
