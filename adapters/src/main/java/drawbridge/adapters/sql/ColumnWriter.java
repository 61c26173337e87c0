package drawbridge.adapters.sql;

import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Writes one column of the current row as JSON; docs/sql.md has the table of types. Nothing is
 * rounded or cut: what JSON has no form for is written as text.
 *
 * @param schema in the catalogue
 * @param numeric {@link Form} applies to it
 */
record ColumnWriter(Schema schema, boolean numeric, Step step) {

  /** Writes the value or null. */
  interface Step {
    void write(ResultSet rows, int column, Sink json) throws SQLException, IOException;
  }

  /** Digits that every reader's double holds exactly. */
  private static final int MOST_DIGITS = 15;

  /** Longer ones are declared only because some length had to be. */
  private static final int MOST_CHARACTERS = 1 << 20;

  private static final Pattern TIME_OF_DAY =
      Pattern.compile("([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?");

  void write(ResultSet rows, int column, Sink json) throws SQLException, IOException {
    step.write(rows, column, json);
  }

  static ColumnWriter of(
      int jdbcType, String typeName, int precision, int scale, Dialect dialect, Form form) {
    String name = typeName.toLowerCase(Locale.ROOT);
    return switch (name) {
      // Their JDBC types tell less than their names, or something else.
      case "json", "jsonb" -> plain(Type.STRING, ColumnWriter::json);
      case "uuid" -> plain(Type.UUID, ColumnWriter::text);
      case "money", "bit", "varbit" ->
          // MariaDB's driver calls bits of any number one bit, of which true says nothing.
          dialect == Dialect.POSTGRESQL
                  || (dialect == Dialect.MARIADB && name.equals("bit") && precision > 1)
              ? plain(Type.STRING, ColumnWriter::text)
              : byJdbcType(jdbcType, name, precision, scale, dialect, form);
      case "timestamptz" ->
          plain(Type.TIMESTAMP, objects(OffsetDateTime.class, t -> IsoText.of(utc(t))));
      // Oracle's and SQL Server's have JDBC types of their own.
      case "timestamp with time zone", "timestamp with local time zone", "datetimeoffset" ->
          plain(Type.TIMESTAMP, objects(OffsetDateTime.class, IsoText::of));
      case "binary_float" -> number(Type.DOUBLE, false, ColumnWriter::real);
      case "binary_double" -> number(Type.DOUBLE, false, ColumnWriter::doubled);
      case "timetz" -> plain(Type.TIME, objects(OffsetTime.class, IsoText::of));
      // Larger than the signed ones, which their JDBC types tell.
      case "bigint unsigned" -> number(Type.DECIMAL, true, ColumnWriter::text);
      case "int unsigned", "integer unsigned" ->
          number(
              Type.LONG,
              form == Form.TEXT,
              form == Form.TEXT ? ColumnWriter::longText : ColumnWriter::longNumber);
      case "decfloat" -> number(Type.DECIMAL, true, ColumnWriter::text);
      default -> byJdbcType(jdbcType, name, precision, scale, dialect, form);
    };
  }

