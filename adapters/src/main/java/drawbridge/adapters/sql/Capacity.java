package drawbridge.adapters.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.util.Locale;

/**
 * What one column of a table keeps as it is given; immutable. Databases round numbers and cut
 * fractions of seconds without a word when they store them, so it is compared before.
 */
record Capacity(Columns.Shape shape, Dialect dialect) {
  /** Of a column that nobody knows: keeps everything. */
  static final Capacity UNKNOWN =
      new Capacity(
          new Columns.Shape("", Types.LONGVARCHAR, "", 0, Integer.MAX_VALUE, true), Dialect.OTHER);

  /** Longer ones are declared only because some length had to be. */
  private static final int MOST = 1 << 20;

  /**
   * Why the column would keep something else than this value, as a sentence goes on behind the
   * column's name; empty: it keeps it, or the database itself says where it doesn't.
   */
  String refusal(Object value) {
    return switch (value) {
      case BigDecimal number -> decimal(number);
      case Integer number -> integer(number);
      case Long number -> integer(number);
      case Double number -> floating(number);
      case String text -> text(text);
      case byte[] bytes -> bytes(bytes.length);
      case LocalTime time -> characters() ? "" : seconds(time);
      case LocalDateTime time -> characters() ? "" : moment(time, false);
      case OffsetDateTime time -> characters() ? "" : moment(time, true);
      default -> "";
    };
  }

  /** Takes whatever is written out. */
  private boolean characters() {
    return switch (shape.jdbcType()) {
      case Types.CHAR,
          Types.VARCHAR,
          Types.LONGVARCHAR,
          Types.NCHAR,
          Types.NVARCHAR,
          Types.LONGNVARCHAR,
          Types.CLOB,
          Types.NCLOB ->
          true;
      default -> false;
    };
  }

  private String type() {
    return shape.typeName().toLowerCase(Locale.ROOT);
  }

  private String decimal(BigDecimal number) {
    if (type().equals("decfloat")) {
      boolean longer =
          shape.precision() > 0 && number.stripTrailingZeros().precision() > shape.precision();
      return longer ? "has more than " + shape.precision() + " digits" : "";
    }
    return switch (shape.jdbcType()) {
      case Types.BIGINT, Types.INTEGER, Types.SMALLINT, Types.TINYINT -> exact(number, 20, 0);
      case Types.NUMERIC, Types.DECIMAL -> exact(number, shape.precision(), scale());
      case Types.REAL -> nearest(number, Float.toString(number.floatValue()));
      case Types.DOUBLE, Types.FLOAT ->
          // PostgreSQL's driver calls it a double.
          type().equals("money")
              ? exact(number, 19, 2)
              : nearest(number, Double.toString(number.doubleValue()));
      default -> "";
    };
  }

  private static String nearest(BigDecimal number, String kept) {
    return kept.endsWith("Infinity")
        ? "is out of the range of its type"
        : new BigDecimal(kept).compareTo(number) != 0 ? "has more digits than are kept" : "";
  }

  private String integer(long number) {
    return switch (shape.jdbcType()) {
      case Types.NUMERIC, Types.DECIMAL, Types.REAL, Types.DOUBLE, Types.FLOAT ->
          decimal(BigDecimal.valueOf(number));
      default -> whole(number);
    };
  }

  /** PostgreSQL's driver tells negative scales as the 11 bits that stand in the catalogue. */
  private int scale() {
    boolean negative = dialect == Dialect.POSTGRESQL && shape.scale() > 1_000;
    return negative ? shape.scale() - 2_048 : shape.scale();
  }

  private String exact(BigDecimal number, int precision, int scale) {
    // Oracle's numbers without a scale float, and have none here.
    if (precision <= 0 || (dialect == Dialect.ORACLE && scale == -127)) {
      return "";
    }
    BigDecimal plain = number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    if (number.signum() != 0 && plain.scale() > scale) {
      return scale >= 0
          ? "has more than " + scale + " digits after the point"
          : "must end with " + -scale + " zeros";
    }
    if (number.signum() != 0 && plain.setScale(scale).precision() > precision) {
      return "is out of range: it may have " + precision + " digits, " + scale + " after the point";
    }
    return unsigned(number.signum());
  }

  private String unsigned(int sign) {
    return sign < 0 && type().endsWith("unsigned") ? "must not be negative" : "";
  }

  private String whole(long number) {
    boolean unsigned = type().endsWith("unsigned");
    int bits =
        type().startsWith("mediumint")
            ? 24
            : switch (shape.jdbcType()) {
              case Types.TINYINT -> 8;
              case Types.SMALLINT -> type().startsWith("tinyint") ? 8 : 16;
              case Types.INTEGER -> narrow();
              case Types.BIGINT -> unsigned && type().startsWith("int") ? 32 : 64;
              default -> 64;
            };
    // SQL Server's smallest integers have no sign, and no word for it.
    unsigned |= bits == 8 && dialect == Dialect.SQLSERVER;
    if (bits == 64) {
      return unsigned(Long.signum(number));
    }
    BigInteger range = BigInteger.TWO.pow(bits - (unsigned ? 0 : 1));
    long least = unsigned ? 0 : range.negate().longValueExact();
    long most = range.subtract(BigInteger.ONE).longValueExact();
    return number < least || number > most ? "must be from " + least + " to " + most : "";
  }

