package drawbridge.audit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Reads lines as bytes, without making a string of each. For one thread. {@link #buffer} holds the
 * line from {@link #offset} on until the next call of {@link #next}.
 */
final class LineReader implements Closeable {
  private static final int LONGEST_LINE = 4 << 20;
  private static final int BUFFER = 1 << 18;

  private final InputStream in;
  private byte[] buffer;
  private int from;
  private int upTo;
  private int filled;
  private int length;
  private boolean terminated;
  private boolean ended;
  private long start;
  private long end;

  LineReader(InputStream in) {
    this(in, BUFFER);
  }

  /**
   * Reads ahead no further than needed.
   *
   * @param ahead bytes; more where a line is longer
   */
  LineReader(InputStream in, int ahead) {
    this.in = in;
    this.buffer = new byte[ahead];
  }

  /**
   * Of a file that is not compressed.
   *
   * @param from offset of the first line
   */
  static LineReader plain(Path file, long from) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    LineReader reader = new LineReader(Channels.newInputStream(channel.position(from)));
    reader.end = from;
    return reader;
  }

  /** Of a segment, compressed or not. */
  static LineReader of(SegmentFiles files) throws IOException {
    Path file = files.readable();
    InputStream in = Files.newInputStream(file);
    return new LineReader(file.equals(files.compressed()) ? new GZIPInputStream(in, 1 << 16) : in);
  }

  /**
   * Moves on to the next line; false: there is none. What is longer than any line ends the file.
   */
  boolean next() throws IOException {
    from = upTo;
    start = end;
    int i = from;
    while (true) {
      while (i < filled) {
        if (buffer[i++] == '\n') {
          found(i - 1 - from, 1);
          return true;
        }
      }
      if (ended || filled - from > LONGEST_LINE) {
        ended = true;
        found(filled - from, 0);
        return length > 0;
      }
      i -= fill();
    }
  }

  private void found(int count, int feed) {
    length = count;
    terminated = feed > 0;
    upTo = from + count + feed;
    end = start + count + feed;
  }

  /** Returns by how much the bytes that are there moved to the left. */
  private int fill() throws IOException {
    int moved = from;
    if (moved > 0) {
      System.arraycopy(buffer, from, buffer, 0, filled - from);
      filled -= moved;
      from = 0;
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int count = in.read(buffer, filled, buffer.length - filled);
    if (count < 0) {
      ended = true;
    } else {
      filled += count;
    }
    return moved;
  }

  byte[] buffer() {
    return buffer;
  }

  /** Of the line in the buffer. */
  int offset() {
    return from;
  }

  /** Without the line feed. */
  int length() {
    return length;
  }

  /** A line feed stands behind it. */
  boolean terminated() {
    return terminated;
  }

  /** Bytes before the line. */
  long start() {
    return start;
  }

  /** Bytes up to its end, with the line feed. */
  long end() {
    return end;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
