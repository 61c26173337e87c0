package drawbridge.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads back how the log ended: its tree, the calls that were still under way, and what the end of
 * the process tore. Only the last segment matters, from its last mark on that a checkpoint covers,
 * since each begins with the tree and the open calls by then. What was signed must be there: a log
 * whose end was altered is not written on.
 *
 * @param tree over all records
 * @param previous the last segment; null in an empty folder
 * @param open calls with a begin and no end
 * @param repairs what was mended, for records; most often none
 */
record Recovery(
    Tree tree,
    Lines.@Nullable Previous previous,
    List<Lines.Open> open,
    List<Map<String, String>> repairs) {

  static Recovery of(Path folder) throws IOException {
    removeUnfinished(folder);
    List<Map<String, String>> repairs = new ArrayList<>();
    for (SegmentFiles files : SegmentFiles.in(folder).reversed()) {
      if (!Files.exists(files.lines())) {
        throw new IOException(
            "the newest segment is compressed, so files are missing: "
                + files.compressed()
                + altered(folder));
      }
      SegmentHead.known(files); // before anything is mended
      NoteFile notes = NoteFile.read(files.checkpoints());
      SegmentState state = SegmentState.read(files, notes);
      check(folder, state, notes);
      long size = Files.size(files.lines());
      if (state.whole() < size) {
        repairs.add(cut(files.lines(), state.whole(), size));
      }
      if (state.whole() > 0) {
        if (notes.whole() < notes.size()) {
          Segment.cut(files.checkpoints(), notes.whole());
        }
        completeTree(files, state);
        long signed = notes.notes().isEmpty() ? files.first() - 1 : signed(notes);
        if (!state.stopped() || signed < state.tree().size()) {
          repairs.add(crash(files, state, signed));
        }
        return new Recovery(
            state.tree(),
            new Lines.Previous(
                files.lines().getFileName().toString(), state.whole(), notes.whole()),
            state.open(),
            repairs);
      }
      // Not one whole line: the process ended as it began this segment.
      Files.delete(files.lines());
      Files.deleteIfExists(files.tree());
      Files.deleteIfExists(files.checkpoints());
    }
    return new Recovery(new Tree(), null, List.of(), repairs);
  }

  private static long signed(NoteFile notes) {
    return notes.notes().getLast().checkpoint().size();
  }

  /** Every checkpoint of what was read fits the lines, or somebody altered one or the other. */
  private static void check(Path folder, SegmentState state, NoteFile notes) throws IOException {
    for (NoteFile.At at : notes.notes()) {
      if (at.offset() >= notes.whole()) {
        break; // torn
      }
      Checkpoint checkpoint = at.checkpoint();
      if (checkpoint.size() < state.from()) {
        continue;
      }
      byte[] root = state.roots().get(checkpoint.size());
      if (root == null || !Arrays.equals(root, checkpoint.root())) {
        throw new IOException(
            "the audit log is not what was signed at record "
                + checkpoint.size()
                + altered(folder));
      }
    }
  }

  private static String altered(Path folder) {
    return ". Fix: keep "
        + folder
        + " as evidence (drawbridge audit verify says where it breaks), and name a new folder";
  }

  /** A process that did not stop in order, and what it left that no checkpoint covers. */
  private static Map<String, String> crash(SegmentFiles files, SegmentState state, long signed) {
    Map<String, String> repair = new LinkedHashMap<>();
    repair.put("file", files.lines().getFileName().toString());
    repair.put("reason", "the process before did not stop in order");
    repair.put("unsigned", Long.toString(state.tree().size() - signed));
    return repair;
  }

  /**
   * A torn last line is what a crash leaves, and goes. More than that is damage, and somebody may
   * want to look at it: it is kept beside the segment, and the record has its hash.
   */
  private static Map<String, String> cut(Path file, long whole, long size) throws IOException {
    Map<String, String> repair = new LinkedHashMap<>();
    repair.put("file", file.getFileName().toString());
    repair.put("from", Long.toString(whole));
    repair.put("bytes", Long.toString(size - whole));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (severalLines(channel, whole, size)) {
        Path kept = file.resolveSibling(file.getFileName() + ".damaged-" + whole);
        Files.deleteIfExists(kept);
        try (FileChannel copy = Segment.create(kept)) {
          long at = whole;
          while (at < size) {
            at += channel.transferTo(at, size - at, copy);
          }
          copy.force(true);
        }
        repair.put("kept", kept.getFileName().toString());
        repair.put("sha256", Digests.sha256(kept));
      }
      channel.truncate(whole);
      channel.force(true);
    }
    return repair;
  }

  private static boolean severalLines(FileChannel channel, long from, long size)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    for (long at = from; at < size; ) {
      buffer.clear();
      int count = channel.read(buffer, at);
      if (count < 0) {
        return false;
      }
      for (int i = 0; i < count; i++) {
        if (buffer.get(i) == '\n') {
          return true;
        }
      }
      at += count;
    }
    return false;
  }

  /** The nodes of lines that no checkpoint covered may not have reached the disk. */
  private static void completeTree(SegmentFiles files, SegmentState state) throws IOException {
    byte[] nodes = state.nodes();
    Path file = files.tree();
    if (!Files.exists(file)) {
      Segment.create(file).close();
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.truncate(state.nodesBefore() + nodes.length);
      ByteBuffer buffer = ByteBuffer.wrap(nodes);
      while (buffer.hasRemaining()) {
        channel.write(buffer, state.nodesBefore() + buffer.position());
      }
      channel.force(true);
    }
  }

  /** What is not whole was never named by a record. */
  private static void removeUnfinished(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(SegmentFiles.UNFINISHED)
            && SegmentFiles.named(name.substring(0, name.length() - 4))) {
          Files.delete(file);
        }
      }
    }
  }
}
