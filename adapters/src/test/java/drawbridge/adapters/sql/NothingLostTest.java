package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A value is stored as it was given, or refused with the name of its property. */
final class NothingLostTest {
  @TempDir Path folder;

  static List<Database> databases() {
    return Database.all();
  }

  private static final String COLUMNS =
      """
            id: { type: integer, required: true }
            price: { type: decimal }
            tiny: { type: integer }
            small: { type: integer }
            whole: { type: integer }
            wide: { type: long }
            name: { type: string }
            code: { type: string }
            narrow: { type: double }
            at_second: { type: timestamp }
            at_milli: { type: timestamp }
            at_time: { type: time }
            made_on: { type: date }
      """;

  private static final String TABLE =
      "create table kept (id integer primary key, price numeric(10,2), tiny TINY, small smallint,"
          + " whole integer, wide bigint, name varchar(5), code char(3), narrow REAL, at_second"
          + " AT(0), at_milli AT(3), at_time time(2), made_on date)";

  private TestSite open(Database database) throws Exception {
    boolean mariaDb = database.dialect() == Dialect.MARIADB;
    boolean postgres = database.dialect() == Dialect.POSTGRESQL;
    database.execute(
        "drop table if exists kept",
        TABLE
            .replace("TINY", postgres ? "smallint" : "tinyint")
            .replace("REAL", mariaDb ? "float" : "real")
            .replace("AT(", mariaDb ? "datetime(" : "timestamp(")
            // Debian's server takes Latin 1 where nothing is said.
            .concat(mariaDb ? " character set utf8mb4" : ""));
    return database.site(
        folder,
        """
        - name: Kept
          path: /kept
          resource:
            table: kept
            key: [id]
            allow: [get, create, update]
            columns:
        """
            + COLUMNS.indent(4)
            + """
        - name: PutPrice
          put: /price
          sql: update kept set price = :price where id = 1
          parameters: { price: { type: decimal, required: true } }
        - name: PutName
          put: /name
          sql: update kept set name = :name where id = 1
          parameters: { name: { type: string, required: true } }
        - name: PutSmall
          put: /small
          sql: update kept set small = :small where id = 1
          parameters: { small: { type: integer, required: true } }
        - name: Several
          post: /several
          transaction:
            - sql: insert into kept (id, price) values (7, :price)
            - sql: "insert into kept (id, whole, narrow) values (8, :whole, :narrow)"
            - sql: update kept set made_on = coalesce(:day, made_on) where id = 7
          parameters:
            price: { type: decimal }
            whole: { type: decimal }
            narrow: { type: integer }
            day: { type: timestamp }
        - name: PutTime
          put: /time
          sql: update kept set at_milli = :at where id = 1
          parameters: { at: { type: timestamp, required: true } }
        """);
  }

  private static TestCall create(TestSite site, int id, String member) {
    return new TestCall(site.operation("CreateKept")).body("{\"id\":" + id + "," + member + "}");
  }

  private static TestCall update(TestSite site, int id, String member) {
    return new TestCall(site.operation("UpdateKept"))
        .path("id", Integer.toString(id))
        .body("{" + member + "}");
  }

  private static Fault refused(TestCall call) {
    Fault fault = assertThrows(FaultException.class, call::run, call::toString).fault();
    assertEquals(Fault.Code.INVALID_ARGUMENT, fault.code(), fault + " " + fault.cause());
    return fault;
  }