  private static ColumnWriter byJdbcType(
      int jdbcType, String name, int precision, int scale, Dialect dialect, Form form) {
    return switch (jdbcType) {
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER ->
          number(
              Type.INTEGER,
              form == Form.TEXT,
              form == Form.TEXT ? ColumnWriter::longText : ColumnWriter::integer);
      case Types.BIGINT ->
          number(
              Type.LONG,
              form != Form.NUMBER,
              form == Form.NUMBER ? ColumnWriter::longNumber : ColumnWriter::longText);
      case Types.NUMERIC, Types.DECIMAL -> {
        boolean narrow =
            precision > 0 && precision <= MOST_DIGITS && scale >= 0 && scale <= precision;
        boolean number = form == Form.NUMBER || (form == Form.DECLARED && narrow);
        yield number(
            Type.DECIMAL, !number, number ? ColumnWriter::decimal : ColumnWriter::decimalText);
      }
      case Types.REAL ->
          number(
              Type.DOUBLE,
              form == Form.TEXT,
              form == Form.TEXT ? ColumnWriter::text : ColumnWriter::real);
      case Types.FLOAT, Types.DOUBLE ->
          number(
              Type.DOUBLE,
              form == Form.TEXT,
              form == Form.TEXT ? ColumnWriter::text : ColumnWriter::doubled);
      case Types.BOOLEAN, Types.BIT -> plain(Type.BOOLEAN, ColumnWriter::bool);
      case Types.DATE -> plain(Type.DATE, objects(LocalDate.class, IsoText::of, dialect));
      case Types.TIME ->
          plain(
              Type.TIME,
              dialect == Dialect.MARIADB
                  ? ColumnWriter::duration
                  : objects(LocalTime.class, IsoText::of));
      case Types.TIME_WITH_TIMEZONE -> plain(Type.TIME, objects(OffsetTime.class, IsoText::of));
      case Types.TIMESTAMP ->
          plain(Type.TIMESTAMP, objects(LocalDateTime.class, IsoText::of, dialect));
      case Types.TIMESTAMP_WITH_TIMEZONE ->
          plain(Type.TIMESTAMP, objects(OffsetDateTime.class, IsoText::of));
      case Types.BINARY, Types.VARBINARY -> plain(Type.BYTES, ColumnWriter::bytes);
      case Types.LONGVARBINARY, Types.BLOB -> plain(Type.BYTES, ColumnWriter::largeBytes);
      case Types.LONGVARCHAR, Types.LONGNVARCHAR, Types.CLOB, Types.NCLOB ->
          plain(Type.STRING, ColumnWriter::largeText);
      case Types.ARRAY -> plain(Type.STRING, ArrayWriter::write);
      case Types.CHAR, Types.VARCHAR, Types.NCHAR, Types.NVARCHAR ->
          new ColumnWriter(
              Schema.of(Type.STRING, true)
                  .atMost(precision > 0 && precision <= MOST_CHARACTERS ? precision : 0),
              false,
              dialect.utf8(name) ? ColumnWriter::utf8 : ColumnWriter::text);
      default -> plain(Type.STRING, dialect.utf8(name) ? ColumnWriter::utf8 : ColumnWriter::text);
    };
  }

  private static ColumnWriter plain(Type type, Step step) {
    return new ColumnWriter(Schema.of(type, true), false, step);
  }

  private static ColumnWriter number(Type type, boolean text, Step step) {
    Schema schema = Schema.of(type, true);
    return new ColumnWriter(text ? schema.asText(textPattern(type)) : schema, true, step);
  }

  /** Of a number that travels as text. */
  static String textPattern(Type type) {
    return switch (type) {
      case INTEGER, LONG -> "^-?[0-9]{1,19}$";
      case DECIMAL -> "^(-?[0-9]+(\\.[0-9]+)?|NaN|-?Infinity)$";
      default -> "";
    };
  }

  /** Turns a value into the text that stands for it. */
  private interface Text<T> {
    String of(T value);
  }

  private static <T> Step objects(Class<T> type, Text<T> text) {
    return (rows, column, json) -> {
      T value = rows.getObject(column, type);
      if (value == null) {
        json.writeNull();
      } else {
        json.writeString(text.of(value));
      }
    };
  }

  /** MariaDB's driver says null of its dates that are none, such as 0000-00-00. */
  private static <T> Step objects(Class<T> type, Text<T> text, Dialect dialect) {
    Step step = objects(type, text);
    return dialect != Dialect.MARIADB
        ? step
        : (rows, column, json) -> {
          if (rows.getObject(column, type) == null) {
            text(rows, column, json);
          } else {
            step.write(rows, column, json);
          }
        };
  }

