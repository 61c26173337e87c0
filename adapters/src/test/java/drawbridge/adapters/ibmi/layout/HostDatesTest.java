package drawbridge.adapters.ibmi.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.ibm.as400.access.AS400Date;
import com.ibm.as400.access.AS400Time;
import com.ibm.as400.access.AS400Timestamp;
import drawbridge.adapters.ibmi.layout.HostDates.DateForm;
import drawbridge.adapters.ibmi.layout.HostDates.TimeForm;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Map;
import java.util.Objects;
import java.util.TimeZone;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Dates in all forms of PCML, beside JTOpen's own encoders. */
final class HostDatesTest {
  private static final Map<String, Integer> DATES =
      Map.ofEntries(
          Map.entry("ISO", AS400Date.FORMAT_ISO),
          Map.entry("USA", AS400Date.FORMAT_USA),
          Map.entry("EUR", AS400Date.FORMAT_EUR),
          Map.entry("JIS", AS400Date.FORMAT_JIS),
          Map.entry("MDY", AS400Date.FORMAT_MDY),
          Map.entry("DMY", AS400Date.FORMAT_DMY),
          Map.entry("YMD", AS400Date.FORMAT_YMD),
          Map.entry("CMDY", AS400Date.FORMAT_CMDY),
          Map.entry("CDMY", AS400Date.FORMAT_CDMY),
          Map.entry("CYMD", AS400Date.FORMAT_CYMD),
          Map.entry("JUL", AS400Date.FORMAT_JUL),
          Map.entry("LONGJUL", AS400Date.FORMAT_LONGJUL));
  private static final TimeZone UTC = TimeZone.getTimeZone("UTC");

  @Provide
  static Arbitrary<String> forms() {
    return Arbitraries.of(DATES.keySet());
  }

  /** Within the years that two digits can say. */
  @Provide
  static Arbitrary<LocalDate> dates() {
    return Arbitraries.longs()
        .between(LocalDate.of(1940, 1, 1).toEpochDay(), LocalDate.of(2039, 12, 31).toEpochDay())
        .map(LocalDate::ofEpochDay);
  }

  @Property
  void datesAreWhatJtopenWrites(@ForAll("forms") String name, @ForAll("dates") LocalDate date) {
    DateForm form = DateForm.of(name, "").orElseThrow();
    String text = form.write(date);
    assertNotNull(text);
    assertEquals(date, form.read(text));
    AS400Date jtopen = new AS400Date(UTC, Objects.requireNonNull(DATES.get(name)));
    Date value = new Date(date.toEpochDay() * 86_400_000L);
    assertArrayEquals(jtopen.toBytes(value), Leaves.text(37).encode(text));
  }

  @Property
  void anyTextIsADateOrNone(@ForAll("forms") String name, @ForAll String text) {
    LocalDate date = DateForm.of(name, "").orElseThrow().read(text);
    if (date != null) {
      assertEquals(text, DateForm.of(name, "").orElseThrow().write(date));
    }
  }

  @Example
  void timesAreWhatJtopenWrites() {
    Map<String, Integer> forms =
        Map.of(
            "ISO", AS400Time.FORMAT_ISO,
            "EUR", AS400Time.FORMAT_EUR,
            "JIS", AS400Time.FORMAT_JIS,
            "HMS", AS400Time.FORMAT_HMS,
            "USA", AS400Time.FORMAT_USA);
    for (LocalTime time :
        new LocalTime[] {
          LocalTime.MIDNIGHT,
          LocalTime.of(0, 30),
          LocalTime.NOON,
          LocalTime.of(12, 30),
          LocalTime.of(13, 45),
          LocalTime.of(23, 59)
        }) {
      forms.forEach(
          (name, format) -> {
            String text = TimeForm.of(name, "").orElseThrow().write(time);
            assertNotNull(text);
            byte[] expected =
                new AS400Time(UTC, format).toBytes(new Time(time.toSecondOfDay() * 1000L));
            assertArrayEquals(expected, Leaves.text(37).encode(text), name + " " + time);
            assertEquals(
                time,
                LocalTime.parse(String.valueOf(TimeForm.of(name, "").orElseThrow().read(text))));
          });
    }
    assertNull(TimeForm.of("USA", "").orElseThrow().write(LocalTime.of(1, 1, 1)), "has no seconds");
    assertEquals("24:00:00", TimeForm.of("ISO", "").orElseThrow().read("24.00.00"));
    assertNull(TimeForm.of("ISO", "").orElseThrow().read("24.00.01"));
    assertNull(TimeForm.of("ISO", "").orElseThrow().read("        "));
  }

  @Property
  void timestampsAreWhatJtopenWrites(
      @ForAll("dates") LocalDate date, @ForAll("micros") long micros) {
    LocalDateTime time = date.atTime(LocalTime.ofNanoOfDay(micros * 1000));
    String text = HostDates.timestamp(time, 26);
    assertNotNull(text);
    assertEquals(time, LocalDateTime.parse(String.valueOf(HostDates.timestamp(text))));
    Timestamp value = new Timestamp(date.toEpochDay() * 86_400_000L + micros / 1000);
    value.setNanos((int) (micros % 1_000_000 * 1000));
    assertArrayEquals(new AS400Timestamp(UTC).toBytes(value), Leaves.text(37).encode(text));
  }

  @Provide
  static Arbitrary<Long> micros() {
    return Arbitraries.longs().between(0, 86_400_000_000L - 1);
  }

  @Example
  void whatHasNoRoomIsRefused() {
    assertNull(DateForm.of("MDY", "").orElseThrow().write(LocalDate.of(2040, 1, 1)));
    assertNull(DateForm.of("ISO", "").orElseThrow().write(LocalDate.of(10000, 1, 1)));
    LocalDateTime nanos = LocalDateTime.of(2026, 1, 31, 13, 45, 0, 1);
    assertNull(HostDates.timestamp(nanos, 26));
    assertNotNull(HostDates.timestamp(nanos, 29));
    assertEquals("2026-01-31-13.45.00", HostDates.timestamp(nanos.withNano(0), 19));
    assertNull(HostDates.timestamp("0000-00-00-00.00.00.000000"));
    assertNull(DateForm.of("ISO", "").orElseThrow().read("2026-02-30"));
    assertNull(DateForm.of("ISO", "blank").orElseThrow().read("2026-02-28"));
  }
}
