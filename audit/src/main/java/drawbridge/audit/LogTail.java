package drawbridge.audit;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a log's records one after the other, also while it grows. For one thread. */
final class LogTail implements Closeable {
  private final java.nio.file.Path folder;
  private @Nullable LineReader lines;
  private long next;

  /**
   * Before a record.
   *
   * @param next the record that is read first; where older ones are gone, the oldest there is
   */
  LogTail(java.nio.file.Path folder, long next) {
    this.folder = folder;
    this.next = next;
  }

  /** The number that {@link #read} gives next. */
  long next() {
    return next;
  }

  /**
   * The next record; null: there is none up to the limit.
   *
   * @param limit last record that may be read
   */
  @Nullable LineReader read(long limit) throws IOException {
    if (next > limit) {
      return null;
    }
    LineReader current = lines;
    if (current == null || !current.next() || !current.terminated()) {
      current = open();
      if (!current.next() || !current.terminated()) {
        throw new IOException("record " + next + " is not there");
      }
    }
    next++;
    return current;
  }

  /** A file that has grown since, or the next segment; stands before the next record. */
  private LineReader open() throws IOException {
    close();
    List<SegmentFiles> segments = SegmentFiles.in(folder);
    if (segments.isEmpty()) {
      throw new IOException(folder + " is empty");
    }
    SegmentFiles files = segments.getFirst();
    for (SegmentFiles each : segments) {
      if (each.first() <= next) {
        files = each;
      }
    }
    next = Math.max(next, files.first());
    LineReader opened = LineReader.of(files);
    lines = opened;
    for (long at = files.first(); at < next; at++) {
      if (!opened.next()) {
        throw new IOException("record " + at + " is not there");
      }
    }
    return opened;
  }

  @Override
  public void close() throws IOException {
    if (lines != null) {
      lines.close();
      lines = null;
    }
  }
}
