package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From SQL types to JSON, and from parameters to SQL and back. */
final class SqlTypesTest {
  @TempDir Path folder;

  private void check(String url, String cases) throws Exception {
    check(url, "postgres", cases);
  }

  private void check(String url, String user, String cases) throws Exception {
    StringBuilder operations = new StringBuilder();
    List<String[]> lines = cases.lines().map(line -> line.split(" => ", -1)).toList();
    for (int i = 0; i < lines.size(); i++) {
      operations.append(
          """
          - name: Case%d
            get: /case%d
            single: true
            sql: |
              select %s as "v"%s
          """
              .formatted(
                  i,
                  i,
                  lines.get(i)[0].strip(),
                  lines.get(i)[0].strip().startsWith("kinds.") ? " from kinds" : ""));
    }
    try (TestSite site =
        TestSite.open(folder, user, "url: \"" + url + "\"", operations.toString())) {
      for (int i = 0; i < lines.size(); i++) {
        // The driver turns to binary transfer after some runs; the text must stay the same.
        for (int run = 0; run < 7; run++) {
          String expected = "{\"v\":" + lines.get(i)[1].strip() + "}";
          assertEquals(expected, site.call("Case" + i).text(), lines.get(i)[0] + ", run " + run);
        }
      }
    }
  }

  @Test
  void mariaDbTypesKeepEveryDigit() throws Exception {
    Assumptions.assumeTrue(
        MariaDb.installed(), "MariaDB is not installed (Debian: mariadb-server)");
    Database database = MariaDb.database();
    database.execute(
        "drop table if exists kinds",
        "create table kinds (t tinyint, s smallint, m mediumint, i int, g bigint, u integer"
            + " unsigned, b bigint unsigned, n decimal(15,2), w decimal(16,2), f float, d double,"
            + " o boolean, bits bit(1), more bit(5), c char(4), v varchar(9), e enum('a','b'), st"
            + " set('a','b'), j json, lo longtext, tx text, bl blob, bin binary(2), vb varbinary(9), da date, ti"
            + " time(3), dt datetime(6), ts timestamp(6) null, id uuid, y year, geo point, nul"
            + " integer, nil date default '0000-00-00', nils datetime default '0000-00-00', span"
            + " time default '-838:59:59') character set utf8mb4",
        "insert into kinds (t, s, m, i, g, u, b, n, w, f, d, o, bits, more, c, v, e, st, j, lo, tx,"
            + " bl, bin, vb, da, ti, dt, ts, id, y, geo, nul) values (-128, -32768, -8388608, -2147483648, -9007199254740993,"
            + " 4294967295, 18446744073709551615, 1.10, 1, 0.1, 0.1, true, b'1', b'00101', 'ab',"
            + " 'Zoë', 'b', 'a,b', '{\"a\":1}', 'long', 'Zoë \"x\" 🚪', x'00ff10', x'00ff', x'00ff10',"
            + " '2026-02-28', '01:02:03.450', '2026-01-01 01:02:03.000001', '2026-01-01"
            + " 01:02:03.000001', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 2026, point(1, 2), null)");
    check(
        database.url(),
        database.user(),
        """
            null => null
            kinds.t => -128
            kinds.s => -32768
            kinds.m => -8388608
            kinds.i => -2147483648
            kinds.g => "-9007199254740993"
            kinds.u => 4294967295
            kinds.b => "18446744073709551615"
            kinds.n => 1.10
            kinds.w => "1.00"
            kinds.f => 0.1
            kinds.d => 0.1
            kinds.o => 1
            kinds.bits => true
            kinds.more => "b'101'"
            kinds.c => "ab"
            kinds.v => "Zoë"
            kinds.e => "b"
            kinds.st => "a,b"
            kinds.j => {"a":1}
            kinds.lo => "long"
            kinds.tx => "Zoë \\"x\\" 🚪"
            kinds.bl => "AP8Q"
            kinds.bin => "AP8="
            kinds.vb => "AP8Q"
            kinds.da => "2026-02-28"
            kinds.ti => "01:02:03.45"
            kinds.dt => "2026-01-01T01:02:03.000001"
            kinds.ts => "2026-01-01T01:02:03.000001"
            kinds.id => "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
            kinds.y => 2026
            kinds.geo => "AAAAAAEBAAAAAAAAAAAA8D8AAAAAAAAAQA=="
            kinds.nul => null
            kinds.nil => "0000-00-00"
            kinds.nils => "0000-00-00 00:00:00"
            kinds.span => "-838:59:59"
            9007199254740993 => "9007199254740993"
            cast(1.10 as decimal(15,2)) => 1.10
            cast(1 as decimal(16,2)) => "1.00"
            cast(0.1 as double) => 0.1
            date '2026-02-28' => "2026-02-28"
            time '01:02:03' => "01:02:03"
            timestamp '2026-01-01 00:00:00' => "2026-01-01T00:00:00"
            'it\\'s :no parameter' => "it's :no parameter"
            cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uuid) => "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
            """);
  }