  /** MariaDB's times are spans too, of up to 838 hours: beyond a day as it prints them. */
  private static void duration(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    String value = rows.getString(column);
    if (value == null) {
      json.writeNull();
    } else {
      json.writeString(
          TIME_OF_DAY.matcher(value).matches() ? IsoText.of(LocalTime.parse(value)) : value);
    }
  }

  private static OffsetDateTime utc(OffsetDateTime time) {
    return time.equals(OffsetDateTime.MAX) || time.equals(OffsetDateTime.MIN)
        ? time
        : time.withOffsetSameInstant(ZoneOffset.UTC);
  }

  private static void integer(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    int value = rows.getInt(column);
    if (value == 0 && rows.wasNull()) {
      json.writeNull();
    } else {
      json.writeNumber(value);
    }
  }

  private static void longNumber(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    long value = rows.getLong(column);
    if (value == 0 && rows.wasNull()) {
      json.writeNull();
    } else {
      json.writeNumber(value);
    }
  }

  private static void longText(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    long value = rows.getLong(column);
    if (value == 0 && rows.wasNull()) {
      json.writeNull();
    } else {
      json.writeString(Long.toString(value));
    }
  }

  private static void real(ResultSet rows, int column, Sink json) throws SQLException, IOException {
    float value = rows.getFloat(column);
    if (value == 0 && rows.wasNull()) {
      json.writeNull();
    } else {
      json.writeNumber(value);
    }
  }

  private static void doubled(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    double value = rows.getDouble(column);
    if (value == 0 && rows.wasNull()) {
      json.writeNull();
    } else {
      json.writeNumber(value);
    }
  }

  private static void decimal(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    switch (rows.getObject(column)) {
      case null -> json.writeNull();
      case BigDecimal value -> json.writeNumber(value.toPlainString());
      // NaN and the infinities, which PostgreSQL has for numeric too.
      case Object other -> json.writeString(other.toString());
    }
  }

  private static void decimalText(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    switch (rows.getObject(column)) {
      case null -> json.writeNull();
      case BigDecimal value -> json.writeString(value.toPlainString());
      case Object other -> json.writeString(other.toString());
    }
  }

  private static void bool(ResultSet rows, int column, Sink json) throws SQLException, IOException {
    boolean value = rows.getBoolean(column);
    if (!value && rows.wasNull()) {
      json.writeNull();
    } else {
      json.writeBoolean(value);
    }
  }

  private static void text(ResultSet rows, int column, Sink json) throws SQLException, IOException {
    String value = rows.getString(column);
    if (value == null) {
      json.writeNull();
    } else {
      json.writeString(value);
    }
  }

  private static void utf8(ResultSet rows, int column, Sink json) throws SQLException, IOException {
    byte[] value = rows.getBytes(column);
    if (value == null) {
      json.writeNull();
    } else {
      json.writeUTF8String(value, 0, value.length);
    }
  }

  private static void bytes(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    byte[] value = rows.getBytes(column);
    if (value == null) {
      json.writeNull();
    } else {
      json.writeBinary(value);
    }
  }

  /** Never whole in memory, as far as the driver can do without. */
  private static void largeBytes(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    try (InputStream value = rows.getBinaryStream(column)) {
      if (value == null) {
        json.writeNull();
      } else {
        json.writeBinary(value);
      }
    }
  }

  private static void largeText(ResultSet rows, int column, Sink json)
      throws SQLException, IOException {
    try (Reader value = rows.getCharacterStream(column)) {
      if (value == null) {
        json.writeNull();
      } else {
        json.writeString(value);
      }
    }
  }

  /** As it stands, but on one line: a line end between its tokens would break NDJSON. */
  private static void json(ResultSet rows, int column, Sink json) throws SQLException, IOException {
    String value = rows.getString(column);
    if (value == null) {
      json.writeNull();
    } else {
      json.writeRawValue(value.replace('\n', ' ').replace('\r', ' '));
    }
  }
}
