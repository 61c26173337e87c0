package drawbridge.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/**
 * Says in which blocks of a closed segment a value can stand. A block is {@link #RECORDS} records;
 * compressed, each is a gzip member of its own. For one thread. A file of 64-bit numbers,
 * big-endian:
 *
 * <pre>
 * magic, first record, records, blocks, entries
 * blocks × (where it begins in the lines, where its gzip member begins, earliest and latest time in µs)
 * 1      × (where the lines and the compressed file end, 0, 0)
 * entries × (48 bits of the hash of a value, or of a caller with an operation, 16 bits: the block), in order
 * </pre>
 */
final class Index implements Closeable {
  static final int RECORDS = 256;
  static final long MAGIC = 0x4442_4155_4449_5403L;

  /** Of indexes that were made before callers were entered with their operations. */
  private static final long WITHOUT_PAIRS = 0x4442_4155_4449_5402L;

  /**
   * Whoever calls: entered with the operation too, since many callers and few operations stand in
   * nearly every block, and yet not in one record.
   */
  static final List<String> WHO =
      List.of(
          Identity.SUBJECT,
          Identity.FINGERPRINT,
          Identity.APP,
          Identity.USER,
          Identity.USER_NAME,
          Identity.OBJECT);

  static final String WHAT = "operation";

  static final int HEADER = 5 * Long.BYTES;
  static final int BLOCK = 4 * Long.BYTES;

  /** More than a segment has: then it gets no index, and is searched from end to end. */
  static final int MOST_BLOCKS = 1 << 16;

  private final FileChannel channel;
  private final MappedByteBuffer bytes;
  private final long first;
  private final int blocks;
  private final int entries;
  private final boolean pairs;

  private Index(FileChannel channel, MappedByteBuffer bytes) throws IOException {
    this.channel = channel;
    this.bytes = bytes;
    long magic = bytes.capacity() < HEADER ? 0 : bytes.getLong(0);
    if (magic != MAGIC && magic != WITHOUT_PAIRS) {
      throw new IOException("not an index");
    }
    this.pairs = magic == MAGIC;
    this.first = bytes.getLong(Long.BYTES);
    this.blocks = Math.toIntExact(bytes.getLong(3 * Long.BYTES));
    this.entries = Math.toIntExact(bytes.getLong(4 * Long.BYTES));
    if (bytes.capacity() != HEADER + (blocks + 1) * BLOCK + entries * Long.BYTES) {
      throw new IOException("not a whole index");
    }
  }

  static Index open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file);
    try {
      return new Index(channel, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  int blocks() {
    return blocks;
  }

  /** It says too in which blocks a caller and an operation stand in one record. */
  boolean pairs() {
    return pairs;
  }

  /** Number of a block's first record. */
  long firstRecord(int block) {
    return first + (long) block * RECORDS;
  }

  /** Where a block begins, and the last one's next. */
  long start(int block, boolean compressed) {
    return bytes.getLong(HEADER + block * BLOCK + (compressed ? Long.BYTES : 0));
  }

  long earliest(int block) {
    return bytes.getLong(HEADER + block * BLOCK + 2 * Long.BYTES);
  }

  long latest(int block) {
    return bytes.getLong(HEADER + block * BLOCK + 3 * Long.BYTES);
  }

  /** The blocks in which one of these hashes stands. */
  BitSet with(Collection<Long> hashes) {
    BitSet found = new BitSet(blocks);
    for (long hash : hashes) {
      int low = 0;
      int high = entries;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (Long.compareUnsigned(entry(middle), hash) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      for (int i = low; i < entries && entry(i) >>> 16 == hash >>> 16; i++) {
        found.set((int) (entry(i) & 0xFFFF));
      }
    }
    return found;
  }

  private long entry(int i) {
    return bytes.getLong(HEADER + (blocks + 1) * BLOCK + i * Long.BYTES);
  }

  /** Of a field's value: 48 bits, and room for the block below. */
  static long hash(String path, String value) {
    long h = 0xcbf29ce484222325L;
    for (int i = 0; i < path.length(); i++) {
      h = (h ^ path.charAt(i)) * 0x100000001b3L;
    }
    h = (h ^ 0xFFFF) * 0x100000001b3L;
    for (int i = 0; i < value.length(); i++) {
      h = (h ^ value.charAt(i)) * 0x100000001b3L;
    }
    h ^= h >>> 32;
    h *= 0x9E3779B97F4A7C15L;
    h ^= h >>> 29;
    return h & ~0xFFFFL;
  }

  /** Of a caller and an operation in one record. */
  static long pair(String path, String who, String operation) {
    return hash(WHAT + '\n' + path + '\n' + who, operation);
  }

  static ByteBuffer header(long first, long records, int blocks, int entries) {
    return ByteBuffer.allocate(HEADER)
        .putLong(MAGIC)
        .putLong(first)
        .putLong(records)
        .putLong(blocks)
        .putLong(entries)
        .flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
