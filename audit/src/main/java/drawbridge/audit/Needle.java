package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Arrays;

/**
 * A text as its bytes stand in a record's line, to be looked for without reading the line as JSON:
 * most lines of a block that may hold it do not. Immutable. The search is Horspool's.
 */
final class Needle {
  private final byte[] bytes;
  private final int[] skips = new int[256];

  private Needle(byte[] bytes) {
    this.bytes = bytes;
    Arrays.fill(skips, Math.max(1, bytes.length));
    for (int i = 0; i < bytes.length - 1; i++) {
      skips[bytes[i] & 0xFF] = bytes.length - 1 - i;
    }
  }

  /** Of a text or a number that a field has. */
  static Needle of(String value) {
    if (value.chars().anyMatch(c -> Character.isSurrogate((char) c))) {
      return new Needle(new byte[0]); // there are two ways to write it, so any line may have it
    }
    return new Needle(
        new String(JsonStringEncoder.getInstance().quoteAsString(value)).getBytes(UTF_8));
  }

  /** False: no field of the line has the text. */
  boolean in(byte[] line, int offset, int length) {
    int last = bytes.length - 1;
    int end = offset + length;
    for (int at = offset + last; at < end; at += skips[line[at] & 0xFF]) {
      int i = 0;
      while (i <= last && line[at - i] == bytes[last - i]) {
        i++;
      }
      if (i > last) {
        return true;
      }
    }
    return bytes.length == 0;
  }
}
