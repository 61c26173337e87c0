package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Type;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/**
 * {@code $filter} against Apache Olingo: what it makes of an expression, evaluated row by row, is
 * what the database answers to ours; and no text whatsoever comes out of the place of a value.
 */
final class FilterTest {
  private static final Map<String, Filter.Field> FIELDS =
      Map.of(
          "name", new Filter.Field("name", "name", Type.STRING, true),
          "code", new Filter.Field("code", "code", Type.STRING, false),
          "amount", new Filter.Field("amount", "amount", Type.DECIMAL, true),
          "nr", new Filter.Field("nr", "nr", Type.INTEGER, false),
          "day", new Filter.Field("day", "day_of", Type.DATE, true),
          "open", new Filter.Field("open", "is_open", Type.BOOLEAN, true));

  private static final List<@Nullable String> NAMES =
      java.util.Arrays.asList("bolt", "o'ring", "50% off", "a_b", "", null, "Zoë", "BOLT", "!x");

  @SuppressWarnings("NullAway.Init")
  private static Connection database;

  private static final List<Map<String, @Nullable Object>> ROWS = new ArrayList<>();

  @BeforeContainer
  static void fill() throws SQLException {
    database = DriverManager.getConnection("jdbc:h2:mem:filters");
    try (Statement statement = database.createStatement()) {
      statement.execute(
          "create table t (nr int, name varchar(40), code varchar(9) not null, amount"
              + " numeric(9,2), day_of date, is_open boolean)");
    }
    try (PreparedStatement insert =
        database.prepareStatement("insert into t values (?, ?, ?, ?, ?, ?)")) {
      for (int i = 0; i < 36; i++) {
        Map<String, @Nullable Object> row = new HashMap<>();
        row.put("nr", i - 3);
        row.put("name", NAMES.get(i % NAMES.size()));
        row.put("code", "c" + i % 4);
        row.put("amount", i % 5 == 0 ? null : new BigDecimal(i - 8).movePointLeft(1));
        row.put("day", i % 7 == 0 ? null : LocalDate.of(2026, 1, 1 + i % 6));
        row.put("open", i % 3 == 0 ? null : (Object) (i % 2 == 0));
        ROWS.add(row);
        insert.setObject(1, row.get("nr"));
        insert.setObject(2, row.get("name"));
        insert.setObject(3, row.get("code"));
        insert.setObject(4, row.get("amount"));
        insert.setObject(5, row.get("day"));
        insert.setObject(6, row.get("open"));
        insert.execute();
      }
    }
  }

  @AfterContainer
  static void empty() throws SQLException {
    database.close();
  }

