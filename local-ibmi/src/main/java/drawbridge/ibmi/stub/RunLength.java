package drawbridge.ibmi.stub;

import drawbridge.ibmi.stub.Frame.BadFrame;
import java.util.Arrays;

/**
 * The compression of parameters and of database requests: {@code 1B 1B} is one byte 1B, {@code 1B a
 * b n n} is the pair {@code a b}, n times; every other byte is itself.
 */
final class RunLength {
  private static final byte ESCAPE = 0x1B;

  private RunLength() {}

  /** Exactly {@code expanded} bytes; zeros where the input ends early. */
  static byte[] expand(byte[] in, int offset, int length, int expanded) throws BadFrame {
    if (expanded < 0 || expanded > Frame.LONGEST) {
      throw new BadFrame("would expand to " + expanded + " bytes");
    }
    byte[] out = new byte[expanded];
    int end = offset + length;
    int at = 0;
    for (int i = offset; i < end; ) {
      if (in[i] != ESCAPE) {
        at = put(out, at, in[i]);
        i++;
      } else if (i + 1 < end && in[i + 1] == ESCAPE) {
        at = put(out, at, ESCAPE);
        i += 2;
      } else if (i + 4 < end) {
        int count = (in[i + 3] & 0xFF) << 8 | in[i + 4] & 0xFF;
        for (int k = 0; k < count; k++) {
          at = put(out, at, in[i + 1]);
          at = put(out, at, in[i + 2]);
        }
        i += 5;
      } else {
        throw new BadFrame("run-length data ends within a run");
      }
    }
    return out;
  }

  /** Pairs that repeat are folded; null where that saves nothing. */
  static byte @org.jspecify.annotations.Nullable [] compress(byte[] in) {
    Bytes out = new Bytes();
    for (int i = 0; i < in.length; ) {
      int pairs = 1;
      while (pairs < 0xFFFF
          && i + 2 * pairs + 1 < in.length
          && in[i + 2 * pairs] == in[i]
          && in[i + 2 * pairs + 1] == in[i + 1]) {
        pairs++;
      }
      // An escape as the pair's first byte would read as a literal.
      if (pairs > 2 && in[i] != ESCAPE) {
        out.int1(ESCAPE).int1(in[i]).int1(in[i + 1]).int2(pairs);
        i += 2 * pairs;
      } else {
        if (in[i] == ESCAPE) {
          out.int1(ESCAPE);
        }
        out.int1(in[i]);
        i++;
      }
    }
    return out.size() < in.length ? Arrays.copyOf(out.toArray(), out.size()) : null;
  }

  private static int put(byte[] out, int at, byte value) throws BadFrame {
    if (at == out.length) {
      throw new BadFrame("run-length data holds more than the " + out.length + " bytes announced");
    }
    out[at] = value;
    return at + 1;
  }
}