  /** Some drivers say integer of all that fits into one. */
  private int narrow() {
    return type().startsWith("tinyint") ? 8 : type().startsWith("smallint") ? 16 : 32;
  }

  private String floating(double number) {
    switch (shape.jdbcType()) {
      case Types.NUMERIC, Types.DECIMAL, Types.BIGINT, Types.INTEGER, Types.SMALLINT -> {
        return decimal(new BigDecimal(Double.toString(number)));
      }
      default -> {}
    }
    if (dialect == Dialect.MARIADB && shape.scale() < 31) {
      // float(7,2) and the like, which are rounded as decimals are.
      String refusal = exact(new BigDecimal(Double.toString(number)), 255, shape.scale());
      if (!refusal.isEmpty()) {
        return refusal;
      }
    }
    if (shape.jdbcType() == Types.REAL || type().startsWith("float unsigned")) {
      float narrow = (float) number;
      if (Float.isInfinite(narrow)) {
        return "is out of the range of its type";
      }
      if (Double.parseDouble(Float.toString(narrow)) != number) {
        return "has more digits than the 7 or so that are kept";
      }
    }
    return unsigned((int) Math.signum(number));
  }

  private String text(String text) {
    boolean units = dialect == Dialect.H2 || dialect == Dialect.SQLSERVER;
    int length = units ? text.length() : text.codePointCount(0, text.length());
    if (dialect == Dialect.ORACLE && text.isEmpty()) {
      return "must not be empty: the source would keep NULL";
    }
    if (dialect == Dialect.MARIADB) {
      if (type().equals("char") && text.endsWith(" ")) {
        return "ends with spaces, which the column drops";
      }
      // These count bytes, of which a character is one at least.
      int bytes = type().equals("tinytext") ? 255 : type().equals("text") ? 65_535 : 0;
      if (bytes > 0) {
        return length > bytes ? "is longer than " + bytes + " bytes" : "";
      }
    }
    return switch (shape.jdbcType()) {
      case Types.CHAR, Types.VARCHAR, Types.NCHAR, Types.NVARCHAR ->
          bounded() && length > shape.precision()
              ? "is longer than " + shape.precision() + " characters"
              : "";
      default -> "";
    };
  }

  private boolean bounded() {
    return shape.precision() > 0 && shape.precision() < MOST;
  }

  private String bytes(int length) {
    // Filled up with zeros, which would be a part of the value.
    boolean filled = type().equals("binary") || shape.jdbcType() == Types.BINARY;
    if (!bounded() || (!filled && shape.jdbcType() != Types.VARBINARY)) {
      return "";
    }
    if (filled && length != shape.precision()) {
      return "must have " + shape.precision() + " bytes";
    }
    return length > shape.precision() ? "is longer than " + shape.precision() + " bytes" : "";
  }

  /** A column of another kind than the value's keeps a part of it. */
  private String moment(Temporal time, boolean offset) {
    if (shape.jdbcType() == Types.DATE) {
      return time.get(ChronoField.SECOND_OF_DAY) == 0 && time.get(ChronoField.NANO_OF_SECOND) == 0
          ? ""
          : "must have no time of day";
    }
    if (shape.jdbcType() == Types.TIME || shape.jdbcType() == Types.TIME_WITH_TIMEZONE) {
      return "must be a time without a date";
    }
    boolean zoned = Position.zoned(shape);
    if (zoned != offset) {
      return zoned
          ? "needs an offset, such as Z"
          : "must have no offset, since the column keeps none";
    }
    String refusal = seconds(time);
    if (!refusal.isEmpty() || dialect != Dialect.SQLSERVER) {
      return refusal;
    }
    // Three-hundredths of a second, written with three digits; and whole minutes.
    int last = time.get(ChronoField.MILLI_OF_SECOND) % 10;
    return type().equals("datetime") && last != 0 && last != 3 && last != 7
        ? "must end with 0, 3 or 7 thousandths of a second"
        : type().equals("smalldatetime") && time.get(ChronoField.SECOND_OF_MINUTE) != 0
            ? "must have no seconds"
            : "";
  }

  private String seconds(Temporal time) {
    if (dialect == Dialect.OTHER) {
      return "";
    }
    int digits = Math.min(shape.scale(), dialect.secondDigits());
    return Dialect.finer(time.get(ChronoField.NANO_OF_SECOND), digits)
        ? "has more than " + digits + " digits after the second"
        : "";
  }
}
