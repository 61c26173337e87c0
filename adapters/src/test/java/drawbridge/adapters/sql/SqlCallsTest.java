package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What calls read, change and are refused, on every database that is here. */
final class SqlCallsTest {
  private static final String OPERATIONS =
      """
      - name: ListItems
        get: /items
        sql: select id, name, price from items order by id
      - name: FindItems
        get: /items/named
        sql: select id, name from items where name = :name and (id >= :least or :least is null) order by id
        parameters:
          name: { type: string, required: true }
          least: { type: integer }
      - name: GetItem
        get: /items/{id}
        single: true
        sql: select id, name from items where id = :id
        parameters:
          id: { type: integer, in: path }
      - name: GetOneOfMany
        get: /one
        single: true
        sql: select id from items
      - name: AddItem
        post: /items
        sql: insert into items (id, name, price) values (:id, :name, :price)
        parameters:
          id: { type: integer, required: true }
          name: { type: string, required: true }
          price: { type: decimal, default: 1.5 }
      - name: RenameItem
        put: /items/{id}/name
        single: true
        safe: true
        sql: update items set name = :name where id = :id
        parameters:
          id: { type: integer, in: path }
          name: { type: string, required: true }
      - name: DropAll
        delete: /items
        sql: delete from items
      - name: Divide
        get: /divide
        sql: select 10 / id as q from items order by id
      - name: DivideBy
        get: /divide/by
        sql: select 10 / cast(:n as integer) as q
        parameters: { n: { type: integer, required: true } }
      - name: Counted
        get: /counted
        single: true
        sql: select cast(count(*) as bigint) as "n", cast(count(*) as bigint) as "t" from items
        columns: { n: { as: number } }
      """;

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private TestSite site;

  @SuppressWarnings("NullAway.Init")
  private Connection direct;

  private TestSite open(Dialect dialect) throws Exception {
    String url =
        switch (dialect) {
          case POSTGRESQL -> Postgres.url();
          case H2 -> "jdbc:h2:mem:" + folder.getFileName() + ";DB_CLOSE_DELAY=-1";
          default -> throw new IllegalArgumentException(dialect.title());
        };
    direct = DriverManager.getConnection(url, "postgres", "s3cr3t-4711");
    execute(
        "drop table if exists items",
        "create table items (id integer primary key, name varchar(40) not null, price numeric(8,2))",
        "insert into items values (1, 'bolt', 0.10), (2, 'nut', null), (3, 'nut', 12.00)");
    site = TestSite.open(folder, "postgres", "url: \"" + url + "\"", OPERATIONS);
    return site;
  }

