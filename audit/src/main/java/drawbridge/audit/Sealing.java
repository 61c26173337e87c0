package drawbridge.audit;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/**
 * Makes of a closed segment its index and, where asked, its compressed form: files that are whole
 * before they get their names. For one thread, used once.
 */
final class Sealing {
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

  private final SegmentFiles files;
  private final boolean compress;
  private long[] entries = new long[1 << 16];
  private int entryCount;
  private long[] blocks = new long[4 * 256];
  private int blockCount;
  private long records;
  private long written;

  Sealing(SegmentFiles files, boolean compress) {
    this.files = files;
    this.compress = compress;
  }

  static boolean indexed(String path) {
    return !NOT_INDEXED.contains(path);
  }

  static Path unfinished(Path file) {
    return file.resolveSibling(file.getFileName() + SegmentFiles.UNFINISHED);
  }

  /** Makes the files, durable but under unfinished names; returns what a record says of them. */
  Map<String, String> make() throws IOException {
    Path packed = unfinished(files.compressed());
    Files.deleteIfExists(packed);
    Files.deleteIfExists(unfinished(files.index()));
    long end;
    if (compress) {
      try (FileChannel channel = Segment.create(packed)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        end = read(out);
        out.flush();
        channel.force(true);
      }
    } else {
      end = read(OutputStream.nullOutputStream());
    }
    block(end, written, 0, 0);
    blockCount--;
    writeIndex();
    Path named = compress ? files.compressed() : files.lines();
    return Map.of(
        "file",
        named.getFileName().toString(),
        "sha256",
        Digests.sha256(compress ? packed : files.lines()),
        "index",
        files.index().getFileName().toString(),
        "index_sha256",
        Digests.sha256(unfinished(files.index())));
  }

  /** Returns where the lines end. */
  private long read(OutputStream out) throws IOException {
    Fields fields = new Fields();
    ByteArrayOutputStream member = new ByteArrayOutputStream(1 << 18);
    try (LineReader lines = LineReader.plain(files.lines())) {
      long begin = 0;
      long earliest = Long.MAX_VALUE;
      long latest = Long.MIN_VALUE;
      while (lines.next()) {
        fields.read(lines.buffer(), lines.offset(), lines.length());
        long micros = micros(fields.get("time"));
        earliest = Math.min(earliest, micros);
        latest = Math.max(latest, micros);
        enter(fields);
        member.write(lines.buffer(), lines.offset(), lines.length());
        member.write('\n');
        if (++records % Index.RECORDS == 0) {
          block(begin, written, earliest, latest);
          pack(member, out);
          begin = lines.end();
          earliest = Long.MAX_VALUE;
          latest = Long.MIN_VALUE;
        }
      }
      if (member.size() > 0) {
        block(begin, written, earliest, latest);
        pack(member, out);
      }
      return lines.end();
    }
  }

  private void pack(ByteArrayOutputStream member, OutputStream out) throws IOException {
    if (compress) {
      ByteArrayOutputStream packed = new ByteArrayOutputStream(member.size() / 4);
      try (GZIPOutputStream gzip = new GZIPOutputStream(packed, 1 << 14)) {
        member.writeTo(gzip);
      }
      packed.writeTo(out);
      written += packed.size();
    }
    member.reset();
  }

  private void enter(Fields fields) {
    for (Map.Entry<String, List<String>> field : fields.all().entrySet()) {
      if (indexed(field.getKey())) {
        for (String value : field.getValue()) {
          enter(Index.hash(field.getKey(), value));
        }
      }
    }
    for (String operation : fields.all(Index.WHAT)) {
      for (String path : Index.WHO) {
        for (String who : fields.all(path)) {
          enter(Index.pair(path, who, operation));
        }
      }
    }
  }

  private void enter(long hash) {
    if (entryCount == entries.length) {
      compact();
    }
    entries[entryCount++] = hash | (blockCount & 0xFFFF);
  }

  private void block(long start, long packedStart, long earliest, long latest) {
    int at = 4 * blockCount++;
    if (at == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * at);
    }
    blocks[at] = start;
    blocks[at + 1] = packedStart;
    blocks[at + 2] = earliest;
    blocks[at + 3] = latest;
  }

  /** Most values stand in many records of a block. */
  private void compact() {
    // By all bits, unsigned: what Index.with looks for.
    for (int i = 0; i < entryCount; i++) {
      entries[i] ^= Long.MIN_VALUE;
    }
    Arrays.sort(entries, 0, entryCount);
    int kept = 0;
    for (int i = 0; i < entryCount; i++) {
      if (i == 0 || entries[i] != entries[i - 1]) {
        entries[kept++] = entries[i];
      }
    }
    entryCount = kept;
    for (int i = 0; i < entryCount; i++) {
      entries[i] ^= Long.MIN_VALUE;
    }
    if (entryCount > entries.length / 2) {
      entries = Arrays.copyOf(entries, 2 * entries.length);
    }
  }

  private void writeIndex() throws IOException {
    if (blockCount > Index.MOST_BLOCKS) {
      throw new IOException(files.lines() + " has too many records for an index");
    }
    compact();
    ByteBuffer body = ByteBuffer.allocate((blockCount + 1) * Index.BLOCK + entryCount * Long.BYTES);
    body.asLongBuffer().put(blocks, 0, 4 * (blockCount + 1)).put(entries, 0, entryCount);
    try (FileChannel channel = Segment.create(unfinished(files.index()))) {
      ByteBuffer header = Index.header(files.first(), records, blockCount, entryCount);
      while (header.hasRemaining()) {
        channel.write(header);
      }
      while (body.hasRemaining()) {
        channel.write(body);
      }
      channel.force(true);
    }
  }

  static long micros(String time) {
    Instant instant = Instant.parse(time);
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
  }
}
