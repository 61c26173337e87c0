package drawbridge.audit;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * Makes of a closed segment its index and, where asked, its compressed form: files that are whole
 * before they get their names. For one thread, used once.
 */
final class Sealing {
  private final SegmentFiles files;
  private final boolean compress;
  private final IndexMaker index;

  /** Bytes of the compressed file. */
  private long written;

  Sealing(SegmentFiles files, boolean compress) {
    this.files = files;
    this.compress = compress;
    this.index = new IndexMaker(files.first());
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
    try (FileChannel channel = Segment.create(unfinished(files.index()))) {
      index.write(channel, end, written);
      channel.force(true);
    }
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
    try (LineReader lines = LineReader.plain(files.lines(), 0)) {
      long begin = 0;
      while (lines.next()) {
        fields.read(lines.buffer(), lines.offset(), lines.length());
        member.write(lines.buffer(), lines.offset(), lines.length());
        member.write('\n');
        if (index.add(fields, micros(fields.get("time")))) {
          index.block(begin, written);
          pack(member, out);
          begin = lines.end();
        }
      }
      if (member.size() > 0) {
        index.block(begin, written);
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

  static long micros(String time) {
    Instant instant = Instant.parse(time);
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
  }
}
