package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NamedSqlTest {
  private static NamedSql postgres(String sql) throws NamedSql.Malformed {
    return NamedSql.parse(sql, Dialect.POSTGRESQL);
  }

  @Test
  void namesBecomeBindsInTheirOrder() throws NamedSql.Malformed {
    NamedSql sql = postgres("select :a, b from t where c=:b_2 or d in (:a,:C)");
    assertEquals("select ?, b from t where c=? or d in (?,?)", sql.text());
    assertEquals(List.of("a", "b_2", "a", "C"), sql.names());
    assertEquals("select", sql.verb());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select 'it''s :no ?'",
        "select E'it\\'s :no'",
        "select e'\\\\', 1",
        "select \"a:no\"\"b ?\"",
        "select $$ :no ' ? $$",
        "select $tag$ $$ :no ; $tag$",
        "select a$b$c from t where d$b$",
        "select 1 -- :no ' ?\n + 1",
        "select 1 /* :no /* ' :no */ ? */ + 1",
        "select a::text, '1'::numeric(3,1)",
        "select a[1:2], a[i:j], a[f(x):n], a[b[1]:n], a[1:n][2:m]",
        "call f(x := 1, y => 2)",
        "select 'äöü :no', naïve$1 from t",
        "select a : b",
      })
  void whatTheDatabaseReadsAsOneTokenStays(String sql) throws NamedSql.Malformed {
    assertEquals(sql, postgres(sql).text());
    assertEquals(List.of(), postgres(sql).names());
  }

  @Test
  void aParameterMayStandInASlice() throws NamedSql.Malformed {
    assertEquals(List.of("i"), postgres("select a[:i]").names());
    assertEquals(
        "select a[?:n], array[?, ?], a[1: ?]",
        postgres("select a[:i:n], array[:x, :y], a[1: :n]").text());
    assertEquals("select a[i + ?]", postgres("select a[i + :n]").text());
  }

  @Test
  void aParameterMayBeCast() throws NamedSql.Malformed {
    assertEquals("select ?::int[]", postgres("select :ids::int[]").text());
  }

  @Test
  void operatorsWithQuestionMarksAreDoubledForTheDriver() throws NamedSql.Malformed {
    assertEquals(
        "select j ?? 'a', j ??| array['b'], j ??& array[?], j ?? 'c'",
        postgres("select j ? 'a', j ?| array['b'], j ?& array[:k], j ?? 'c'").text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select * from t where a = ?",
        "select f(?)",
        "select ?, 1",
        "select 1; delete from t",
        "select 1; /* */ select 2",
        "select 'open",
        "select \"open",
        "select $$open",
        "select $a$open$b$",
        "select /* open /* */",
        "select E'open\\'",
      })
  void whatIsNotOneWholeStatementIsRefused(String sql) {
    assertThrows(NamedSql.Malformed.class, () -> postgres(sql));
  }

  @Test
  void aSemicolonAtTheEndIsLeftOut() throws NamedSql.Malformed {
    assertEquals("select 1", postgres("select 1 ; -- done\n /* really */ ").text());
    assertEquals("select ';'", postgres("select ';';").text());
  }

  @Test
  void theVerbIsTheFirstWord() throws NamedSql.Malformed {
    assertEquals("select", postgres(" -- a comment\n /* and */ ( SELECT 1)").verb());
    assertEquals("", postgres(" -- nothing").verb());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select 'it\\'s :no ?'",
        "select '\\\\', 1",
        "select \"it\\\"s :no ?\"",
        "select `a:no ?`, `b``:no` from t",
        "select `a\\` from t",
        "select 1 # :no ' ?\n + 1",
        "select 1 -- :no '\n + 1",
        "select 1 --\t:no '\n + 1",
        "select 1 /* /* :no ' */ + 1",
        "select 1 --",
      })
  void whatMariaDbReadsAsOneTokenStays(String sql) throws NamedSql.Malformed {
    assertEquals(sql, NamedSql.parse(sql, Dialect.MARIADB).text());
    assertEquals(List.of(), NamedSql.parse(sql, Dialect.MARIADB).names());
  }

  @Test
  void aParameterMayFollowWhatOnlyMariaDbReadsSo() throws NamedSql.Malformed {
    assertEquals(
        "select '\\\\', ?, \"\\\"\", ?, `\\`, ? # the end",
        NamedSql.parse("select '\\\\', :a, \"\\\"\", :b, `\\`, :c # the end", Dialect.MARIADB)
            .text());
    assertEquals("select 5--?", NamedSql.parse("select 5--:a", Dialect.MARIADB).text());
    assertEquals(
        List.of("a"), NamedSql.parse("/* /* */ select :a", Dialect.MARIADB).names(), "no nesting");
    assertEquals("select 1", NamedSql.parse("select 1; # done", Dialect.MARIADB).text());
    for (String open : List.of("select 'open\\'", "select `open", "select \"open\\\"")) {
      assertThrows(NamedSql.Malformed.class, () -> NamedSql.parse(open, Dialect.MARIADB), open);
    }
  }

  @Test
  void sqlServersNamesMayHoldAnything() throws NamedSql.Malformed {
    String names = "select [a:no ? ' -- ], [b]]:no] from [dbo].[t /*] where [c] = ?";
    NamedSql sql = NamedSql.parse(names.replace("= ?", "= :c"), Dialect.SQLSERVER);
    assertEquals(names, sql.text());
    assertEquals(List.of("c"), sql.names());
    assertEquals("select 'x\\', ?", NamedSql.parse("select 'x\\', :a", Dialect.SQLSERVER).text());
    assertThrows(NamedSql.Malformed.class, () -> NamedSql.parse("select [open", Dialect.SQLSERVER));
  }

  @Test
  void otherDatabasesHaveNoEscapeStringsAndNoQuestionMarks() throws NamedSql.Malformed {
    assertEquals(List.of("a"), NamedSql.parse("select 'x\\', :a", Dialect.H2).names());
    assertThrows(NamedSql.Malformed.class, () -> NamedSql.parse("select j ? 'a'", Dialect.H2));
  }
}
