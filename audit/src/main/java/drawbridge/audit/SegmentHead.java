package drawbridge.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What a segment's first line says of the log before it. Immutable.
 *
 * @param first number of that line
 * @param key that signs the segment's checkpoints
 * @param roots of the tree before it
 * @param previousFile the segment before; empty: there is none
 * @param previousBytes of that file that count
 * @param previousCheckpoints bytes of its checkpoints' file
 */
record SegmentHead(
    long first,
    VerifierKey key,
    List<byte[]> roots,
    String previousFile,
    long previousBytes,
    long previousCheckpoints) {

  /**
   * A later version wrote it. Whoever knows less of it can neither judge it nor go on with it,
   * which says nothing against it.
   */
  static final class LaterFormatException extends IOException {
    LaterFormatException(int format) {
      super(
          "a segment is in format %d, which a later version wrote, and this one knows up to %d. Fix: take that version"
              .formatted(format, Lines.FORMAT));
    }
  }

  /** Throws where a later version wrote it; whether it is whole is for others to say. */
  static void known(SegmentFiles files) throws LaterFormatException {
    try {
      var _ = read(files);
    } catch (LaterFormatException e) {
      throw e;
    } catch (IOException e) {
      // torn, or altered
    }
  }

  static SegmentHead read(SegmentFiles files) throws IOException {
    try (LineReader lines = LineReader.of(files)) {
      if (!lines.next()) {
        throw new IOException(files.readable() + " is empty");
      }
      return parse(lines.buffer(), lines.offset(), lines.length());
    }
  }

  /**
   * Reads a first line.
   *
   * @throws LaterFormatException a later version wrote it
   * @throws IOException it is none
   */
  static SegmentHead parse(byte[] line, int offset, int length) throws IOException {
    try (JsonParser json = Lines.JSON.createParser(line, offset, length)) {
      long first = 0;
      String kind = "";
      String key = "";
      String file = "";
      long bytes = 0;
      long checkpoints = 0;
      List<byte[]> roots = new ArrayList<>();
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "seq" -> first = json.getLongValue();
          case "kind" -> kind = json.getText();
          case "format" -> {
            if (json.getIntValue() > Lines.FORMAT) {
              throw new LaterFormatException(json.getIntValue());
            }
          }
          case "key" -> key = json.getText();
          case "tree" -> {
            while (json.nextToken() == JsonToken.VALUE_STRING) {
              roots.add(Base64.getDecoder().decode(json.getText()));
            }
          }
          case "previous" -> {
            while (value != JsonToken.END_OBJECT && json.nextToken() == JsonToken.FIELD_NAME) {
              String inner = json.currentName();
              json.nextToken();
              switch (inner) {
                case "file" -> file = json.getText();
                case "bytes" -> bytes = json.getLongValue();
                default -> checkpoints = json.getLongValue();
              }
            }
          }
          default -> json.skipChildren();
        }
      }
      if (!kind.equals(AuditRecord.Kind.SEGMENT.text) || first < 1) {
        throw new IOException("not the first line of a segment");
      }
      Tree.of(first - 1, roots); // throws where they do not fit
      return new SegmentHead(
          first, VerifierKey.parse(key), List.copyOf(roots), file, bytes, checkpoints);
    } catch (IllegalArgumentException e) {
      throw new IOException("not the first line of a segment", e);
    }
  }

  Tree tree() {
    return Tree.of(first - 1, roots);
  }
}
