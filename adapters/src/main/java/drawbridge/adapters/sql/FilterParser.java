package drawbridge.adapters.sql;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Type;
import drawbridge.adapters.sql.Filter.Function;
import drawbridge.adapters.sql.Filter.Literal;
import drawbridge.adapters.sql.Filter.Named;
import drawbridge.adapters.sql.Filter.Operand;
import drawbridge.adapters.sql.Filter.Operator;
import drawbridge.adapters.sql.Filter.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the part of OData's {@code $filter} that docs/sql.md lists; the rest is refused with its
 * place. Used once.
 *
 * <pre>
 * or      = and *( " or " and )
 * and     = unary *( " and " unary )
 * unary   = "not " unary | "(" or ")" | test
 * test    = operand " eq|ne|lt|le|gt|ge " operand | operand " in (" literal *( "," literal ) ")"
 *         | contains|startswith|endswith "(" operand "," string ")" | boolean column
 * operand = column | literal | tolower|toupper|trim|length "(" operand ")"
 * </pre>
 */
final class FilterParser {
  private static final int DEEPEST = 24;
  private static final int MOST_TESTS = 100;

  private final FilterTokens tokens;
  private final Filter.Fields fields;
  private int tests;

  private FilterParser(String option, String text, Filter.Fields fields) {
    this.tokens = new FilterTokens(option, text);
    this.fields = fields;
  }

  /**
   * Reads the whole text.
   *
   * @param option its name, for faults
   * @throws FaultException INVALID_ARGUMENT that says what is wrong and where
   */
  static Filter parse(String option, String text, Filter.Fields fields) throws FaultException {
    FilterParser parser = new FilterParser(option, text, fields);
    parser.tokens.skipSpace();
    Filter filter = parser.or(0);
    parser.tokens.skipSpace();
    parser.tokens.end();
    return filter;
  }

  private FaultException wrong(String problem) {
    return tokens.wrong(problem);
  }

  private Filter or(int depth) throws FaultException {
    Filter left = and(depth);
    while (tokens.word("or")) {
      left = new Filter.Or(left, and(depth));
    }
    return left;
  }

  private Filter and(int depth) throws FaultException {
    Filter left = unary(depth);
    while (tokens.word("and")) {
      left = new Filter.And(left, unary(depth));
    }
    return left;
  }

  private Filter unary(int depth) throws FaultException {
    if (depth > DEEPEST) {
      throw wrong("is nested too deeply");
    }
    if (tokens.prefix("not")) {
      if (tokens.prefix("not")) {
        throw wrong("has a “not” before a “not”: leave out both");
      }
      boolean bracket = tokens.open();
      Filter inner = unary(depth + 1);
      boolean comparison = inner instanceof Filter.Compare || inner instanceof Filter.In;
      if (tokens.operator() != null || (comparison && !bracket)) {
        throw wrong("has a “not” before a comparison: write not (… eq …)");
      }
      return new Filter.Not(inner);
    }
    if (tokens.symbol('(')) {
      tokens.skipSpace();
      Filter inner = or(depth + 1);
      tokens.skipSpace();
      tokens.expect(')');
      if (tokens.operator() != null) {
        throw wrong("compares a condition: compare columns and values only");
      }
      return inner;
    }
    return test();
  }

  private Filter test() throws FaultException {
    if (++tests > MOST_TESTS) {
      throw wrong("has more than " + MOST_TESTS + " tests");
    }
    for (Place place : Place.values()) {
      if (tokens.call(place.name().toLowerCase(Locale.ROOT))) {
        return has(place);
      }
    }
    Operand left = operand(0);
    if (tokens.word("in")) {
      return in(left);
    }
    Operator operator = tokens.operator();
    if (operator == null) {
      if (left instanceof Named named && named.type() == Type.BOOLEAN) {
        return new Filter.True(named);
      }
      throw wrong("has no comparison here: write eq, ne, lt, le, gt, ge or in");
    }
    tokens.skipOperator();
    Operand right = operand(0);
    return compare(operator, left, right);
  }

  private Filter compare(Operator operator, Operand left, Operand right) throws FaultException {
    if (left instanceof Literal && right instanceof Literal) {
      throw wrong("compares two values: one side must be a column");
    }
    boolean equality = operator == Operator.EQ || operator == Operator.NE;
    if (isNull(left) || isNull(right)) {
      if (!equality) {
        throw wrong("compares with null: use eq or ne");
      }
      return new Filter.Compare(operator, left, right);
    }
    if (kind(left.type()) != kind(right.type()) || kind(left.type()) == Kind.NONE) {
      throw wrong("compares two types that differ, or that can't be compared");
    }
    if (!equality && kind(left.type()) == Kind.EQUAL_ONLY) {
      throw wrong("compares by order what has none: use eq or ne");
    }
    if (kind(left.type()) == Kind.EQUAL_ONLY && left.type() != right.type()) {
      throw wrong("compares two types that differ");
    }
    return new Filter.Compare(operator, suited(left, right), suited(right, left));
  }