  @Test
  void postgresTypesKeepEveryDigit() throws Exception {
    Database.all()
        .getFirst()
        .execute("drop type if exists mood", "create type mood as enum ('a', 'b')");
    check(
        Postgres.url(),
        """
        null::int => null
        7::integer => 7
        null::double precision => null
        'b'::mood => "b"
        (-32768)::smallint => -32768
        2147483647 => 2147483647
        9007199254740993::bigint => "9007199254740993"
        123456789012.345::numeric(15,3) => 123456789012.345
        1.10::numeric(15,2) => 1.10
        0.00000001::numeric(12,8) => 0.00000001
        1::numeric(16,2) => "1.00"
        12345678901234567890.123456789::numeric => "12345678901234567890.123456789"
        1e30::numeric => "1000000000000000000000000000000"
        'NaN'::numeric(5,2) => "NaN"
        null::numeric => null
        0.1::real => 0.1
        1e-7::real => 1.0E-7
        0.1::float8 => 0.1
        'NaN'::float8 => "NaN"
        '-Infinity'::float8 => "-Infinity"
        'Infinity'::real => "Infinity"
        true => true
        null::boolean => null
        b'101'::bit(3) => "101"
        'Zoë "x" \\ 🚪'::text => "Zoë \\"x\\" \\\\ 🚪"
        E'a\\nb\\tc\\u0001' => "a\\nb\\tc\\u0001"
        'ab'::char(4) => "ab  "
        ''::varchar => ""
        null::text => null
        date '2026-02-28' => "2026-02-28"
        date 'infinity' => "infinity"
        date '-infinity' => "-infinity"
        time '00:00' => "00:00:00"
        time '24:00' => "24:00:00"
        time '01:02:03.450' => "01:02:03.45"
        timetz '01:02:03+05:30' => "01:02:03+05:30"
        timestamp '2026-01-01 00:00' => "2026-01-01T00:00:00"
        timestamp '2026-01-01 01:02:03.000001' => "2026-01-01T01:02:03.000001"
        timestamp 'infinity' => "infinity"
        timestamptz '2026-03-29 02:30:00+05:30' => "2026-03-28T21:00:00Z"
        timestamptz '-infinity' => "-infinity"
        interval '1 month 2 days 03:04:05.6' => "1 mon 2 days 03:04:05.6"
        'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid => "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
        null::uuid => null
        '\\x00ff10'::bytea => "AP8Q"
        ''::bytea => ""
        E'{"a": [1,\\n 2.50]}'::json => {"a": [1,  2.50]}
        '{"b": 1e2, "a": "x"}'::jsonb => {"a": "x", "b": 100}
        null::jsonb => null
        array[1, null, 3] => [1,null,3]
        array[[1,2],[3,4]] => [[1,2],[3,4]]
        array['a"', null, 'b'] => ["a\\"",null,"b"]
        array[9007199254740993] => ["9007199254740993"]
        array[1.5] => ["1.5"]
        array[true, false] => [true,false]
        '{}'::text[] => []
        null::int[] => null
        array[date '2026-01-01'] => "{2026-01-01}"
        12.5::money => "$12.50"
        '10.0.0.1/8'::inet => "10.0.0.1/8"
        int4range(1, 5) => "[1,5)"
        point(1,2) => "(1,2)"
        row(1,'a') => "(1,a)"
        '<a/>'::xml => "<a/>"
        """);
  }

