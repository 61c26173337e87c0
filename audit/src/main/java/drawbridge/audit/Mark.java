package drawbridge.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * A line of a segment that says how the log stood before it, so that reading can begin there.
 *
 * @param seq its number
 * @param offset of its first byte
 */
record Mark(long seq, long offset) {
  private static final byte[] KIND =
      "\"kind\":\"%s\"".formatted(AuditRecord.Kind.MARK.text).getBytes(US_ASCII);

  /** A line's number and time, which stand before its kind. */
  private static final int LONGEST_BEGINNING = 80;

  private static final int BLOCK = 1 << 18;

  /** The first line of a segment. */
  static Mark first(SegmentFiles files) {
    return new Mark(files.first(), 0);
  }

  /**
   * The last one behind the first line that a checkpoint covers, with all nodes of the tree before
   * it in their file.
   */
  static Optional<Mark> last(SegmentFiles files, NoteFile notes) throws IOException {
    long signed =
        notes.notes().stream()
            .filter(at -> at.offset() < notes.whole())
            .mapToLong(at -> at.checkpoint().size())
            .max()
            .orElse(0);
    try (FileChannel channel = FileChannel.open(files.lines(), StandardOpenOption.READ)) {
      for (long at = before(channel, channel.size()); at > 0; at = before(channel, at)) {
        Mark mark = new Mark(seq(files, at), at);
        if (mark.seq > files.first() && mark.seq <= signed) {
          boolean nodes =
              Files.exists(files.tree()) && Files.size(files.tree()) >= mark.nodesBefore(files);
          return nodes ? Optional.of(mark) : Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /** Bytes of the tree's file that are of records before this one. */
  long nodesBefore(SegmentFiles files) {
    return (Nodes.before(seq - 1) - Nodes.before(files.first() - 1)) * Hasher.BYTES;
  }

  /** Where the last mark begins that begins before; 0: there is none. */
  private static long before(FileChannel channel, long end) throws IOException {
    for (long upTo = end; upTo > 0; upTo -= BLOCK) {
      long from = Math.max(0, upTo - BLOCK);
      ByteBuffer buffer = ByteBuffer.allocate((int) (upTo - from) + LONGEST_BEGINNING);
      while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) > 0) {
        // until it is full, or the file ends
      }
      byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
      for (int i = (int) Math.min(bytes.length, upTo - from) - 1; i >= 0; i--) {
        long line = from + i + 1;
        if (bytes[i] == '\n' && line < end && mark(bytes, i + 1)) {
          return line;
        }
      }
    }
    return 0;
  }

  /** A quotation mark within a text has a backslash before it, so this is no part of a text. */
  private static boolean mark(byte[] bytes, int line) {
    int last = Math.min(bytes.length, line + LONGEST_BEGINNING) - KIND.length;
    for (int i = line; i <= last && bytes[i] != '\n'; i++) {
      if (Arrays.equals(bytes, i, i + KIND.length, KIND, 0, KIND.length)) {
        return true;
      }
    }
    return false;
  }

  /** The number that the line says it has; 0: it is no record. */
  private static long seq(SegmentFiles files, long offset) throws IOException {
    try (LineReader lines = LineReader.plain(files.lines(), offset)) {
      if (!lines.next()) {
        return 0;
      }
      try (JsonParser json =
          Lines.JSON.createParser(lines.buffer(), lines.offset(), lines.length())) {
        return json.nextToken() == JsonToken.START_OBJECT
                && "seq".equals(json.nextFieldName())
                && json.nextToken() == JsonToken.VALUE_NUMBER_INT
            ? json.getLongValue()
            : 0;
      } catch (IOException e) {
        return 0;
      }
    }
  }
}
