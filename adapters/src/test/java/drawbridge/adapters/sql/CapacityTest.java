package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;

/**
 * What columns keep by what drivers say of them, where no database of the tests has such columns;
 * {@link NothingLostTest} has the others.
 */
final class CapacityTest {
  private static String refusal(
      Dialect dialect, int type, String name, int precision, int scale, Object value) {
    return new Capacity(new Columns.Shape("c", type, name, precision, scale, true), dialect)
        .refusal(value);
  }

  private static String postgres(int precision, int scale, String value) {
    return refusal(
        Dialect.POSTGRESQL, Types.NUMERIC, "numeric", precision, scale, new BigDecimal(value));
  }

  @Test
  void scalesBeyondTheUsual() {
    // numeric(3,-2), told as the 11 bits of the catalogue, and numeric(2,5).
    assertEquals("", postgres(3, 2046, "12300"));
    assertEquals("", postgres(3, 2046, "-99900.0"));
    assertEquals("must end with 2 zeros", postgres(3, 2046, "12345"));
    assertEquals(
        "is out of range: it may have 3 digits, -2 after the point", postgres(3, 2046, "123400"));
    assertEquals("", postgres(2, 5, "0.00012"));
    assertEquals(
        "is out of range: it may have 2 digits, 5 after the point", postgres(2, 5, "0.00123"));
    assertEquals("", postgres(0, 0, "1e40"), "numeric without digits holds any");
  }

  @Test
  void sqlServersTimesAndSmallestIntegers() {
    LocalDateTime minute = LocalDateTime.of(2026, 1, 31, 13, 45);
    assertEquals("", server("datetime", 3, minute.plusNanos(997_000_000)));
    assertEquals(
        "must end with 0, 3 or 7 thousandths of a second",
        server("datetime", 3, minute.plusNanos(999_000_000)));
    assertEquals("", server("smalldatetime", 0, minute));
    assertEquals("must have no seconds", server("smalldatetime", 0, minute.plusSeconds(30)));
    assertEquals("", server("datetime2", 7, minute.plusNanos(100)));
    assertEquals(
        "has more than 7 digits after the second", server("datetime2", 7, minute.plusNanos(1)));
    OffsetDateTime zoned = OffsetDateTime.parse("2026-01-31T13:45:00+01:00");
    assertEquals("must have no offset, since the column keeps none", server("datetime2", 7, zoned));
    assertEquals("", server("datetimeoffset", 7, zoned));
    assertEquals("needs an offset, such as Z", server("datetimeoffset", 7, minute));
    assertEquals("", refusal(Dialect.SQLSERVER, Types.TINYINT, "tinyint", 3, 0, 255));
    assertEquals(
        "must be from 0 to 255", refusal(Dialect.SQLSERVER, Types.TINYINT, "tinyint", 3, 0, -1));
  }

  private static String server(String name, int scale, Object value) {
    return refusal(Dialect.SQLSERVER, Types.TIMESTAMP, name, 27, scale, value);
  }

  @Test
  void oraclesNumbersThatFloatAndItsEmptyText() {
    BigDecimal third = new BigDecimal("0.333333333");
    assertEquals("", refusal(Dialect.ORACLE, Types.NUMERIC, "NUMBER", 38, -127, third));
    assertEquals(
        "has more than 2 digits after the point",
        refusal(Dialect.ORACLE, Types.NUMERIC, "NUMBER", 10, 2, third));
    assertEquals(
        "must not be empty: the source would keep NULL",
        refusal(Dialect.ORACLE, Types.VARCHAR, "VARCHAR2", 10, 0, ""));
  }

  @Test
  void mariaDbsFixedTexts() {
    assertEquals("", refusal(Dialect.MARIADB, Types.CHAR, "CHAR", 4, 0, " ab"));
    assertEquals(
        "ends with spaces, which the column drops",
        refusal(Dialect.MARIADB, Types.CHAR, "CHAR", 4, 0, "ab "));
  }

  /** As a statement may have it, whose types nobody compares with the columns'. */
  @Test
  void valuesOfAnotherKindThanTheirColumn() {
    BigDecimal half = new BigDecimal("1.5");
    assertEquals("has more than 0 digits after the point", of(Types.INTEGER, "int4", 0, half));
    assertEquals("", of(Types.INTEGER, "int4", 0, new BigDecimal("2.0")));
    assertEquals("", of(Types.DOUBLE, "float8", 17, new BigDecimal("0.1")));
    assertEquals("has more digits than are kept", of(Types.REAL, "float4", 8, 16_777_217));
    assertEquals(
        "has more digits than are kept",
        of(Types.DOUBLE, "float8", 17, new BigDecimal("0.12345678901234567890")));
    assertEquals(
        "is out of the range of its type", of(Types.REAL, "float4", 8, new BigDecimal("1e39")));
    assertEquals(
        "has more than 2 digits after the point",
        of(Types.DOUBLE, "money", 0, new BigDecimal("1.555")));
    assertEquals("has more than 2 digits after the point", of(Types.NUMERIC, "numeric", 2, 1.555));
    assertEquals("must end with 2 zeros", of(Types.NUMERIC, "numeric", 2046, 12_345));
    LocalDateTime noon = LocalDateTime.of(2026, 1, 31, 12, 0, 0, 100);
    assertEquals("must have no time of day", of(Types.DATE, "date", 0, noon));
    assertEquals("", of(Types.DATE, "date", 0, noon.toLocalDate().atStartOfDay()));
    assertEquals("must be a time without a date", of(Types.TIME, "time", 6, noon));
    assertEquals("", of(Types.VARCHAR, "varchar", 0, noon));
    for (Object value : new Object[] {half, 1, 2L, 1.5, "", "x", noon, new byte[3]}) {
      assertEquals("", Capacity.UNKNOWN.refusal(value), value.toString());
    }
  }

  private static String of(int type, String name, int scale, Object value) {
    return refusal(Dialect.POSTGRESQL, type, name, 17, scale, value);
  }
}
