package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Reads the records that a query asks for, with the help of the indexes. For one thread. */
final class Finder {
  /** Takes records in their order; false: no more, please. */
  interface Sink {
    boolean take(Found found, Fields fields);
  }

  private final Path folder;
  private final Query query;
  private final Sink sink;
  private final Fields fields = new Fields();

  /** Of each condition, of which one must stand in a line that fits. */
  private final List<List<Needle>> needles;

  Finder(Path folder, Query query, Sink sink) {
    this.folder = folder;
    this.query = query;
    this.sink = sink;
    this.needles = query.conditions().stream().map(Query.Condition::needles).toList();
  }

  void run() throws IOException {
    for (SegmentFiles files : SegmentFiles.in(folder)) {
      boolean more = Files.exists(files.index()) ? indexed(files) : whole(files);
      if (!more) {
        return;
      }
    }
  }

  private boolean whole(SegmentFiles files) throws IOException {
    try (LineReader lines = LineReader.of(files)) {
      return lines(files, lines, files.first());
    }
  }

  private boolean indexed(SegmentFiles files) throws IOException {
    try (Index index = Index.open(files.index())) {
      BitSet blocks = blocks(index);
      if (blocks.isEmpty()) {
        return true;
      }
      Path file = files.readable();
      boolean compressed = file.equals(files.compressed());
      try (FileChannel channel = FileChannel.open(file)) {
        for (int block = blocks.nextSetBit(0); block >= 0; block = blocks.nextSetBit(block + 1)) {
          long from = index.start(block, compressed);
          ByteBuffer bytes =
              ByteBuffer.allocate(Math.toIntExact(index.start(block + 1, compressed) - from));
          while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
          InputStream in = new ByteArrayInputStream(bytes.array(), 0, bytes.position());
          try (LineReader lines =
              new LineReader(compressed ? new GZIPInputStream(in, 1 << 14) : in)) {
            if (!lines(files, lines, index.firstRecord(block))) {
              return false;
            }
          }
        }
      }
      return true;
    }
  }

  private BitSet blocks(Index index) {
    BitSet blocks = new BitSet(index.blocks());
    blocks.set(0, index.blocks());
    for (Query.Condition condition : query.conditions()) {
      if (condition.indexed()) {
        blocks.and(index.with(condition.hashes()));
      }
    }
    if (index.pairs()) {
      query.pairs().forEach(hashes -> blocks.and(index.with(hashes)));
    }
    for (int block = blocks.nextSetBit(0); block >= 0; block = blocks.nextSetBit(block + 1)) {
      // Rounded outwards: the records themselves decide.
      if (instant(index.latest(block)).plusMillis(1).isBefore(query.from())
          || !instant(index.earliest(block)).isBefore(query.to())) {
        blocks.clear(block);
      }
    }
    return blocks;
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000L);
  }

  private boolean lines(SegmentFiles files, LineReader lines, long first) throws IOException {
    long expected = first;
    for (; lines.next() && lines.terminated(); expected++) {
      if (!possible(lines)) {
        continue;
      }
      try {
        fields.read(lines.buffer(), lines.offset(), lines.length());
        Instant time = Instant.parse(fields.get("time"));
        if (query.holds(fields, time)) {
          String line = new String(lines.buffer(), lines.offset(), lines.length(), UTF_8);
          if (!sink.take(new Found(folder, fields.number("seq"), time, line), fields)) {
            return false;
          }
        }
      } catch (IOException | DateTimeException e) {
        throw new IOException(
            files.readable() + " is damaged near record " + expected + ": run audit verify", e);
      }
    }
    return true;
  }

  /** Spares reading most lines as JSON. */
  private boolean possible(LineReader lines) {
    for (List<Needle> condition : needles) {
      boolean one = false;
      for (Needle needle : condition) {
        one = one || needle.in(lines.buffer(), lines.offset(), lines.length());
      }
      if (!one) {
        return false;
      }
    }
    return true;
  }
}