  private static List<Integer> answered(Filter filter) throws SQLException {
    Sql sql = new Sql().add("select nr from t where ");
    filter.write(sql, Dialect.H2);
    List<Integer> found = new ArrayList<>();
    try (PreparedStatement query = database.prepareStatement(sql.add(" order by nr").text())) {
      Binder.bind(query, sql.binds(), Dialect.H2);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getInt(1));
        }
      }
    }
    return found;
  }

  @Property(tries = 1500)
  void whatOlingoReadsIsWhatTheDatabaseAnswers(@ForAll("filters") String text) throws Exception {
    Filter ours = FilterParser.parse("$filter", text, FIELDS::get);
    Olingo theirs = Olingo.parse(text).orElseThrow(() -> new AssertionError("refused: " + text));
    List<Integer> expected = new ArrayList<>();
    for (Map<String, @Nullable Object> row : ROWS) {
      if (Boolean.TRUE.equals(theirs.value(row))) {
        expected.add((Integer) row.get("nr"));
      }
    }
    assertEquals(expected, answered(ours), text);
  }

  @Property(tries = 1500)
  void whatOlingoRefusesIsRefused(@ForAll("spoilt") String text) {
    try {
      FilterParser.parse("$filter", text, FIELDS::get);
    } catch (FaultException e) {
      assertEquals(Fault.Code.INVALID_ARGUMENT, e.fault().code());
      return;
    }
    assertTrue(Olingo.parse(text).isPresent(), "only we take: " + text);
  }

  /** What is not the text of a value. */
  private static final Pattern OWN =
      Pattern.compile(
          "(?:[ (),=<>?]|1|and|or|not|is|null|in|like|escape '!'|lower|upper|trim|char_length"
              + "|name|code|amount|nr|day_of|is_open)*");

  @Property(tries = 3000)
  void noTextBreaksOutOfItsValue(@ForAll("attacks") String text) throws Exception {
    Filter filter;
    try {
      filter = FilterParser.parse("$filter", text, FIELDS::get);
    } catch (FaultException e) {
      assertEquals(Fault.Code.INVALID_ARGUMENT, e.fault().code());
      return;
    }
    Sql sql = new Sql();
    filter.write(sql, Dialect.H2);
    assertTrue(OWN.matcher(sql.text()).matches(), sql.text());
    assertEquals(sql.binds().size(), sql.text().chars().filter(c -> c == '?').count(), sql.text());
    assertFalse(answered(filter).size() > ROWS.size());
  }

  // ---- generators

  private static Arbitrary<String> string() {
    return Arbitraries.of("bolt", "o''ring", "%", "_", "a_b", "", "50% off", "c1", "!x", "Zoë", "B")
        .map(s -> "'" + s + "'");
  }

  private static Arbitrary<String> text() {
    Arbitrary<String> column = Arbitraries.of("name", "code");
    return Arbitraries.oneOf(
        column, column.map(c -> "tolower(" + c + ")"), column.map(c -> "toupper(trim(" + c + "))"));
  }

  private static Arbitrary<String> order() {
    return Arbitraries.of("eq", "ne", "lt", "le", "gt", "ge");
  }

  private static Arbitrary<String> number() {
    return Arbitraries.of("0", "1", "-3", "2.5", "-0.7", "12", "1.20");
  }

  private static Arbitrary<String> test() {
    Arbitrary<String> numeric = Arbitraries.of("amount", "nr", "length(name)", "length(code)");
    Arbitrary<String> day = Arbitraries.of("2026-01-01", "2026-01-03", "2025-12-31");
    return Arbitraries.oneOf(
        Combinators.combine(text(), order(), string()).as((a, o, b) -> a + " " + o + " " + b),
        Combinators.combine(string(), order(), text()).as((a, o, b) -> a + " " + o + " " + b),
        Combinators.combine(text(), order(), text()).as((a, o, b) -> a + " " + o + " " + b),
        Combinators.combine(numeric, order(), number()).as((a, o, b) -> a + " " + o + " " + b),
        Combinators.combine(numeric, order(), numeric).as((a, o, b) -> a + " " + o + " " + b),
        Combinators.combine(order(), day).as((o, b) -> "day " + o + " " + b),
        Combinators.combine(
                Arbitraries.of("name", "amount", "day", "open", "nr"), Arbitraries.of("eq", "ne"))
            .as((a, o) -> a + " " + o + " null"),
        Combinators.combine(Arbitraries.of("eq", "ne"), Arbitraries.of("true", "false"))
            .as((o, b) -> "open " + o + " " + b),
        Arbitraries.just("open"),
        Combinators.combine(Arbitraries.of("contains", "startswith", "endswith"), text(), string())
            .as((f, a, b) -> f + "(" + a + "," + b + ")"),
        Combinators.combine(string(), string()).as((a, b) -> "name in (" + a + "," + b + ")"));
  }

  @Provide
  Arbitrary<String> filters() {
    return Arbitraries.recursive(
        FilterTest::test,
        inner ->
            Arbitraries.oneOf(
                Combinators.combine(inner, inner).as((a, b) -> a + " and " + b),
                Combinators.combine(inner, inner).as((a, b) -> a + " or " + b),
                inner.map(a -> "(" + a + ")"),
                inner.map(a -> "not (" + a + ")")),
        0,
        3);
  }

  /** Expressions with a part cut out, doubled or put elsewhere. */
  @Provide
  Arbitrary<String> spoilt() {
    return Combinators.combine(
            filters(),
            Arbitraries.integers().between(0, 200),
            Arbitraries.integers().between(0, 200),
            Arbitraries.of(
                "", "'", "(", ")", " ", "and", " eq ", ",", "not ", "1", "null", "--", ";", "in"))
        .as(
            (text, a, b, put) -> {
              int from = Math.min(a, b) % (text.length() + 1);
              int to = Math.max(from, Math.max(a, b) % (text.length() + 1));
              return text.substring(0, from) + put + text.substring(to);
            });
  }

  @Provide
  Arbitrary<String> attacks() {
    Arbitrary<String> piece =
        Arbitraries.oneOf(
            Arbitraries.of(
                "name eq '",
                "'",
                "''",
                " or 1=1",
                "--",
                ";",
                "/*",
                "*/",
                "?",
                "\\",
                "nr eq ",
                "1",
                " and ",
                " or ",
                "(",
                ")",
                "drop table t",
                "' or ''='",
                "\u0000",
                "\n",
                "$1",
                "code",
                "contains(name,'",
                "')",
                " in (",
                "%",
                "[",
                "{fn user()}",
                "{",
                "}",
                "\ud800",
                "ʼ"),
            Arbitraries.strings().ofMaxLength(6));
    return piece.list().ofMinSize(1).ofMaxSize(8).map(parts -> String.join("", parts));
  }
}
