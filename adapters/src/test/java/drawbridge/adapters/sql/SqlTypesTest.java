package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import drawbridge.adapters.TestSite;
import java.nio.file.Path;
import java.util.List;
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
              select %s as "v"
          """
              .formatted(i, i, lines.get(i)[0].strip()));
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
        "create table kinds (t tinyint, u int unsigned, b bigint unsigned, f float, bits bit(1), y"
            + " char(4), e enum('a','b'), j json, tx longtext, bl blob, ts timestamp(6))",
        "insert into kinds values (-128, 4294967295, 18446744073709551615, 0.1, b'1', 'ab', 'b',"
            + " '{\"a\":1}', 'Zoë \"x\"', x'00ff10', '2026-01-01 01:02:03.000001')");
    check(
        database.url(),
        database.user(),
        """
            null => null
            (select t from kinds) => -128
            (select u from kinds) => 4294967295
            (select b from kinds) => "18446744073709551615"
            (select f from kinds) => 0.1
            (select e from kinds) => "b"
            (select tx from kinds) => "Zoë \\"x\\""
            (select bl from kinds) => "AP8Q"
            (select ts from kinds) => "2026-01-01T01:02:03.000001"
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
    check(
        Postgres.url(),
        """
        null::int => null
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
        b'101' => "101"
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
        cast(x'00ff10' as blob) => "AP8Q"
        json '{"a": [1, 2.50]}' => {"a":[1,2.50]}
        array[1, null, 3] => [1,null,3]
        array['a', 'b'] => ["a","b"]
        """);
  }

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

  private void roundTrips(String url, String cases) throws Exception {
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
        TestSite.open(folder, "postgres", "url: \"" + url + "\"", operations.toString())) {
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