  @Test
  void h2TypesKeepEveryDigit() throws Exception {
    check(
        "jdbc:h2:mem:" + folder.getFileName(),
        """
        cast(null as integer) => null
        cast(-128 as tinyint) => -128
        cast(-32768 as smallint) => -32768
        cast(2147483647 as integer) => 2147483647
        cast(0.1 as double precision) => 0.1
        cast('ab' as char(4)) => "ab  "
        cast('ab' as varchar(9)) => "ab"
        cast('b' as enum('a', 'b')) => "b"
        null => null
        cast(9007199254740993 as bigint) => "9007199254740993"
        cast(1.10 as numeric(15,2)) => 1.10
        cast(1 as numeric(16,2)) => "1.00"
        cast(1.5 as decfloat) => "1.5"
        cast(0.1 as real) => 0.1
        cast('NaN' as double precision) => "NaN"
        true => true
        'Zoë "x" 🚪' => "Zoë \\"x\\" 🚪"
        cast('long' as clob) => "long"
        date '2026-02-28' => "2026-02-28"
        time '00:00:00' => "00:00:00"
        time with time zone '01:02:03+05:30' => "01:02:03+05:30"
        timestamp '2026-01-01 01:02:03.000001' => "2026-01-01T01:02:03.000001"
        timestamp with time zone '2026-03-29 02:30:00+05:30' => "2026-03-29T02:30:00+05:30"
        interval '1-2' year to month => "INTERVAL '1-2' YEAR TO MONTH"
        cast('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' as uuid) => "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
        x'00ff10' => "AP8Q"
        cast(x'00ff10' as varbinary(9)) => "AP8Q"
        cast(false as boolean) => false
        cast(x'00ff10' as blob) => "AP8Q"
        json '{"a": [1, 2.50]}' => {"a":[1,2.50]}
        array[1, null, 3] => [1,null,3]
        array['a', 'b'] => ["a","b"]
        """);
  }

  /** A word of the table in docs/sql.md stands in a case here. */
  @Test
  void everyTypeOfTheTableHasACase() throws Exception {
    String source =
        Files.readString(Path.of("src/test/java/drawbridge/adapters/sql/SqlTypesTest.java"));
    Map<String, String> cases = new LinkedHashMap<>();
    for (String test :
        List.of("postgresTypesKeepEveryDigit", "mariaDbTypesKeep", "h2TypesKeepEveryDigit")) {
      String begin = source.substring(source.indexOf("void " + test));
      cases.put(test, begin.substring(0, begin.indexOf("  @Test")).toLowerCase(Locale.ROOT));
    }
    List<String> missing = new ArrayList<>();
    int seen = 0;
    for (String line : Files.readString(Path.of("../docs/sql.md")).lines().toList()) {
      String[] cells = line.split("\\|", -1);
      if (cells.length != 9 || cells[1].contains("PostgreSQL") || cells[1].startsWith("---")) {
        continue;
      }
      int database = 0;
      for (String test : cases.keySet()) {
        String cell = cells[++database].replaceAll("\\([^)]*\\)", "");
        for (String part : cell.split("[,;:]| otherwise| of | is | so ", -1)) {
          String word = part.strip().toLowerCase(Locale.ROOT);
          if (word.isEmpty() || PROSE.contains(word)) {
            continue;
          }
          seen++;
          if (!cases.get(test).contains(WORDS.getOrDefault(word, word))) {
            missing.add(test + " lacks " + word);
          }
        }
      }
    }
    assertTrue(seen > 60, "cells that were read: " + seen);
    assertEquals(List.of(), missing);
  }

  /** What the table says beside types. */
  private static final Set<String> PROSE =
      Set.of("p ≤ 15", "the same", "…", "a number", "numbers", "booleans", "other arrays");

  /** Words of the table that SQL writes otherwise. */
  private static final Map<String, String> WORDS =
      Map.of("enums", "'b'::mood", "arrays", "array[", "ranges", "int4range", "geometry", "point");

  @Test
  void parametersOfEveryTypeComeBackAsTheyWent() throws Exception {
    String cases =
        """
        string => varchar(100) => it's :not? "ä" => "it's :not? \\"ä\\""
        integer => integer => -7 => -7
        long => bigint => 9007199254740993 => "9007199254740993"
        decimal => numeric(30,10) => 0.1234567891 => "0.1234567891"
        double => double precision => 1.5 => 1.5
        boolean => boolean => true => true
        date => date => 2026-02-28 => "2026-02-28"
        time => time(6) => 01:02:03.5 => "01:02:03.5"
        timestamp => timestamp => 2026-03-29T02:30:00 => "2026-03-29T02:30:00"
        timestamp => timestamp with time zone => 2026-03-29T02:30:00Z => "2026-03-29T02:30:00Z"
        uuid => uuid => a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 => "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
        bytes => BYTES => AP8Q => "AP8Q"
        """;
    roundTrips(Postgres.url(), cases.replace("BYTES", "bytea"));
    roundTrips("jdbc:h2:mem:" + folder.getFileName(), cases.replace("BYTES", "varbinary"));
  }

