package drawbridge.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of the tree, read from the files beside the segments: 32 bytes at a place that follows
 * from level and number. What came before the oldest segment that is kept is known as far as that
 * segment's first line tells. For one thread.
 */
final class TreeFiles implements Nodes, Closeable {
  private final List<SegmentFiles> segments;
  private final @Nullable SegmentHead oldest;
  private final Map<SegmentFiles, FileChannel> channels = new HashMap<>();

  private TreeFiles(List<SegmentFiles> segments, @Nullable SegmentHead oldest) {
    this.segments = segments;
    this.oldest = oldest;
  }

  static TreeFiles open(java.nio.file.Path folder) throws IOException {
    List<SegmentFiles> segments = new ArrayList<>(SegmentFiles.in(folder));
    while (!segments.isEmpty()) {
      try {
        return new TreeFiles(segments, SegmentHead.read(segments.getFirst()));
      } catch (NoSuchFileException e) {
        segments.removeFirst(); // it was removed just now, having been kept long enough
      }
    }
    return new TreeFiles(segments, null);
  }

  @Override
  public byte[] node(int level, long index) throws IOException {
    long last = Nodes.lastLeaf(level, index);
    SegmentFiles segment = null;
    for (SegmentFiles each : segments) {
      if (each.first() - 1 <= last) {
        segment = each;
      }
    }
    if (segment == null) {
      return removed(level, index);
    }
    long place = Nodes.before(last) + level - Nodes.before(segment.first() - 1);
    ByteBuffer hash = ByteBuffer.allocate(Hasher.BYTES);
    FileChannel channel = channel(segment);
    while (hash.hasRemaining()) {
      if (channel.read(hash, place * Hasher.BYTES + hash.position()) < 0) {
        throw new IOException(segment.tree() + " does not reach to record " + (last + 1));
      }
    }
    return hash.array();
  }

  /** Whole subtrees before the oldest segment: those that its first line carries. */
  private byte[] removed(int level, long index) throws IOException {
    if (oldest != null) {
      long size = oldest.first() - 1;
      if ((size >>> level & 1) == 1 && (size >>> level) - 1 == index) {
        return oldest.roots().get(Long.bitCount(size >>> (level + 1)));
      }
    }
    throw new IOException(
        "the tree over record " + (Nodes.lastLeaf(level, index) + 1) + " is not kept any more");
  }

  private FileChannel channel(SegmentFiles segment) throws IOException {
    FileChannel channel = channels.get(segment);
    if (channel == null) {
      if (!Files.exists(segment.tree())) {
        throw new IOException(segment.tree() + " is missing");
      }
      channel = FileChannel.open(segment.tree());
      channels.put(segment, channel);
    }
    return channel;
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels.values()) {
      channel.close();
    }
  }
}
