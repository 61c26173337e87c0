package drawbridge.audit;

import drawbridge.settings.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files that are being written: lines, the nodes of the tree over them, and checkpoints. Used
 * by the writer thread alone, which closes it.
 */
final class Segment {
  private static final System.Logger LOG = System.getLogger("drawbridge.audit");

  /** How a file is opened; the disk's failures enter here in tests. */
  interface Opener {
    FileChannel open(Path file) throws IOException;
  }

  private final SegmentFiles files;
  private final FileChannel lines;
  private final FileChannel tree;
  private final FileChannel checkpoints;
  private final @Nullable Object identity;
  private long length;
  private long treeLength;
  private long checkpointsLength;

  private Segment(SegmentFiles files, List<FileChannel> channels) throws IOException {
    this.files = files;
    this.lines = channels.get(0);
    this.tree = channels.get(1);
    this.checkpoints = channels.get(2);
    this.identity = identity(files.lines());
  }

  /** Begins the segment whose first line has this number. */
  static Segment create(Path folder, long seq, Opener opener) throws IOException {
    SegmentFiles files = new SegmentFiles(folder, seq);
    List<FileChannel> channels = new ArrayList<>();
    try {
      channels.add(opener.open(files.lines()));
      channels.add(open(files.tree()));
      channels.add(open(files.checkpoints()));
      Segment segment = new Segment(files, channels);
      forceFolder(folder);
      return segment;
    } catch (IOException | RuntimeException e) {
      for (FileChannel channel : channels) {
        channel.close();
      }
      throw e;
    }
  }

  /**
   * Empties what is there: a file of this name can only hold lines that nobody was told are
   * durable.
   */
  static FileChannel open(Path file) throws IOException {
    Files.deleteIfExists(file);
    return create(file);
  }

  /** Makes a file for its owner alone. */
  static FileChannel create(Path file) throws IOException {
    return Disk.ownFile(file);
  }

  /**
   * Makes the bytes durable, or throws and leaves the length as it was. The nodes follow from the
   * lines, so they wait for the next checkpoint.
   */
  void append(ByteBuffer bytes, ByteBuffer nodes) throws IOException {
    int count = bytes.remaining();
    int nodeBytes = nodes.remaining();
    write(tree, nodes);
    write(lines, bytes);
    lines.force(false);
    checkThere();
    length += count;
    treeLength += nodeBytes;
  }

  /** Makes a checkpoint durable, and before it the nodes that it vouches for. */
  void append(Checkpoint checkpoint) throws IOException {
    tree.force(false);
    ByteBuffer entry = ByteBuffer.wrap(NoteFile.entry(checkpoint));
    int count = entry.remaining();
    write(checkpoints, entry);
    checkpoints.force(false);
    checkThere();
    checkpointsLength += count;
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void checkThere() throws IOException {
    if (!Objects.equals(identity, identity(files.lines()))) {
      throw new IOException("the file being written was taken away: " + files.lines());
    }
  }

  long length() {
    return length;
  }

  SegmentFiles files() {
    return files;
  }

  Lines.Previous asPrevious() {
    return new Lines.Previous(files.lines().getFileName().toString(), length, checkpointsLength);
  }

  /** Ends a segment that is whole. */
  void close() throws IOException {
    try (lines;
        checkpoints;
        tree) {
      tree.force(false);
    }
  }

  /** Ends a segment after a failure; {@link #cut} must succeed before another is begun. */
  void abandon() {
    // The failure that led here has been reported; what fails now says nothing new.
    try (lines;
        checkpoints;
        tree) {
      LOG.log(System.Logger.Level.DEBUG, "{0} is abandoned", files.lines());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a failed segment could not be closed", e);
    }
  }

  /**
   * Cuts off what was not made durable, so that no byte is left that the log does not vouch for.
   *
   * @throws IOException the disk does not obey yet, or the files are not there
   */
  void cut() throws IOException {
    if (length == 0) {
      Files.deleteIfExists(files.lines());
      Files.deleteIfExists(files.tree());
      Files.deleteIfExists(files.checkpoints());
      return;
    }
    cut(files.lines(), length);
    cut(files.tree(), treeLength);
    cut(files.checkpoints(), checkpointsLength);
  }

  static void cut(Path file, long length) throws IOException {
    if (Files.size(file) < length) {
      throw new IOException(file + " is shorter than it was");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
      channel.force(true);
    }
  }

  private static @Nullable Object identity(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** A new file's name is durable only when its folder is; Windows has no such thing. */
  static void forceFolder(Path folder) throws IOException {
    Disk.settle(folder);
  }
}