  @Test
  void parametersOfEveryTypeComeBackFromMariaDbAsTheyWent() throws Exception {
    Assumptions.assumeTrue(
        MariaDb.installed(), "MariaDB is not installed (Debian: mariadb-server)");
    Database database = MariaDb.database();
    roundTrips(
        database.url(),
        database.user(),
        """
        string => char(100) => it's :not? "ä" \\ 🚪 => "it's :not? \\"ä\\" \\\\ 🚪"
        long => signed => 9007199254740993 => "9007199254740993"
        integer => signed => -7 => "-7"
        decimal => decimal(30,10) => 0.1234567891 => "0.1234567891"
        double => double => 1.5 => 1.5
        boolean => signed => true => 1
        date => date => 2026-02-28 => "2026-02-28"
        time => time(6) => 01:02:03.5 => "01:02:03.5"
        timestamp => datetime(6) => 2026-03-29T02:30:00 => "2026-03-29T02:30:00"
        uuid => uuid => a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 => "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
        bytes => binary => AP8Q => "AP8Q"
        """);
  }

  /** A resource's column of each type of the API, on a column of the database's. */
  @Test
  void whatMariaDbIsGivenForAColumnItAnswers() throws Exception {
    Assumptions.assumeTrue(
        MariaDb.installed(), "MariaDB is not installed (Debian: mariadb-server)");
    Database database = MariaDb.database();
    database.execute(
        "drop table if exists written",
        "create table written (id integer primary key, n integer, l bigint, de decimal(30,10), db"
            + " double, fl bit(1), da date, ti time(6), dt datetime(6), id2 uuid, js json, en"
            + " enum('a','b'), bl blob, tx text) character set utf8mb4");
    String operations =
        """
        - name: Written
          path: /written
          resource:
            table: written
            key: [id]
            allow: [get, create]
            columns:
              id: { type: integer, required: true }
              n: { type: integer }
              l: { type: long }
              de: { type: decimal, as: text }
              db: { type: double }
              fl: { type: boolean }
              da: { type: date }
              ti: { type: time }
              dt: { type: timestamp }
              id2: { type: uuid, cast: uuid }
              js: { type: string }
              en: { type: string, cast: char(1) }
              bl: { type: bytes }
              tx: { type: string }
        """;
    String body =
        "{\"id\":1,\"n\":-7,\"l\":\"9007199254740993\",\"de\":\"0.1234567891\",\"db\":1.5,"
            + "\"fl\":true,\"da\":\"2026-02-28\",\"ti\":\"01:02:03.5\","
            + "\"dt\":\"2026-03-29T02:30:00.000001\","
            + "\"id2\":\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\",\"js\":\"{}\",\"en\":\"b\","
            + "\"bl\":\"AP8Q\",\"tx\":\"Zoë 🚪\"}";
    try (TestSite site = database.site(folder, operations)) {
      String kept = new TestCall(site.operation("CreateWritten")).body(body).run().text();
      assertEquals(body.replace("\"{}\"", "{}"), kept, "JSON as it stands");
      Fault fault =
          assertThrows(
                  FaultException.class,
                  () ->
                      new TestCall(site.operation("CreateWritten"))
                          .body("{\"id\":2,\"js\":\"no json\"}")
                          .run())
              .fault();
      assertEquals(Fault.Code.CONFLICT, fault.code(), "MariaDB's json is text with a constraint");
    }
  }

  private void roundTrips(String url, String cases) throws Exception {
    roundTrips(url, "postgres", cases);
  }

  private void roundTrips(String url, String user, String cases) throws Exception {
    StringBuilder operations = new StringBuilder();
    List<String[]> lines = cases.lines().map(line -> line.split(" => ", -1)).toList();
    for (int i = 0; i < lines.size(); i++) {
      operations.append(
          """
          - name: Echo%d
            get: /echo%d
            single: true
            sql: select cast(:value as %s) as "v"
            parameters: { value: { type: %s } }
          """
              .formatted(i, i, lines.get(i)[1], lines.get(i)[0]));
    }
    try (TestSite site =
        TestSite.open(folder, user, "url: \"" + url + "\"", operations.toString())) {
      for (int i = 0; i < lines.size(); i++) {
        String[] line = lines.get(i);
        for (int run = 0; run < 6; run++) {
          String echo = site.call("Echo" + i, "value", line[2]).text();
          assertEquals("{\"v\":" + line[3] + "}", echo, line[1]);
        }
        assertEquals("{\"v\":null}", site.call("Echo" + i).text(), line[1]);
      }
    }
  }
}
