package drawbridge.ibmi.stub;

import java.nio.charset.Charset;
import java.util.Arrays;

/** Builds bytes, big endian. Not thread-safe. */
final class Bytes {
  private byte[] array = new byte[256];
  private int size;

  private Bytes room(int length) {
    if (size + length > array.length) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, size + length));
    }
    return this;
  }

  Bytes int1(int value) {
    room(1);
    array[size++] = (byte) value;
    return this;
  }

  Bytes int2(int value) {
    return int1(value >> 8).int1(value);
  }

  Bytes int4(int value) {
    return int2(value >>> 16).int2(value);
  }

  Bytes int8(long value) {
    return int4((int) (value >>> 32)).int4((int) value);
  }

  Bytes raw(byte[] bytes) {
    return raw(bytes, 0, bytes.length);
  }

  Bytes raw(byte[] bytes, int offset, int length) {
    room(length);
    System.arraycopy(bytes, offset, array, size, length);
    size += length;
    return this;
  }

  Bytes raw(Bytes other) {
    return raw(other.array, 0, other.size);
  }

  Bytes zeros(int count) {
    return fill(0, count);
  }

  Bytes fill(int value, int count) {
    room(count);
    Arrays.fill(array, size, size + count, (byte) value);
    size += count;
    return this;
  }

  Bytes ebcdic(String text) {
    return raw(text.getBytes(Ebcdic.CCSID_37));
  }

  /** Cut or padded with blanks to this many bytes. */
  Bytes padded(String text, int width) {
    return padded(text, width, Ebcdic.CCSID_37);
  }

  Bytes padded(String text, int width, Charset charset) {
    byte[] bytes = text.getBytes(charset);
    byte blank = " ".getBytes(charset)[0];
    raw(bytes, 0, Math.min(width, bytes.length));
    return fill(blank, Math.max(0, width - bytes.length));
  }

  /** LL, CP, data. */
  Bytes field(int codePoint, byte[] data) {
    return int4(6 + data.length).int2(codePoint).raw(data);
  }

  Bytes field(int codePoint, Bytes data) {
    return int4(6 + data.size).int2(codePoint).raw(data);
  }

  /** A length of 4 bytes that does not count itself, then the bytes. */
  Bytes counted(byte[] bytes) {
    return int4(bytes.length).raw(bytes);
  }

  Bytes counted(String text) {
    return counted(text.getBytes(Ebcdic.CCSID_37));
  }

  int size() {
    return size;
  }

  byte[] toArray() {
    return Arrays.copyOf(array, size);
  }
}
