package drawbridge.adapters.sql;

import drawbridge.adapters.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition in the grammar of OData's {@code $filter}, made by {@link FilterParser}; immutable.
 * As SQL it means what OData says of NULL: a comparison with it is false, so that {@code not (x lt
 * 5)} holds where x is NULL; {@code eq null} and {@code ne null} ask for it.
 */
sealed interface Filter {

  /** A column that may be used, or what stands in its place. */
  record Field(String name, String sql, Type type, boolean nullable) {}

  /** By their public names; null: there is no such column, or it may not be used. */
  interface Fields {
    @Nullable Field find(String name);
  }

  /** A side of a comparison. */
  sealed interface Operand {
    Type type();
  }

  /** A column, within functions that keep it one: {@code lower(trim(name))}. */
  record Named(Field field, List<Function> functions) implements Operand {
    @Override
    public Type type() {
      return functions.contains(Function.LENGTH) ? Type.INTEGER : field.type();
    }
  }

  /** A value; null: NULL. */
  record Literal(Type type, @Nullable Object value) implements Operand {}

  /** Of one text, by their names in OData. */
  enum Function {
    TOLOWER,
    TOUPPER,
    TRIM,
    LENGTH
  }

  /** Comparisons, by their names in OData. */
  enum Operator {
    EQ("="),
    NE("<>"),
    LT("<"),
    LE("<="),
    GT(">"),
    GE(">=");

    private final String sql;

    Operator(String sql) {
      this.sql = sql;
    }
  }

  /** Where in a text another one must stand. */
  enum Place {
    CONTAINS,
    STARTSWITH,
    ENDSWITH
  }

  record And(Filter left, Filter right) implements Filter {}

  record Or(Filter left, Filter right) implements Filter {}

  record Not(Filter inner) implements Filter {}

  record Compare(Operator operator, Operand left, Operand right) implements Filter {}

  record In(Named operand, List<Literal> values) implements Filter {}

  record Has(Place place, Named operand, Literal part) implements Filter {}

  /** A boolean column alone. */
  record True(Named operand) implements Filter {}

  /** Adds the condition. */
  default void write(Sql sql, Dialect dialect) {
    write(sql, dialect, false);
  }

  /**
   * Adds the condition.
   *
   * @param exact below a {@code not}: unknown would not be false there
   */
  private void write(Sql sql, Dialect dialect, boolean exact) {
    switch (this) {
      case And(Filter left, Filter right) -> pair(sql, dialect, exact, left, " and ", right);
      case Or(Filter left, Filter right) -> pair(sql, dialect, exact, left, " or ", right);
      case Not(Filter inner) -> {
        sql.add("not (");
        inner.write(sql, dialect, true);
        sql.add(")");
      }
      case Compare compare -> compare(sql, dialect, compare, exact);
      case In(Named operand, List<Literal> values) -> {
        sql.add("(");
        if (exact) {
          notNull(sql, operand);
        }
        operand(sql, dialect, operand);
        sql.add(" in (");
        for (int i = 0; i < values.size(); i++) {
          sql.add(i == 0 ? "" : ", ");
          operand(sql, dialect, values.get(i));
        }
        sql.add("))");
      }
      case Has(Place place, Named operand, Literal part) -> {
        operand(sql, dialect, operand);
        sql.add(" like ");
        sql.value(Type.STRING, pattern(place, String.valueOf(part.value()), dialect));
        sql.add(" escape '!'");
      }
      case True(Named operand) -> {
        operand(sql, dialect, operand);
        sql.add(" = ").value(Type.BOOLEAN, true);
      }
    }
  }

  private static void pair(
      Sql sql, Dialect dialect, boolean exact, Filter left, String word, Filter right) {
    sql.add("(");
    left.write(sql, dialect, exact);
    sql.add(word);
    right.write(sql, dialect, exact);
    sql.add(")");
  }

  private static void compare(Sql sql, Dialect dialect, Compare compare, boolean exact) {
    Operand left = compare.left();
    Operand right = compare.right();
    boolean leftNull = left instanceof Literal(_, var value) && value == null;
    boolean rightNull = right instanceof Literal(_, var value) && value == null;
    if (leftNull || rightNull) {
      operand(sql, dialect, leftNull ? right : left);
      sql.add(compare.operator() == Operator.EQ ? " is null" : " is not null");
      return;
    }
    boolean both = left instanceof Named && right instanceof Named;
    boolean different = compare.operator() == Operator.NE;
    boolean alike = compare.operator() == Operator.EQ && both;
    if (different) {
      // NULL differs from any value, and not from itself.
      sql.add("not ");
    }
    sql.add("((");
    if (exact || different) {
      notNull(sql, left);
      notNull(sql, right);
    }
    operand(sql, dialect, left);
    sql.add(" " + (different ? "=" : compare.operator().sql) + " ");
    operand(sql, dialect, right);
    sql.add(")");
    if ((alike || (different && both)) && nullable(left) && nullable(right)) {
      sql.add(" or (");
      operand(sql, dialect, left);
      sql.add(" is null and ");
      operand(sql, dialect, right);
      sql.add(" is null)");
    }
    sql.add(")");
  }

  private static boolean nullable(Operand operand) {
    return operand instanceof Named named && named.field().nullable();
  }

  private static void notNull(Sql sql, Operand operand) {
    if (operand instanceof Named named && named.field().nullable()) {
      sql.add(named.field().sql() + " is not null and ");
    }
  }

  private static void operand(Sql sql, Dialect dialect, Operand operand) {
    switch (operand) {
      case Literal(Type type, var value) -> sql.value(type, value);
      case Named(Field field, List<Function> functions) -> {
        String text = field.sql();
        for (Function function : functions) {
          text =
              switch (function) {
                case TOLOWER -> "lower(" + text + ")";
                case TOUPPER -> "upper(" + text + ")";
                case TRIM -> "trim(" + text + ")";
                case LENGTH -> dialect.characters(text);
              };
        }
        sql.add(text);
      }
    }
  }

  /** The text itself, whatever is in it. */
  private static String pattern(Place place, String part, Dialect dialect) {
    StringBuilder pattern = new StringBuilder(part.length() + 2);
    if (place != Place.STARTSWITH) {
      pattern.append('%');
    }
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '%' || c == '_' || c == '!' || (c == '[' && dialect.bracketsInPatterns())) {
        pattern.append('!');
      }
      pattern.append(c);
    }
    if (place != Place.ENDSWITH) {
      pattern.append('%');
    }
    return pattern.toString();
  }
}
