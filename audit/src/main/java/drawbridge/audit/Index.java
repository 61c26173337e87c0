package drawbridge.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.Optional;

/**
 * Says in which records of a closed segment a value stands. Never more than a hint: whoever
 * searches reads the records themselves. A block is {@link #RECORDS} records; compressed, each is a
 * gzip member of its own. For one thread. A file of 64-bit numbers, big-endian, as {@code
 * docs/audit.md} has it:
 *
 * <pre>
 * magic, first record, records, blocks, entries, shared entries
 * blocks × (where it begins in the lines, where its gzip member begins, earliest and latest time in µs)
 * 1      × (where the lines and the compressed file end, 0, 0)
 * entries × (39 bits of a value's hash, 24 bits: the record, counted from the segment's first), in order
 * shared  × (39 bits of a value's hash, 16 bits: the block, 8 bits: 0), in order
 * shared  × (256 bits, the lowest of the first number being the block's first record)
 * </pre>
 */
final class Index {
  static final int RECORDS = 256;

  /** Numbers of a mask with a bit for each record of a block. */
  static final int MASK = RECORDS / Long.SIZE;

  /** A value that stands in more records of a block than this has a mask there, no entries. */
  static final int FEW = MASK;

  static final long MAGIC = 0x4442_4155_4449_5404L;

  static final int HEADER = 6 * Long.BYTES;
  static final int BLOCK = 4 * Long.BYTES;

  /** More than a segment has: then it gets no index, and is searched from end to end. */
  static final int MOST_BLOCKS = 1 << 16;

  /** Of an entry: what is left of a value's hash. The sign is left out, so that order is order. */
  private static final long HASH = 0x7FFF_FFFF_FF00_0000L;

  private final ByteBuffer bytes;
  private final long first;
  private final int records;
  private final int blocks;
  private final int entries;
  private final int shared;

  private Index(ByteBuffer bytes) {
    this.bytes = bytes;
    this.first = bytes.getLong(Long.BYTES);
    this.records = Math.toIntExact(bytes.getLong(2 * Long.BYTES));
    this.blocks = Math.toIntExact(bytes.getLong(3 * Long.BYTES));
    this.entries = Math.toIntExact(bytes.getLong(4 * Long.BYTES));
    this.shared = Math.toIntExact(bytes.getLong(5 * Long.BYTES));
  }

  /** Empty: there is none, it is not whole, or another version made it. */
  static Optional<Index> open(SegmentFiles segment) throws IOException {
    Path file = segment.index();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(file)) {
      MappedByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      return Optional.of(bytes).filter(all -> whole(all, segment.first())).map(Index::new);
    }
  }

  /** Also of one that was altered nothing but its hints is wrong: no place lies outside. */
  private static boolean whole(ByteBuffer bytes, long first) {
    if (bytes.capacity() < HEADER
        || bytes.getLong(0) != MAGIC
        || bytes.getLong(Long.BYTES) != first) {
      return false;
    }
    for (int i = 2; i < HEADER / Long.BYTES; i++) {
      long count = bytes.getLong(i * Long.BYTES);
      if (count < 0 || count > bytes.capacity()) {
        return false;
      }
    }
    long records = bytes.getLong(2 * Long.BYTES);
    long blocks = bytes.getLong(3 * Long.BYTES);
    if (blocks != (records + RECORDS - 1) / RECORDS
        || bytes.capacity()
            != size(blocks, bytes.getLong(4 * Long.BYTES), bytes.getLong(5 * Long.BYTES))) {
      return false;
    }
    for (int start = HEADER; start < HEADER + 2 * Long.BYTES; start += Long.BYTES) {
      long last = 0;
      for (int block = 0; block <= blocks; block++) {
        long next = bytes.getLong(start + block * BLOCK);
        if (next < last) {
          return false;
        }
        last = next;
      }
    }
    return true;
  }

  int blocks() {
    return blocks;
  }

  /** How many the segment has. */
  int records() {
    return records;
  }

  /** Number of a block's first record. */
  long firstRecord(int block) {
    return first + (long) block * RECORDS;
  }

  /** Where a block begins, in order; that of the block behind the last is where the file ends. */
  long start(int block, boolean compressed) {
    return bytes.getLong(HEADER + block * BLOCK + (compressed ? Long.BYTES : 0));
  }

  long earliest(int block) {
    return bytes.getLong(HEADER + block * BLOCK + 2 * Long.BYTES);
  }

  long latest(int block) {
    return bytes.getLong(HEADER + block * BLOCK + 3 * Long.BYTES);
  }

  /** The records in which one of these hashes stands, counted from the segment's first. */
  BitSet with(Collection<Long> hashes) {
    int entriesAt = HEADER + (blocks + 1) * BLOCK;
    int sharedAt = entriesAt + entries * Long.BYTES;
    int masksAt = sharedAt + shared * Long.BYTES;
    long[] found = new long[blocks * MASK];
    for (long hash : hashes) {
      for (int i = least(entriesAt, entries, hash); i < entries; i++) {
        long entry = number(entriesAt, i);
        if ((entry & HASH) != hash) {
          break;
        }
        int record = (int) (entry & ~HASH);
        if (record < records) {
          found[record / Long.SIZE] |= 1L << record;
        }
      }
      for (int i = least(sharedAt, shared, hash); i < shared; i++) {
        long entry = number(sharedAt, i);
        if ((entry & HASH) != hash) {
          break;
        }
        int block = (int) (entry & ~HASH) / RECORDS;
        for (int part = 0; block < blocks && part < MASK; part++) {
          found[block * MASK + part] |= number(masksAt, i * MASK + part);
        }
      }
    }
    return BitSet.valueOf(found);
  }

  /** The first of numbers in order that is not less than the hash. */
  private int least(int at, int count, long hash) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (number(at, middle) < hash) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private long number(int at, int i) {
    return bytes.getLong(at + i * Long.BYTES);
  }

  /** Of a field's value: 39 bits, and room below for the record. */
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
    return h & HASH;
  }

  /** Bytes of the file. */
  static long size(long blocks, long entries, long shared) {
    return HEADER + (blocks + 1) * BLOCK + (entries + (1 + MASK) * shared) * Long.BYTES;
  }
}
