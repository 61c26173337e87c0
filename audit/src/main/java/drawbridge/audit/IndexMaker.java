package drawbridge.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/** Makes the {@link Index} of a segment, record by record and block by block. For one thread. */
final class IndexMaker {
  /** What nobody searches for: it would only make the index larger. */
  private static final Set<String> NOT_INDEXED =
      Set.of(
          "seq",
          "time",
          "attempt",
          "rows",
          "bytes",
          "source_us",
          "total_us",
          "span_id",
          "reason",
          "format",
          "previous.file",
          "previous.bytes",
          "previous.checkpoints",
          "tree",
          "key",
          "begun");

  private final long first;
  private final LongStream.Builder directory = LongStream.builder();
  private final LongStream.Builder entries = LongStream.builder();
  private final LongStream.Builder shared = LongStream.builder();

  /** In the order of {@link #shared} as it is before it is sorted. */
  private final LongStream.Builder masks = LongStream.builder();

  private int records;
  private int blocks;

  /** Of the block that is being read: hashes of values, each with its record's place in it. */
  private LongStream.Builder values = LongStream.builder();

  private long earliest = Long.MAX_VALUE;
  private long latest = Long.MIN_VALUE;

  IndexMaker(long first) {
    this.first = first;
  }

  static boolean indexed(String path) {
    return !NOT_INDEXED.contains(path);
  }

  /** Takes the next record; true: it is the last one of a block. */
  boolean add(Fields fields, long micros) {
    earliest = Math.min(earliest, micros);
    latest = Math.max(latest, micros);
    int place = records++ % Index.RECORDS;
    for (Map.Entry<String, List<String>> field : fields.all().entrySet()) {
      if (indexed(field.getKey())) {
        for (String value : field.getValue()) {
          values.add(Index.hash(field.getKey(), value) | place);
        }
      }
    }
    return place == Index.RECORDS - 1;
  }

  /**
   * Ends a block.
   *
   * @param start where it begins in the lines
   * @param packed where it begins in the compressed file
   */
  void block(long start, long packed) {
    directory.add(start).add(packed).add(earliest).add(latest);
    long[] sorted = values.build().sorted().toArray();
    for (int i = 0; i < sorted.length; ) {
      long hash = sorted[i] & -Index.RECORDS;
      long[] mask = new long[Index.MASK];
      for (; i < sorted.length && (sorted[i] & -Index.RECORDS) == hash; i++) {
        int place = (int) (sorted[i] - hash);
        mask[place / Long.SIZE] |= 1L << place;
      }
      enter(hash | (long) blocks * Index.RECORDS, mask);
    }
    blocks++;
    values = LongStream.builder();
    earliest = Long.MAX_VALUE;
    latest = Long.MIN_VALUE;
  }

  private void enter(long entry, long[] mask) {
    if (Arrays.stream(mask).map(Long::bitCount).sum() > Index.FEW) {
      shared.add(entry);
      Arrays.stream(mask).forEach(masks);
      return;
    }
    for (int part = 0; part < mask.length; part++) {
      for (long left = mask[part]; left != 0; left &= left - 1) {
        int place = part * Long.SIZE + Long.numberOfTrailingZeros(left);
        entries.add(entry + place);
      }
    }
  }

  /**
   * Writes all of it.
   *
   * @param start where the lines end
   * @param packed where the compressed file ends
   */
  void write(FileChannel channel, long start, long packed) throws IOException {
    if (blocks > Index.MOST_BLOCKS) {
      throw new IOException("too many records for an index");
    }
    long[] single = entries.build().sorted().toArray();
    long[] unsorted = shared.build().toArray();
    long[] places = unsorted.clone();
    Arrays.sort(places);
    long[] parts = masks.build().toArray();
    ByteBuffer body =
        ByteBuffer.allocate(Math.toIntExact(Index.size(blocks, single.length, places.length)));
    body.asLongBuffer()
        .put(Index.MAGIC)
        .put(first)
        .put(records)
        .put(blocks)
        .put(single.length)
        .put(places.length)
        .put(directory.add(start).add(packed).add(0).add(0).build().toArray())
        .put(single)
        .put(places);
    int at = body.capacity() / Long.BYTES - parts.length;
    for (int i = 0; i < unsorted.length; i++) {
      int place = Arrays.binarySearch(places, unsorted[i]);
      body.asLongBuffer().put(at + place * Index.MASK, parts, i * Index.MASK, Index.MASK);
    }
    while (body.hasRemaining()) {
      channel.write(body);
    }
  }
}
