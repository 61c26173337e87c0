package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestSite;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What MariaDB reads as no other database does: backslashes, and statements of its own. */
final class MariaDbCallsTest {
  private static final String OPERATIONS =
      """
      - name: FindItems
        get: /items
        sql: |
          select id as `id:no ?`, 'it\\'s :no ?' as said, name
          from items where name = :name # :no either
          order by id
        parameters: { name: { type: string, required: true } }
      - name: RenameItem
        put: /items/{id}/name
        single: true
        sql: update items set name = :name where id = :id
        parameters:
          id: { type: integer, in: path }
          name: { type: string, required: true }
      """;

  @TempDir Path folder;

  private static Database database() throws Exception {
    Assumptions.assumeTrue(
        MariaDb.installed(), "MariaDB is not installed (Debian: mariadb-server)");
    Database database = MariaDb.database();
    database.execute(
        "drop table if exists items",
        "create table items (id integer primary key, name varchar(60) not null)",
        "insert into items values (1, 'bolt'), (2, 'nut')");
    return database;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\",
        "\\\\",
        "\\'",
        "'",
        "''",
        "\"",
        "\\\" or 1=1 -- ",
        "\\' or 1=1 #",
        "\\'; delete from items; -- ",
        "' or ''='",
        "\u00bf' or 1=1 #",
        "\u00bf\\' or 1=1 #",
        "`",
        "%",
        "\\%",
        ":name ?",
        "/*!50000 or 1=1 */",
        "\b\n\r\t\u001a",
      })
  void aValueIsNeverReadAndStaysAsItIs(String value) throws Exception {
    Database database = database();
    try (TestSite site = database.site(folder, OPERATIONS)) {
      assertEquals(0, site.call("FindItems", "name", value).rows());
      assertEquals(
          "{\"rows\":1}", site.call("RenameItem", "id", "1", "name", value).text(), "one row");
      assertEquals("nut", database.text("select name from items where id = 2"));
      assertEquals(value, database.text("select name from items where id = 1"));
      String found = site.call("FindItems", "name", value).text();
      assertEquals(
          value,
          new com.fasterxml.jackson.databind.ObjectMapper()
              .readTree(found)
              .get("value")
              .get(0)
              .get("name")
              .asText(),
          found);
    }
  }

  @Test
  void whatOnlyMariaDbReadsAsOneTokenHoldsNoParameter() throws Exception {
    try (TestSite site = database().site(folder, OPERATIONS)) {
      assertEquals(
          "{\"value\":[{\"id:no ?\":2,\"said\":\"it's :no ?\",\"name\":\"nut\"}]}",
          site.call("FindItems", "name", "nut").text());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select taken()",
        "select nextval(counter)",
        "replace into items values (1, 'sly')",
        "analyze delete from items",
        "rename table items to gone",
      })
  void aReadThatChangesIsRefused(String sql) throws Exception {
    Database database = database();
    database.execute(
        "drop function if exists taken",
        "create function taken() returns integer modifies sql data begin delete from items; return"
            + " 1; end",
        "drop sequence if exists counter",
        "create sequence counter nocache",
        "drop table if exists gone");
    try (TestSite site =
        database.site(folder, "- name: Sly\n  get: /sly\n  sql: \"" + sql + "\"\n")) {
      Fault fault = assertThrows(FaultException.class, () -> site.call("Sly")).fault();
      assertEquals(Fault.Code.SOURCE_ERROR, fault.code(), fault + " " + fault.cause());
      assertEquals(
          List.of("boltnut", "1"),
          List.of(
              database.text("select group_concat(name order by id separator '') from items"),
              database.text("select next_not_cached_value from counter")));
    }
  }
}