  private void execute(String... statements) throws Exception {
    try (Statement statement = direct.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private String items() throws Exception {
    return site.call("ListItems").text();
  }

  @AfterEach
  void close() throws Exception {
    site.close();
    direct.close();
  }

  private Fault refused(Fault.Code code, String operation, String... arguments) {
    TestAnswer answer = new TestAnswer(Answer.Format.JSON);
    Fault fault =
        assertThrows(FaultException.class, () -> site.call(operation, answer, arguments)).fault();
    assertEquals(code, fault.code(), fault.toString());
    assertFalse(answer.begun(), "a fault before the answer is a clean one");
    return fault;
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void rowsAreReadAsJsonAndNdjson(Dialect dialect) throws Exception {
    open(dialect);
    TestAnswer json = site.call("ListItems");
    String id = dialect == Dialect.H2 ? "ID" : "id";
    String name = dialect == Dialect.H2 ? "NAME" : "name";
    String price = dialect == Dialect.H2 ? "PRICE" : "price";
    String rows =
        "{'%1$s':1,'%2$s':'bolt','%3$s':0.10}%4$s{'%1$s':2,'%2$s':'nut','%3$s':null}%4$s{'%1$s':3,'%2$s':'nut','%3$s':12.00}"
            .replace('\'', '"');
    assertEquals("{\"value\":[" + rows.formatted(id, name, price, ",") + "]}", json.text());
    assertEquals(200, json.status());
    assertEquals("application/json", json.contentType());
    assertEquals(3, json.rows());
    TestAnswer ndjson = site.call("ListItems", new TestAnswer(Answer.Format.NDJSON));
    assertEquals(rows.formatted(id, name, price, "\n") + "\n", ndjson.text());
    assertEquals("application/x-ndjson", ndjson.contentType());
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void anEmptyListIsAnAnswerAndAMissingRowAFault(Dialect dialect) throws Exception {
    open(dialect);
    assertEquals("{\"value\":[]}", site.call("FindItems", "name", "none").text());
    TestAnswer none = site.call("FindItems", new TestAnswer(Answer.Format.NDJSON), "name", "none");
    assertTrue(none.begun());
    assertEquals("", none.text());
    assertEquals(
        "{\"id\":3,\"name\":\"nut\"}",
        site.call("GetItem", "id", "3").text().toLowerCase(java.util.Locale.ROOT));
    refused(Fault.Code.NOT_FOUND, "GetItem", "id", "4");
    refused(Fault.Code.SOURCE_ERROR, "GetOneOfMany");
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void anOptionalParameterIsNull(Dialect dialect) throws Exception {
    open(dialect);
    assertEquals(2, site.call("FindItems", "name", "nut").rows());
    assertEquals(1, site.call("FindItems", "name", "nut", "least", "3").rows());
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void valuesAreNeverRead(Dialect dialect) throws Exception {
    open(dialect);
    String before = items();
    for (String value :
        List.of(
            "' or 1=1 --",
            "'; drop table items; --",
            "\\'; delete from items; --",
            ":name",
            "$$x$$",
            "?",
            "nut' union select 1, 'x'",
            "{fn now()}",
            "/*",
            "\"",
            "%",
            "\u02bc or 1=1")) {
      assertEquals(0, site.call("FindItems", "name", value).rows(), value);
    }
    assertEquals(before, items());
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void changesAnswerWithTheirCountAndStay(Dialect dialect) throws Exception {
    open(dialect);
    assertEquals("{\"rows\":1}", site.call("AddItem", "id", "9", "name", "it's").text());
    assertEquals("{\"rows\":1}", site.call("RenameItem", "id", "9", "name", "new").text());
    assertEquals(1, site.call("FindItems", "name", "new").rows());
    refused(Fault.Code.NOT_FOUND, "RenameItem", "id", "10", "name", "x");
    assertEquals("{\"rows\":4}", site.call("DropAll").text());
    assertEquals("{\"rows\":0}", site.call("DropAll").text());
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void refusalsOfTheDatabaseAreFaultsThatSayNothingOfIt(Dialect dialect) throws Exception {
    open(dialect);
    String before = items();
    Fault twice = refused(Fault.Code.CONFLICT, "AddItem", "id", "1", "name", "zebra-77");
    assertFalse(twice.message().contains("items") || twice.message().contains("zebra"));
    refused(Fault.Code.INVALID_ARGUMENT, "AddItem", "id", "8", "name", "x".repeat(41));
    refused(Fault.Code.INVALID_ARGUMENT, "DivideBy", "n", "0");
    execute("alter table items drop column price");
    refused(Fault.Code.SOURCE_ERROR, "AddItem", "id", "8", "name", "x");
    execute("alter table items add column price numeric(8,2)");
    assertEquals(3, site.call("FindItems", "name", "nut").rows() + 1, before);
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void aFailureAmongTheRowsIsAFaultAndNoHalfAnswer(Dialect dialect) throws Exception {
    open(dialect);
    execute("update items set id = 0 where id = 3", "insert into items values (-1, 'x', 1)");
    refused(Fault.Code.INVALID_ARGUMENT, "Divide");
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void moreRowsThanAllowedAreAFault(Dialect dialect) throws Exception {
    open(dialect);
    TestAnswer answer = new TestAnswer(Answer.Format.NDJSON);
    FaultException e =
        assertThrows(
            FaultException.class,
            () -> TestSite.run(site.operation("ListItems"), java.util.Map.of(), answer, 2));
    assertEquals(Fault.Code.TOO_LARGE, e.fault().code());
    assertFalse(answer.begun());
    TestSite.run(site.operation("ListItems"), java.util.Map.of(), answer, 3);
    assertEquals(3, answer.rows());
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void wideNumbersAreTextUnlessTheFileSaysNumber(Dialect dialect) throws Exception {
    open(dialect);
    assertEquals("{\"n\":3,\"t\":\"3\"}", site.call("Counted").text());
  }

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "H2"})
  void aChangedTableIsNoticed(Dialect dialect) throws Exception {
    open(dialect);
    for (int i = 0; i < 8; i++) {
      site.call("ListItems");
    }
    execute(
        "alter table items alter column price "
            + (dialect == Dialect.H2 ? "set data type" : "type")
            + " varchar(20)");
    assertTrue(items().contains("\"0.10\""), items());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with gone as (delete from items returning id) select id from gone",
        "select set_config('transaction_read_only', 'off', true), nextval('counter')",
        "select nextval('counter') as n",
        "table items for update"
      })
  void aReadThatChangesIsRefusedByPostgres(String sql) throws Exception {
    open(Dialect.POSTGRESQL);
    execute("drop sequence if exists counter", "create sequence counter");
    site.close();
    site =
        TestSite.open(
            folder,
            "postgres",
            "url: \"" + Postgres.url() + "\"",
            OPERATIONS + "- name: Sly\n  get: /sly\n  sql: \"" + sql + "\"\n");
    refused(Fault.Code.SOURCE_ERROR, "Sly");
    assertEquals(3, site.call("ListItems").rows());
    assertEquals("f", Postgres.text("select is_called from counter"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"select id from old table (delete from items)", "explain plan for select 1"})
  void aReadThatChangesLeavesNothingOnH2(String sql) throws Exception {
    open(Dialect.H2);
    String before = items();
    site.close();
    site =
        TestSite.open(
            folder,
            "postgres",
            "url: \"jdbc:h2:mem:" + folder.getFileName() + "\"",
            OPERATIONS + "- name: Sly\n  get: /sly\n  sql: \"" + sql + "\"\n");
    site.call("Sly");
    assertEquals(before, items());
  }

  @Test
  void aChangeMayAnswerWithRows() throws Exception {
    open(Dialect.POSTGRESQL);
    site.close();
    site =
        TestSite.open(
            folder,
            "postgres",
            "url: \"" + Postgres.url() + "\"",
            OPERATIONS
                + """
                - name: Take
                  post: /take
                  single: true
                  sql: delete from items where name = :name returning id, price
                  parameters: { name: { type: string, required: true } }
                - name: TakeAll
                  post: /take/all
                  sql: delete from items returning id
                - name: Swell
                  post: /swell
                  sql: insert into items select i, repeat('x', 40), 1 from generate_series(100, 40000) i returning id, name
                """);
    assertEquals("{\"id\":1,\"price\":0.10}", site.call("Take", "name", "bolt").text());
    refused(Fault.Code.NOT_FOUND, "Take", "name", "bolt");
    refused(Fault.Code.SOURCE_ERROR, "Take", "name", "nut");
    assertEquals(2, site.call("ListItems").rows());
    refused(Fault.Code.TOO_LARGE, "Swell");
    FaultException e =
        assertThrows(
            FaultException.class,
            () ->
                TestSite.run(
                    site.operation("TakeAll"),
                    java.util.Map.of(),
                    new TestAnswer(Answer.Format.JSON),
                    1));
    assertEquals(Fault.Code.TOO_LARGE, e.fault().code());
    assertEquals(2, site.call("ListItems").rows());
    assertEquals("{\"value\":[{\"id\":2},{\"id\":3}]}", site.call("TakeAll").text());
    assertEquals(0, site.call("ListItems").rows());
  }
}