  @ParameterizedTest
  @MethodSource("databases")
  void whatFitsComesBackAsItWentAndWhatDoesNotIsNamed(Database database) throws Exception {
    try (TestSite site = open(database)) {
      String[] fit = {
        "\"price\":1.55 => 1.55",
        "\"price\":1.500 => 1.50",
        "\"price\":-99999999.99 => -99999999.99",
        "\"price\":1e3 => 1000.00",
        "\"price\":0.000 => 0.00",
        "\"small\":-32768 => -32768",
        "\"whole\":2147483647 => 2147483647",
        "\"wide\":\"-9223372036854775808\" => \"-9223372036854775808\"",
        "\"name\":\"Zoë🚪!\" => \"Zoë🚪!\"",
        "\"narrow\":0.1 => 0.1",
        "\"narrow\":-16777216 => -1.6777216E7",
        "\"at_second\":\"2026-01-31T13:45:01\" => \"2026-01-31T13:45:01\"",
        "\"at_milli\":\"2026-01-31T13:45:01.250\" => \"2026-01-31T13:45:01.25\"",
        "\"at_milli\":\"2026-01-31T13:45:01.123000\" => \"2026-01-31T13:45:01.123\"",
        "\"at_time\":\"13:45:01.25\" => \"13:45:01.25\"",
        "\"made_on\":\"0999-12-31\" => \"0999-12-31\"",
      };
      int id = 0;
      for (String one : fit) {
        String member = one.split(" => ", -1)[0];
        if (member.contains("🚪") && database.dialect() == Dialect.H2) {
          // Counts it as two.
          member = member.replace("!", "");
          one = one.replace("!", "");
        }
        String name = member.substring(1, member.indexOf('"', 1));
        JsonNode row = TestCall.json(create(site, ++id, member).run());
        JsonNode expected = TestCall.json(new Text(one.split(" => ", -1)[1]).answer());
        assertEquals(expected.get("v").toString(), row.get(name).toString(), one);
      }
      String[] lossy = {
        "\"price\":1.555",
        "\"price\":0.001",
        "\"price\":100000000",
        "\"price\":\"1e-9\"",
        "\"small\":32768",
        "\"small\":-32769",
        "\"name\":\"sixsix\"",
        "\"name\":\"five5 \"",
        "\"code\":\"four\"",
        "\"narrow\":1.23456789",
        "\"narrow\":16777217",
        "\"narrow\":1e39",
        "\"at_second\":\"2026-01-31T13:45:01.5\"",
        "\"at_milli\":\"2026-01-31T13:45:01.0001\"",
        "\"at_milli\":\"2026-01-31T13:45:01.000000001\"",
        "\"at_milli\":\"2026-01-31T13:45:01Z\"",
        "\"at_time\":\"13:45:01.001\"",
      };
      String before = database.text("select count(*) from kept");
      for (String member : lossy) {
        String name = member.substring(1, member.indexOf('"', 1));
        Fault fault = refused(create(site, 1000, member));
        assertEquals(name, fault.parameter(), fault.toString());
        assertTrue(fault.message().startsWith("“" + name + "” "), fault.message());
        assertEquals(name, refused(update(site, 1, member)).parameter(), member);
      }
      if (database.dialect() != Dialect.POSTGRESQL) {
        assertEquals("tiny", refused(create(site, 1000, "\"tiny\":128")).parameter());
      }
      assertEquals(before, database.text("select count(*) from kept"), "nothing was made");
      assertEquals("1.55", database.text("select price from kept where id = 1"));
    }
  }

