package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read off a statement, as {@code parameter>table.column}. */
final class AssignmentsTest {
  private static String of(Dialect dialect, String sql) throws NamedSql.Malformed {
    return Assignments.of(NamedSql.parse(sql, dialect), dialect).stream()
        .map(place -> place.parameter() + ">" + place.table() + "." + place.column())
        .collect(Collectors.joining(" "));
  }

  private static void is(String expected, String sql) throws NamedSql.Malformed {
    assertEquals(expected, of(Dialect.POSTGRESQL, sql), sql);
  }

  @Test
  void rowsThatAreInserted() throws NamedSql.Malformed {
    is("a>t.x b>t.y", "insert into t (x, y) values (:a, :b)");
    is("a>s.t.x", "INSERT INTO s.t(x, y) VALUES (:a, now())");
    is("a>\"S\".\"t u\".\"x,\"", "insert into \"S\".\"t u\" (\"x,\") values (:a)");
    is("a>t.x c>t.x b>t.y", "insert into t (x, y) values (:a, 1), (:c, :b) returning x");
    is("b>t.y", "insert into t as k (x, y) overriding system value values (f(:a, 2), :b)");
    is("b>t.y", "insert into t (x, y) values ('(:no,' /* , */, :b) -- :no");
    is("a>t.x b>t.y", "insert into t (x, y) select :a, :b where not exists (select 1)");
    is("b>t.y", "insert into t (x, y) select distinct :a, :b from u");
    is(
        "a>t.x a>t.x b>t.y",
        "insert into t (x) values (:a) on conflict (x) do update set x = :a, y = :b where t.x = :c");
    assertEquals(
        "a>t.x b>t.y",
        of(
            Dialect.MARIADB,
            "insert t (x) values (:a) on duplicate key update y = :b, x = values(x)"));
  }

  @Test
  void columnsThatAreUpdated() throws NamedSql.Malformed {
    is("a>t.x b>t.y", "update t set x = :a, y = :b where x = :a and y = :c");
    is("a>t.x", "update only t as k set x = :a");
    is("a>t.x", "update t k set x = :a returning x");
    is("limit>t.x b>t.y", "update t set x = :limit, y = :b where id = :id");
    is("a>t.x b>t.y", "update t set x = coalesce(:a, x), y = coalesce(y, nullif(:c, 1), :b)");
    assertEquals("a>LIB/T.X", of(Dialect.OTHER, "update LIB/T set X = :a"));
    assertEquals("a>[my t].[x y]", of(Dialect.SQLSERVER, "update [my t] set [x y] = :a"));
    assertEquals("", of(Dialect.SQLSERVER, "update k set x = :a from t k"), "k is an alias");
    assertEquals("a>t.x", of(Dialect.MARIADB, "update t k set k.x = :a"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select :a",
        "delete from t where x = :a",
        "insert into t values (:a)",
        "insert into t (x) values (:a::numeric(3,1))",
        "insert into t (x) values (cast(:a as numeric(3,1)))",
        "insert into t (x) values (:a + 1), (-:a), (coalesce(:a, 1) + 1), (coalesce(:a::int, 1))",
        "insert into t (x, y) values (f(:a), :caller.subject || 'x')",
        "insert into t (x",
        "insert into t (x) values",
        "insert",
        "update",
        "update t",
        "update t set",
        "update t set x",
        "update t set x =",
        "update t set (x, y) = (:a, :b)",
        "update t set x[1] = :a",
        "update t set x = case when :a is null then x else :a end",
        "update a, b set",
        "with k as (select 1) update t set x = :a",
        "merge into t using u on (true) when matched then update set x = :a",
        "call f(:a)",
      })
  void whatIsWrittenInAnotherWayIsPassedOver(String sql) throws NamedSql.Malformed {
    is("", sql);
  }
}