  private static boolean isNull(Operand operand) {
    return operand instanceof Literal literal && literal.value() == null;
  }

  private Filter in(Operand left) throws FaultException {
    if (!(left instanceof Named named)) {
      throw wrong("has a value before “in”: write a column");
    }
    List<Literal> values = new ArrayList<>();
    tokens.expect('(');
    do {
      tokens.skipSpace();
      Literal value = tokens.literal().orElseThrow(() -> wrong("has no value here"));
      if (value.value() == null || kind(value.type()) != kind(named.type())) {
        throw wrong("has a value of another type than the column");
      }
      values.add((Literal) suited(value, named));
      tokens.skipSpace();
    } while (tokens.symbol(','));
    tokens.expect(')');
    tests += values.size();
    if (tests > MOST_TESTS) {
      throw wrong("has more than " + MOST_TESTS + " tests");
    }
    return new Filter.In(named, values);
  }

  private Filter has(Place place) throws FaultException {
    tokens.skipSpace();
    Operand text = operand(0);
    tokens.skipSpace();
    tokens.expect(',');
    tokens.skipSpace();
    Literal part = tokens.literal().orElseThrow(() -> wrong("has no text here"));
    tokens.skipSpace();
    tokens.expect(')');
    if (!(text instanceof Named named)
        || named.type() != Type.STRING
        || part.type() != Type.STRING
        || part.value() == null) {
      throw wrong("takes a column of text and a text here");
    }
    return new Filter.Has(place, named, part);
  }

  private Operand operand(int depth) throws FaultException {
    if (depth > DEEPEST) {
      throw wrong("is nested too deeply");
    }
    for (Function function : Function.values()) {
      if (tokens.call(function.name().toLowerCase(Locale.ROOT))) {
        tokens.skipSpace();
        Operand inner = operand(depth + 1);
        tokens.skipSpace();
        tokens.expect(')');
        if (!(inner instanceof Named named) || named.type() != Type.STRING) {
          throw wrong("takes a column of text here");
        }
        List<Function> functions = new ArrayList<>(named.functions());
        functions.add(function);
        return new Named(named.field(), functions);
      }
    }
    Optional<Literal> literal = tokens.literal();
    if (literal.isPresent()) {
      return literal.get();
    }
    String name = tokens.name();
    if (name.isEmpty()) {
      throw wrong("has neither a column nor a value here");
    }
    Filter.@Nullable Field field = fields.find(name);
    if (field == null) {
      throw tokens.wrong(
          tokens.open()
              ? "has the function " + name + ", which is not supported"
              : "names “" + name + "”, which is no column that may be used here");
    }
    return new Named(field, List.of());
  }

  /** What can be compared with what. */
  private enum Kind {
    TEXT,
    NUMBER,
    DATE,
    TIME,
    TIMESTAMP,
    /** Boolean, UUID. */
    EQUAL_ONLY,
    NONE
  }

  private static Kind kind(Type type) {
    return switch (type) {
      case STRING -> Kind.TEXT;
      case INTEGER, LONG, DECIMAL, DOUBLE -> Kind.NUMBER;
      case DATE -> Kind.DATE;
      case TIME -> Kind.TIME;
      case TIMESTAMP -> Kind.TIMESTAMP;
      case BOOLEAN, UUID -> Kind.EQUAL_ONLY;
      case BYTES, OBJECT -> Kind.NONE;
    };
  }

  /** A number in the type of the column, so that its index can be used. */
  private static Operand suited(Operand operand, Operand other) {
    if (operand instanceof Literal(Type type, Object value)
        && value instanceof java.math.BigDecimal number
        && type == Type.DECIMAL) {
      return switch (other.type()) {
        case DOUBLE -> new Literal(Type.DOUBLE, number.doubleValue());
        case INTEGER, LONG -> whole(number);
        default -> operand;
      };
    }
    return operand;
  }

  private static Literal whole(java.math.BigDecimal number) {
    try {
      return new Literal(Type.LONG, number.longValueExact());
    } catch (ArithmeticException e) {
      return new Literal(Type.DECIMAL, number);
    }
  }

  /** A fault of the option as a whole. */
  static FaultException wrong(String option, String problem) {
    return Fault.argument(option, option + " " + problem).thrown();
  }
}