  /** JSON of one value. */
  private record Text(String value) {
    TestSite.TestAnswer answer() throws Exception {
      TestSite.TestAnswer answer = new TestSite.TestAnswer(drawbridge.adapters.Answer.Format.JSON);
      answer
          .begin(200, "application/json", java.util.Map.of())
          .write(("{\"v\":" + value + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8));
      return answer;
    }
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aColumnThatBecameWiderIsSeenAtOnce(Database database) throws Exception {
    try (TestSite site = open(database)) {
      assertEquals("name", refused(create(site, 1, "\"name\":\"sixsix\"")).parameter());
      database.execute(
          database.dialect() == Dialect.MARIADB
              ? "alter table kept modify name varchar(9)"
              : "alter table kept alter column name set data type varchar(9)");
      create(site, 1, "\"name\":\"sixsix\"").run();
      assertEquals("sixsix", database.text("select name from kept where id = 1"));
    }
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aStatementRefusesWhatItsColumnsWouldRoundOrCut(Database database) throws Exception {
    try (TestSite site = open(database)) {
      database.execute("insert into kept (id, price, name) values (1, 5, 'old')");
      String[] refused = {
        "PutName {\"name\":\"sixsix\"}",
        "PutSmall {\"small\":32768}",
        "PutPrice {\"price\":100000000}",
        "PutPrice {\"price\":1.555}",
        "PutTime {\"at\":\"2026-01-31T13:45:01.000000001\"}",
        "PutTime {\"at\":\"2026-01-31T13:45:01.0001\"}",
        "PutTime {\"at\":\"2026-01-31T13:45:01Z\"}",
        "Several {\"price\":1.555}",
        "Several {\"whole\":1.5}",
        "Several {\"day\":\"2026-01-31T13:45:01\"}",
        "Several {\"narrow\":16777217}",
      };
      for (String one : refused) {
        String operation = one.substring(0, one.indexOf(' '));
        String body = one.substring(one.indexOf(' ') + 1);
        Fault fault = refused(new TestCall(site.operation(operation)).body(body));
        assertEquals(body.substring(2, body.indexOf('"', 2)), fault.parameter(), one);
      }
      assertEquals("old", database.text("select name from kept where id = 1"));
      assertEquals("5.00", database.text("select price from kept where id = 1"));
      assertEquals("1", database.text("select count(*) from kept"), "nothing was changed");
      new TestCall(site.operation("PutPrice")).body("{\"price\":1.550}").run();
      assertEquals("1.55", database.text("select price from kept where id = 1"));
      new TestCall(site.operation("Several"))
          .body("{\"price\":2.5,\"whole\":2.0,\"day\":\"2026-01-31T00:00:00\",\"narrow\":16777216}")
          .run();
      assertEquals("2.50", database.text("select price from kept where id = 7"));
      assertEquals("2", database.text("select whole from kept where id = 8"));
      database.execute(
          database.dialect() == Dialect.MARIADB
              ? "alter table kept modify price numeric(10,3)"
              : "alter table kept alter column price set data type numeric(10,3)");
      new TestCall(site.operation("PutPrice")).body("{\"price\":1.555}").run();
      assertEquals("1.555", database.text("select price from kept where id = 1"), "wider by now");
    }
  }

  /** Then nobody knows what its columns keep, and PostgreSQL does as it does. */
  @Test
  void aStatementRunsOnATableThatItMayNotRead() throws Exception {
    String operations =
        """
        - name: Put
          post: /blind
          sql: insert into blind (price) values (:price)
          parameters: { price: { type: decimal, required: true } }
        """;
    Postgres.execute(
        "drop table if exists blind",
        "drop role if exists writer",
        "create role writer login password 's3cr3t-4711'",
        "create table blind (price numeric(10,2))",
        "grant insert, select on blind to writer");
    try (TestSite site =
        TestSite.open(folder, "writer", "url: \"" + Postgres.url() + "\"", operations)) {
      TestCall finer = new TestCall(site.operation("Put")).body("{\"price\":1.555}");
      assertEquals("price", refused(finer).parameter());
      // The next look fails in the call's own transaction, which goes on.
      Postgres.execute("revoke select on blind from writer");
      finer.run();
      assertEquals("1.56", Postgres.text("select price from blind"));
    }
    try (TestSite site =
        TestSite.open(folder, "writer", "url: \"" + Postgres.url() + "\"", operations)) {
      new TestCall(site.operation("Put")).body("{\"price\":2}").run();
      assertEquals("2", Postgres.text("select count(*) from blind"));
    }
  }

  @Test
  void mariaDbIsStrictWhateverItsServerIs() throws Exception {
    Assumptions.assumeTrue(
        MariaDb.installed(), "MariaDB is not installed (Debian: mariadb-server)");
    Database database = MariaDb.database();
    String mode = database.text("select @@global.sql_mode");
    database.execute(
        "drop table if exists loose",
        "create table loose (id integer primary key, t tinyint unsigned, m mediumint, u integer"
            + " unsigned, b bigint unsigned, name varchar(5), note tinytext, word enum('on','off'),"
            + " bin binary(3), bytes varbinary(3), d double(7,2), day date, latin varchar(9)"
            + " character set latin1) engine=MyISAM",
        "set global sql_mode = '', global sql_notes = 0");
    String operations =
        """
        - name: Mode
          get: /mode
          single: true
          sql: select @@session.sql_mode as mode, @@session.sql_notes as notes
        - name: Put
          put: /loose
          sql: "update loose set name = :name where id = 1"
          parameters: { name: { type: string, required: true } }
        - name: Fill
          post: /fill
          sql: "insert into loose (id, name) select id + 10, concat(name, :name) from loose"
          parameters: { name: { type: string, required: true } }
        - name: Names
          get: /names
          single: true
          sql: select group_concat(name) as names from loose
        - name: Loose
          path: /all
          resource:
            table: loose
            key: [id]
            allow: [get, create, update]
            columns:
              id: { type: integer, required: true }
              t: { type: integer }
              m: { type: integer }
              u: { type: long }
              b: { type: decimal }
              name: { type: string }
              note: { type: string }
              word: { type: string }
              bin: { type: bytes }
              bytes: { type: bytes }
              d: { type: double }
              latin: { type: string }
        """;
    try (TestSite site = database.site(folder, operations)) {
      String told = site.call("Mode").text();
      assertTrue(told.contains("STRICT_ALL_TABLES") && told.contains("\"notes\":\"1\""), told);
      String all =
          "\"t\":255,\"m\":-8388608,\"u\":\"4294967295\",\"b\":\"18446744073709551615\","
              + "\"name\":\"five5\",\"note\":\"ä\",\"word\":\"on\",\"bin\":\"AP8Q\","
              + "\"bytes\":\"AP8=\",\"d\":1.25,\"latin\":\"Zoë\"";
      JsonNode row =
          TestCall.json(
              new TestCall(site.operation("CreateLoose")).body("{\"id\":1," + all + "}").run());
      JsonNode given = TestCall.json(new Text("{" + all + "}").answer()).get("v");
      given
          .fieldNames()
          .forEachRemaining(n -> assertEquals(given.get(n).asText(), row.get(n).asText(), n));
      for (String member :
          List.of(
              "\"t\":256",
              "\"t\":-1",
              "\"m\":8388608",
              "\"u\":\"-1\"",
              "\"u\":\"4294967296\"",
              "\"b\":\"1.5\"",
              "\"b\":\"-1\"",
              "\"name\":\"sixsix\"",
              "\"note\":\"" + "a".repeat(256) + "\"",
              "\"bin\":\"AP8=\"",
              "\"bytes\":\"AP8QAA==\"",
              "\"d\":1.255")) {
        String name = member.substring(1, member.indexOf('"', 1));
        TestCall call = new TestCall(site.operation("UpdateLoose")).path("id", "1");
        assertEquals(name, refused(call.body("{" + member + "}")).parameter(), member);
      }
      for (String member : List.of("\"word\":\"maybe\"", "\"latin\":\"łódź\"")) {
        TestCall call = new TestCall(site.operation("UpdateLoose")).path("id", "1");
        String name = member.substring(1, member.indexOf('"', 1));
        assertEquals(name, refused(call.body("{" + member + "}")).parameter(), member);
      }
      refused(new TestCall(site.operation("Put")).body("{\"name\":\"sixsix\"}"));
      refused(new TestCall(site.operation("Fill")).body("{\"name\":\"sixsix\"}"));
      assertEquals("five5,1", database.text("select concat(name, ',', count(*)) from loose"));
      database.execute("set global group_concat_max_len = 4");
    }
    try (TestSite site = database.site(folder, operations)) {
      Fault cut = assertThrows(FaultException.class, () -> site.call("Names")).fault();
      assertEquals(Fault.Code.SOURCE_ERROR, cut.code(), cut.toString());
    } finally {
      database.execute(
          "set global group_concat_max_len = 1048576",
          "set global sql_mode = '" + mode + "', global sql_notes = 1");
    }
  }
}
