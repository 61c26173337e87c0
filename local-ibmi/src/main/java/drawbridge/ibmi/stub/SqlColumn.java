package drawbridge.ibmi.stub;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A column or a parameter as the database server describes and carries it.
 *
 * @param type Db2's number, one more where null is allowed
 * @param length in the row, in bytes
 * @param scale of a decimal; for characters, their number
 * @param usage F0 input, F1 output, F2 both
 * @param locator of a parameter that is a large object; 0: none
 */
record SqlColumn(
    String name,
    int type,
    int length,
    int scale,
    int precision,
    int ccsid,
    int usage,
    int locator) {
  static final int DATE = 384;
  static final int TIME = 388;
  static final int TIMESTAMP = 392;
  static final int VARCHAR = 448;
  static final int CHAR = 452;
  static final int LONG_VARCHAR = 456;
  static final int VARGRAPHIC = 464;
  static final int FLOAT = 480;
  static final int PACKED = 484;
  static final int ZONED = 488;
  static final int BIGINT = 492;
  static final int INTEGER = 496;
  static final int SMALLINT = 500;
  static final int VARBINARY = 908;
  static final int BINARY = 912;
  static final int BLOB = 960;
  static final int CLOB = 964;
  static final int BOOLEAN = 2436;

  static final int INPUT = 0xF0;

  /** Of a row; a longer column is a large object. */
  private static final int LONGEST = 32_740;

  private static final int MOST_DIGITS = 63;
  private static final int LARGEST_OBJECT = 16 << 20;

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd-HH.mm.ss.SSSSSS");

  /** From a type of {@link Types}; what Db2 has no type for becomes text. */
  static SqlColumn of(
      String name, int jdbc, int precision, int scale, boolean nullable, int ccsid, int usage) {
    int odd = nullable ? 1 : 0;
    int characters = Math.clamp(precision, 1, LONGEST);
    return switch (jdbc) {
      case Types.SMALLINT, Types.TINYINT -> fixed(name, SMALLINT + odd, 2, 0, 4, usage);
      case Types.INTEGER -> fixed(name, INTEGER + odd, 4, 0, 9, usage);
      case Types.BIGINT -> fixed(name, BIGINT + odd, 8, 0, 19, usage);
      case Types.DECIMAL, Types.NUMERIC -> decimal(name, jdbc, precision, scale, odd, usage);
      case Types.REAL -> fixed(name, FLOAT + odd, 4, 0, 24, usage);
      case Types.DOUBLE, Types.FLOAT -> fixed(name, FLOAT + odd, 8, 0, 53, usage);
      case Types.DATE -> new SqlColumn(name, DATE + odd, 10, 10, 0, ccsid, usage, 0);
      case Types.TIME -> new SqlColumn(name, TIME + odd, 8, 8, 0, ccsid, usage, 0);
      case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE ->
          new SqlColumn(name, TIMESTAMP + odd, 26, 26, 6, ccsid, usage, 0);
      case Types.CHAR ->
          new SqlColumn(name, CHAR + odd, characters, characters, 0, ccsid, usage, 0);
      case Types.BINARY ->
          new SqlColumn(name, BINARY + odd, characters, characters, 0, 65_535, usage, 0);
      case Types.VARBINARY, Types.LONGVARBINARY ->
          new SqlColumn(name, VARBINARY + odd, characters + 2, characters, 0, 65_535, usage, 0);
      case Types.BOOLEAN, Types.BIT -> fixed(name, BOOLEAN + odd, 1, 0, 0, usage);
      case Types.BLOB -> new SqlColumn(name, BLOB + odd, 4, 0, 0, 65_535, usage, 0);
      case Types.CLOB, Types.NCLOB -> new SqlColumn(name, CLOB + odd, 4, 0, 0, ccsid, usage, 0);
      default -> new SqlColumn(name, VARCHAR + odd, characters + 2, characters, 0, ccsid, usage, 0);
    };
  }

  private static SqlColumn fixed(
      String name, int type, int length, int scale, int precision, int usage) {
    return new SqlColumn(name, type, length, scale, precision, 0, usage, 0);
  }

  /** Of H2's two equal types the first stands for packed, the second for zoned. */
  private static SqlColumn decimal(
      String name, int jdbc, int precision, int scale, int odd, int usage) {
    int digits = Math.clamp(precision, 1, MOST_DIGITS);
    int kept = Math.clamp(scale, 0, precision > MOST_DIGITS ? 31 : digits);
    return jdbc == Types.DECIMAL || precision > MOST_DIGITS
        ? fixed(name, PACKED + odd, Decimals.packedLength(digits), kept, digits, usage)
        : fixed(name, ZONED + odd, digits, kept, digits, usage);
  }

  /** False: an expression, which goes by its number. */
  private boolean isNamed() {
    return !Character.isDigit(name.charAt(0));
  }

  SqlColumn withLocator(int number) {
    return new SqlColumn(name, type, length, scale, precision, ccsid, usage, number);
  }

  int kind() {
    return type & ~1;
  }

  boolean isLarge() {
    return kind() == BLOB || kind() == CLOB;
  }

  /** Takes only its own length where rows are compressed. */
  boolean varies() {
    return kind() == VARCHAR || kind() == VARBINARY || kind() == VARGRAPHIC;
  }

  Charset charset() {
    return Ebcdic.near(ccsid);
  }

  /** A head of 16 bytes, 48 bytes a column, then the names. */
  static Bytes format(List<SqlColumn> columns, boolean parameters, int nameCcsid) {
    Bytes bytes =
        new Bytes()
            .int4(0)
            .int4(columns.size())
            .int4(parameters ? 0 : 0x0300FF00)
            .int4(columns.stream().mapToInt(SqlColumn::length).sum());
    int names = 48 * columns.size();
    for (int i = 0; i < columns.size(); i++) {
      SqlColumn c = columns.get(i);
      int length = 8 + c.name.length();
      bytes
          .int2(48)
          .int2(c.type)
          .int4(c.length)
          .int2(c.scale)
          .int2(c.precision)
          .int2(c.ccsid)
          .int1(c.usage)
          .int2(0)
          .int4(c.locator)
          .zeros(5)
          .int4(c.isLarge() ? LARGEST_OBJECT : 0)
          .int2(0)
          .int4(names - 48 * i)
          .int4(length)
          .zeros(8);
      names += length;
    }
    for (SqlColumn column : columns) {
      bytes
          .int4(8 + column.name.length())
          .int2(0x3840)
          .int2(parameters ? 0 : column.isNamed() ? nameCcsid : 65_535)
          .ebcdic(column.name);
    }
    return bytes;
  }

  /** What a client says of the parameters that it sends: 64 bytes each. */
  static SqlColumn read(Frame format, int at) throws Frame.BadFrame {
    return new SqlColumn(
        "",
        format.int2(at + 2),
        format.int4(at + 4),
        format.int2(at + 8),
        format.int2(at + 10),
        format.int2(at + 12),
        INPUT,
        0);
  }

  /** How many bytes a value takes at this place. */
  int size(Frame data, int at, boolean compressed) throws Frame.BadFrame {
    if (!compressed || !varies()) {
      return length;
    }
    return 2 + (kind() == VARGRAPHIC ? 2 : 1) * data.int2(at);
  }

  /** What a client has sent, as JDBC has it; large objects are looked up by the caller. */
  Object value(Frame data, int at) throws Frame.BadFrame, SQLException {
    return switch (kind()) {
      case SMALLINT -> (short) data.int2(at);
      case INTEGER, BLOB, CLOB -> data.int4(at);
      case BIGINT -> data.int8(at);
      case FLOAT ->
          length == 4
              ? (Object) Float.intBitsToFloat(data.int4(at))
              : Double.longBitsToDouble(data.int8(at));
      case PACKED -> Decimals.packed(data.slice(at, length), 0, precision, scale);
      case ZONED -> Decimals.zoned(data.slice(at, length), 0, precision, scale);
      case VARCHAR, LONG_VARCHAR -> data.text(at + 2, data.int2(at), charset());
      case VARGRAPHIC -> data.text(at + 2, 2 * data.int2(at), Ebcdic.near(1200));
      case CHAR -> data.text(at, length, charset()).stripTrailing();
      case DATE -> Date.valueOf(data.text(at, 10, charset()));
      case TIME -> Time.valueOf(data.text(at, 8, charset()).replace('.', ':'));
      case TIMESTAMP -> {
        String text = data.text(at, length, charset());
        yield Timestamp.valueOf(
            text.substring(0, 10)
                + " "
                + text.substring(11, 19).replace('.', ':')
                + text.substring(19));
      }
      case VARBINARY -> data.slice(at + 2, data.int2(at));
      case BINARY -> data.slice(at, length);
      case BOOLEAN -> data.int1(at) == 0xF1;
      default -> throw new SQLException("parameter type " + type + " is not simulated", "42704");
    };
  }

  /** Into a row; a large object is its locator. */
  void write(Bytes row, @Nullable Object value, boolean compressed) {
    if (value == null) {
      row.zeros(compressed && varies() ? 2 : length);
      return;
    }
    switch (kind()) {
      case SMALLINT -> row.int2(((Number) value).intValue());
      case INTEGER, BLOB, CLOB -> row.int4(((Number) value).intValue());
      case BIGINT -> row.int8(((Number) value).longValue());
      case FLOAT -> {
        if (length == 4) {
          row.int4(Float.floatToIntBits(((Number) value).floatValue()));
        } else {
          row.int8(Double.doubleToLongBits(((Number) value).doubleValue()));
        }
      }
      case PACKED -> row.raw(Decimals.toPacked(decimal(value), precision, scale));
      case ZONED -> row.raw(Decimals.toZoned(decimal(value), precision, scale));
      case VARBINARY -> varying(row, (byte[]) value, compressed);
      case BINARY -> {
        byte[] bytes = ByteBuffer.allocate(length).put((byte[]) value).array();
        row.raw(bytes);
      }
      case CHAR -> row.padded(value.toString(), length, charset());
      case DATE -> row.padded(value.toString(), 10, charset());
      case TIME -> row.padded(value.toString().replace(':', '.'), 8, charset());
      case TIMESTAMP ->
          row.padded(((Timestamp) value).toLocalDateTime().format(STAMP), 26, charset());
      case BOOLEAN -> row.int1((Boolean) value ? 0xF1 : 0xF0);
      default -> varying(row, value.toString().getBytes(charset()), compressed);
    }
  }

  private BigDecimal decimal(Object value) {
    return new BigDecimal(value.toString()).setScale(scale, RoundingMode.DOWN);
  }

  private void varying(Bytes row, byte[] bytes, boolean compressed) {
    int kept = Math.min(bytes.length, length - 2);
    row.int2(kept).raw(bytes, 0, kept);
    if (!compressed) {
      row.zeros(length - 2 - kept);
    }
  }
}
