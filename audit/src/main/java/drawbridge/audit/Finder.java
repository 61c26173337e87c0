package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads the records that a query asks for, with the help of the indexes. For one thread. */
final class Finder {
  /** Takes records in their order; false: no more, please. */
  interface Sink {
    boolean take(Found found, Fields fields);
  }

  /** Of a block no more is unpacked than up to the last record that is wanted. */
  private static final int AHEAD = 1 << 14;

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
      if (!run(files)) {
        return;
      }
    }
  }

  /** False: nobody wants more. */
  boolean run(SegmentFiles files) throws IOException {
    Optional<Index> index = Index.open(files);
    return index.isPresent() ? indexed(files, index.get()) : whole(files);
  }

  private boolean whole(SegmentFiles files) throws IOException {
    try (LineReader lines = LineReader.of(files)) {
      return lines(files, lines, files.first(), Long.MAX_VALUE, record -> true);
    }
  }

  private boolean indexed(SegmentFiles files, Index index) throws IOException {
    BitSet wanted = wanted(index);
    int record = wanted.nextSetBit(0);
    if (record < 0) {
      return true;
    }
    LongPredicate here = seq -> wanted.get((int) (seq - files.first()));
    Path file = files.readable();
    boolean compressed = file.equals(files.compressed());
    try (FileChannel channel = FileChannel.open(file)) {
      if (index.start(index.blocks(), compressed) != channel.size()) {
        return whole(files);
      }
      while (record >= 0) {
        int block = record / Index.RECORDS;
        long from = index.start(block, compressed);
        ByteBuffer bytes =
            ByteBuffer.allocate(Math.toIntExact(index.start(block + 1, compressed) - from));
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
        InputStream in = new ByteArrayInputStream(bytes.array(), 0, bytes.position());
        int next = (block + 1) * Index.RECORDS;
        long last = files.first() + wanted.previousSetBit(next - 1);
        try (LineReader lines =
            new LineReader(compressed ? new GZIPInputStream(in, AHEAD) : in, AHEAD)) {
          if (!lines(files, lines, index.firstRecord(block), last, here)) {
            return false;
          }
        }
        record = wanted.nextSetBit(next);
      }
    } catch (ZipException | EOFException e) {
      throw new IOException(file + " or its index is damaged: run audit verify", e);
    }
    return true;
  }

  /** The records that may fit, counted from the segment's first. */
  private BitSet wanted(Index index) {
    BitSet wanted = new BitSet(index.records());
    wanted.set(0, index.records());
    for (Query.Condition condition : query.conditions()) {
      if (condition.indexed()) {
        wanted.and(index.with(condition.hashes()));
      }
    }
    for (int block = 0; block < index.blocks(); block++) {
      // Rounded outwards: the records themselves decide.
      if (instant(index.latest(block)).plusMillis(1).isBefore(query.from())
          || !instant(index.earliest(block)).isBefore(query.to())) {
        wanted.clear(block * Index.RECORDS, (block + 1) * Index.RECORDS);
      }
    }
    return wanted;
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000L);
  }

  private boolean lines(
      SegmentFiles files, LineReader lines, long first, long last, LongPredicate wanted)
      throws IOException {
    long expected = first;
    for (; expected <= last && lines.next() && lines.terminated(); expected++) {
      if (!wanted.test(expected) || !possible(lines)) {
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
