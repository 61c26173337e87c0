package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Column;
import drawbridge.adapters.TestSite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the database says of its columns describes them, unless the file does. */
final class CommentsTest {
  private static final String OPERATIONS =
      """
      - name: FindNoted
        get: /noted
        sql: select id as "id", price as "cost", grade as "grade", price * 2 as "twice" from noted_a
        columns: { grade: { description: From the file } }
      - name: FindOther
        get: /other
        sql: select price as "cost" from zother.noted_a
      - name: Row
        path: /rows
        resource:
          table: noted_a
          key: [id]
          allow: [get]
          columns:
            id: { type: integer }
            price: { type: decimal, name: cost }
            grade: { type: string, description: From the file }
      """;

  @TempDir Path folder;

  static List<Database> databases() {
    return Database.all();
  }

  private static void table(Database database, String name, String comment) throws SQLException {
    boolean within = database.dialect() == Dialect.MARIADB;
    String price = within ? " comment '" + comment + "'" : "";
    String grade = within ? " comment 'As inspected'" : "";
    database.execute(
        "drop table if exists " + name,
        "create table "
            + name
            + " (id integer primary key, price numeric(9,2)"
            + price
            + ", grade varchar(5)"
            + grade
            + ")");
    if (!within) {
      database.execute(
          "comment on column " + name + ".price is '" + comment + "'",
          "comment on column " + name + ".grade is 'As inspected'");
    }
  }

  private static List<String> said(TestSite site, String operation) {
    return site.operation(operation).columns().stream().map(Column::description).toList();
  }

  @ParameterizedTest
  @MethodSource("databases")
  void columnsHaveTheCommentsOfTheirOwnTable(Database database) throws Exception {
    database.execute("create schema if not exists zother");
    table(database, "noted_a", "In euros");
    // Both would answer to a pattern, or to a name alone.
    table(database, "notedxa", "Of another table");
    table(database, "zother.noted_a", "Of another schema");
    try (TestSite site = database.site(folder, OPERATIONS)) {
      assertEquals(List.of("", "In euros", "From the file", ""), said(site, "FindNoted"));
      assertEquals(List.of("", "In euros", "From the file"), said(site, "GetRow"));
      assertEquals(List.of("Of another schema"), said(site, "FindOther"));
      String draft = site.site().draft("main", "noted_a", Duration.ofSeconds(10)).orElseThrow();
      assertTrue(draft.contains("# In euros") && draft.contains("# As inspected"), draft);
    }
  }
}
