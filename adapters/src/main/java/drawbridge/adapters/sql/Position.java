package drawbridge.adapters.sql;

import drawbridge.adapters.Type;
import drawbridge.adapters.sql.Sql.Bound;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ended; what a page token holds, sealed. Immutable.
 *
 * @param list says which list it is a position in
 * @param left rows that the caller still wants; negative: all
 * @param keys of the last row
 */
record Position(String list, long left, List<Bound> keys) {
  private static final int VERSION = 1;

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeUTF(list);
      out.writeLong(left);
      out.writeByte(keys.size());
      for (Bound key : keys) {
        out.writeUTF(key.type().name());
        out.writeBoolean(key.value() != null);
        if (key.value() != null) {
          out.writeUTF(text(key.value()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static String text(Object value) {
    return switch (value) {
      case BigDecimal number -> number.toPlainString();
      case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
      default -> value.toString();
    };
  }

  /**
   * The position in an opened token.
   *
   * @throws IOException it was sealed by another version
   */
  static Position of(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readByte() != VERSION) {
      throw new IOException("another version");
    }
    String list = in.readUTF();
    long left = in.readLong();
    int count = in.readByte();
    List<Bound> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Type type = Type.valueOf(in.readUTF());
      keys.add(new Bound(type, in.readBoolean() ? value(type, in.readUTF()) : null));
    }
    return new Position(list, left, keys);
  }

  private static Object value(Type type, String text) {
    return switch (type) {
      case STRING, OBJECT -> text;
      case INTEGER, LONG -> Long.valueOf(text);
      case DECIMAL -> new BigDecimal(text);
      case DOUBLE -> Double.valueOf(text);
      case BOOLEAN -> Boolean.valueOf(text);
      case DATE -> LocalDate.parse(text);
      case TIME -> text.matches(".*[Z+-].*") ? OffsetTime.parse(text) : LocalTime.parse(text);
      case TIMESTAMP ->
          text.matches(".*T.*[Z+-].*") ? OffsetDateTime.parse(text) : LocalDateTime.parse(text);
      case UUID -> UUID.fromString(text);
      case BYTES -> Base64.getDecoder().decode(text);
    };
  }

  boolean of(List<Keyset.Key> order, String otherList) {
    return keys.size() == order.size() && list.equals(otherList);
  }

  /** The value of a key column of the current row, such that it can be compared with. */
  static Bound read(ResultSet rows, int column, Type type, Columns.Shape shape)
      throws SQLException {
    Object value =
        switch (type) {
          case STRING, OBJECT -> text(rows.getString(column), shape);
          case INTEGER, LONG -> rows.getLong(column);
          case DECIMAL -> rows.getBigDecimal(column);
          case DOUBLE -> rows.getDouble(column);
          case BOOLEAN -> rows.getBoolean(column);
          case DATE -> rows.getObject(column, LocalDate.class);
          case TIME ->
              zoned(shape)
                  ? rows.getObject(column, OffsetTime.class)
                  : rows.getObject(column, LocalTime.class);
          case TIMESTAMP ->
              zoned(shape)
                  ? rows.getObject(column, OffsetDateTime.class)
                  : rows.getObject(column, LocalDateTime.class);
          case UUID -> uuid(rows.getString(column));
          case BYTES -> rows.getBytes(column);
        };
    return new Bound(type, rows.wasNull() ? null : value);
  }

  private static @Nullable UUID uuid(@Nullable String text) {
    return text == null ? null : UUID.fromString(text);
  }

  /** Blanks that fill a column up are not compared, and in a parameter they would be. */
  private static @Nullable String text(@Nullable String value, Columns.Shape shape) {
    boolean filled = shape.jdbcType() == Types.CHAR || shape.jdbcType() == Types.NCHAR;
    return value == null || !filled ? value : value.stripTrailing();
  }

  static boolean zoned(Columns.Shape shape) {
    String name = shape.typeName().toLowerCase(Locale.ROOT);
    return shape.jdbcType() == Types.TIMESTAMP_WITH_TIMEZONE
        || shape.jdbcType() == Types.TIME_WITH_TIMEZONE
        || name.equals("timestamptz")
        || name.equals("timetz")
        || name.equals("datetimeoffset")
        || name.startsWith("timestamp with ");
  }
}
