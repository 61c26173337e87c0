package drawbridge.ibmi.stub;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * One data stream of a host server, big endian: a header of 20 bytes, a template whose length the
 * header names, then fields of LL (4 bytes, counting itself), CP (2 bytes) and data.
 *
 * <pre>
 *  0 length 4 | 4 header id 2 | 6 server id 2 | 8 CS instance 4 | 12 correlation 4
 * 16 template length 2 | 18 request or reply id 2 | 20 template …
 * </pre>
 *
 * Reading beyond the end is a {@link BadFrame}, which ends the connection.
 */
final class Frame {
  static final int HEADER = 20;

  /** Longer ones are refused: nothing that a client sends here comes near. */
  static final int LONGEST = 32 << 20;

  private final byte[] bytes;

  Frame(byte[] bytes) {
    this.bytes = bytes;
  }

  /** What no client should send; the connection is of no use after it. */
  static final class BadFrame extends IOException {
    BadFrame(String message) {
      super(message);
    }
  }

  /** The next one; empty where the client has closed the connection between two. */
  static Optional<Frame> read(DataInputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    byte[] header = new byte[HEADER];
    header[0] = (byte) first;
    in.readFully(header, 1, HEADER - 1);
    int length = new Frame(header).int4(0);
    if (header[6] != (byte) 0xE0 || length < HEADER || length > LONGEST) {
      throw new BadFrame("not a data stream: " + HexFormat.of().formatHex(header));
    }
    byte[] all = Arrays.copyOf(header, length);
    in.readFully(all, HEADER, length - HEADER);
    return Optional.of(new Frame(all));
  }

  int length() {
    return bytes.length;
  }

  int int1(int offset) throws BadFrame {
    return bytes[within(offset, 1)] & 0xFF;
  }

  int int2(int offset) throws BadFrame {
    within(offset, 2);
    return int1(offset) << 8 | int1(offset + 1);
  }

  int int4(int offset) throws BadFrame {
    within(offset, 4);
    return int2(offset) << 16 | int2(offset + 2);
  }

  long int8(int offset) throws BadFrame {
    return (long) int4(offset) << 32 | int4(offset + 4) & 0xFFFF_FFFFL;
  }

  byte[] slice(int offset, int length) throws BadFrame {
    within(offset, length);
    return Arrays.copyOfRange(bytes, offset, offset + length);
  }

  String text(int offset, int length, Charset charset) throws BadFrame {
    within(offset, length);
    return new String(bytes, offset, length, charset);
  }

  /** A name of up to 10 characters, padded with blanks. */
  String name(int offset) throws BadFrame {
    return text(offset, 10, Ebcdic.CCSID_37).strip();
  }

  private int within(int offset, int length) throws BadFrame {
    if (offset < 0 || length < 0 || offset > bytes.length - length) {
      throw new BadFrame(
          length + " bytes at " + offset + " of a data stream of " + bytes.length + " bytes");
    }
    return offset;
  }

  int headerId() throws BadFrame {
    return int2(4);
  }

  int request() throws BadFrame {
    return int2(18);
  }

  int templateLength() throws BadFrame {
    return int2(16);
  }

  /** Offset of the LL of the first field with this code point; -1: there is none. */
  int find(int codePoint) throws BadFrame {
    for (int at = HEADER + templateLength(); at + 6 <= bytes.length; at += Math.max(6, int4(at))) {
      if (int2(at + 4) == codePoint) {
        return at;
      }
    }
    return -1;
  }

  /** The data of that field, without LL and CP. */
  Optional<byte[]> field(int codePoint) throws BadFrame {
    int at = find(codePoint);
    return at < 0 ? Optional.empty() : Optional.of(slice(at + 6, int4(at) - 6));
  }

  byte[] required(int codePoint) throws BadFrame {
    Optional<byte[]> field = field(codePoint);
    if (field.isEmpty()) {
      throw new BadFrame("no field " + Integer.toHexString(codePoint));
    }
    return field.get();
  }

  /** An answer with this one's server id, CS instance and correlation. */
  byte[] reply(int id, int headerId, int templateLength, Bytes body) throws BadFrame {
    return new Bytes()
        .int4(HEADER + body.size())
        .int2(headerId)
        .int2(int2(6))
        .int4(int4(8))
        .int4(int4(12))
        .int2(templateLength)
        .int2(id)
        .raw(body)
        .toArray();
  }

  byte[] reply(int id, int templateLength, Bytes body) throws BadFrame {
    return reply(id, 0, templateLength, body);
  }
}
