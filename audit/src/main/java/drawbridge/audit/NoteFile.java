package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checkpoints in a file, one below the other, each followed by an empty line. A note alone is such
 * a file too.
 *
 * @param whole bytes that are whole notes with the empty line behind them
 * @param size of the file
 */
record NoteFile(List<At> notes, long whole, long size) {
  private static final byte[] DASH = "\n\n— ".getBytes(UTF_8);
  private static final long MOST_BYTES = 1L << 30;

  /**
   * One note and where it begins.
   *
   * @param offset in bytes
   */
  record At(Checkpoint checkpoint, long offset) {}

  /** As it stands in such a file. */
  static byte[] entry(Checkpoint checkpoint) {
    return (checkpoint.note() + "\n").getBytes(UTF_8);
  }

  /** Reads as many whole notes as the file begins with; a missing file has none. */
  static NoteFile read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new NoteFile(List.of(), 0, 0);
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException(file + " is too large for a file of checkpoints");
    }
    return of(Files.readAllBytes(file));
  }

  static NoteFile of(byte[] bytes) {
    List<At> notes = new ArrayList<>();
    int from = 0;
    while (from < bytes.length) {
      int end = end(bytes, from);
      if (end < 0) {
        break;
      }
      try {
        notes.add(new At(Checkpoint.parse(new String(bytes, from, end - from, UTF_8)), from));
      } catch (IOException e) {
        break;
      }
      if (end == bytes.length || bytes[end] != '\n') {
        break; // a note by itself has no empty line behind it
      }
      from = end + 1;
    }
    return new NoteFile(List.copyOf(notes), from, bytes.length);
  }

  /** Behind the last signature of the note that begins there; -1: it is not whole. */
  private static int end(byte[] bytes, int from) {
    int at = find(bytes, from);
    if (at < 0) {
      return -1;
    }
    at += 2;
    while (at < bytes.length && bytes[at] == DASH[2]) {
      while (at < bytes.length && bytes[at] != '\n') {
        at++;
      }
      if (at == bytes.length) {
        return -1;
      }
      at++;
    }
    return at;
  }

  private static int find(byte[] bytes, int from) {
    for (int i = from; i <= bytes.length - DASH.length; i++) {
      int j = 0;
      while (j < DASH.length && bytes[i + j] == DASH[j]) {
        j++;
      }
      if (j == DASH.length) {
        return i;
      }
    }
    return -1;
  }
}
