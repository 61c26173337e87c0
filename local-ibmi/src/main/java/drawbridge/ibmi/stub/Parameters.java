package drawbridge.ibmi.stub;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A call as the program sees it: areas of bytes by reference, of fixed lengths. What it writes to
 * an area that is for output goes back to the client; other writes are lost. Positions and offsets
 * count from 0. Not thread-safe.
 */
public final class Parameters {
  private final Job job;
  private final Charset charset;
  private final byte[] @Nullable [] areas;

  Parameters(Job job, Charset charset, byte[] @Nullable [] areas) {
    this.job = job;
    this.charset = charset;
    this.areas = areas;
  }

  /** The job that calls. */
  public Job job() {
    return job;
  }

  /** The same areas without the first ones. */
  Parameters from(int first) {
    return new Parameters(job, charset, Arrays.copyOfRange(areas, first, areas.length));
  }

  public int count() {
    return areas.length;
  }

  /** Omitted (a null pointer). */
  public boolean isNull(int parameter) {
    return areas[parameter] == null;
  }

  /** The area itself; writing to it is how a program answers. */
  public byte[] bytes(int parameter) {
    byte[] area = areas[parameter];
    if (area == null) {
      throw HostError.of("MCH3601", 40, "Pointer not set for location referenced.");
    }
    return area;
  }

  private ByteBuffer buffer(int parameter) {
    return ByteBuffer.wrap(bytes(parameter));
  }

  /** Without trailing blanks. */
  public String text(int parameter, int offset, int length) {
    return new String(bytes(parameter), offset, length, charset).stripTrailing();
  }

  /** Cut or padded with blanks. */
  public void text(int parameter, int offset, int length, String value) {
    byte[] area = new Bytes().padded(value, length, charset).toArray();
    System.arraycopy(area, 0, bytes(parameter), offset, length);
  }

  public int int2(int parameter, int offset) {
    return buffer(parameter).getShort(offset);
  }

  public void int2(int parameter, int offset, int value) {
    buffer(parameter).putShort(offset, (short) value);
  }

  public int int4(int parameter, int offset) {
    return buffer(parameter).getInt(offset);
  }

  public void int4(int parameter, int offset, int value) {
    buffer(parameter).putInt(offset, value);
  }

  public long int8(int parameter, int offset) {
    return buffer(parameter).getLong(offset);
  }

  public void int8(int parameter, int offset, long value) {
    buffer(parameter).putLong(offset, value);
  }

  public double float8(int parameter, int offset) {
    return buffer(parameter).getDouble(offset);
  }

  public void float8(int parameter, int offset, double value) {
    buffer(parameter).putDouble(offset, value);
  }

  public BigDecimal packed(int parameter, int offset, int digits, int scale) {
    return Decimals.packed(bytes(parameter), offset, digits, scale);
  }

  public void packed(int parameter, int offset, int digits, int scale, BigDecimal value) {
    byte[] packed = Decimals.toPacked(value, digits, scale);
    System.arraycopy(packed, 0, bytes(parameter), offset, packed.length);
  }

  public BigDecimal zoned(int parameter, int offset, int digits, int scale) {
    return Decimals.zoned(bytes(parameter), offset, digits, scale);
  }

  public void zoned(int parameter, int offset, int digits, int scale, BigDecimal value) {
    byte[] zoned = Decimals.toZoned(value, digits, scale);
    System.arraycopy(zoned, 0, bytes(parameter), offset, zoned.length);
  }

  /** Blanks an area from here to its end. */
  public void blank(int parameter, int offset) {
    byte[] area = bytes(parameter);
    Arrays.fill(area, offset, area.length, (byte) 0x40);
  }

  /** Replaces a whole area, zeros behind, cut to its length. */
  public void put(int parameter, byte[] content) {
    byte[] area = bytes(parameter);
    Arrays.fill(area, (byte) 0);
    System.arraycopy(content, 0, area, 0, Math.min(area.length, content.length));
  }
}
