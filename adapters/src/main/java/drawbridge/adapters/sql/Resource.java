package drawbridge.adapters.sql;

import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Schema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A table or view as an API file shows it; immutable.
 *
 * @param table as it stands in SQL
 * @param columns in the order of the file
 * @param keys that together name one row
 * @param filter a condition of the file that every row meets which is seen or written here
 * @param order of a list that is not asked for another one, without the keys at its end
 */
record Resource(
    Dialect dialect,
    String table,
    List<Col> columns,
    List<Col> keys,
    Set<Action> allow,
    Condition filter,
    @Nullable Etag etag,
    @Nullable Idempotency idempotency,
    List<Sorted> order,
    int pageSize) {

  /** What may be done. */
  enum Action {
    LIST,
    GET,
    CREATE,
    UPDATE,
    DELETE
  }

  /**
   * A column.
   *
   * @param sql its name in SQL
   * @param name in the API
   * @param cast the SQL type that given values are cast to; empty: none
   */
  record Col(
      String sql,
      String name,
      Schema schema,
      boolean readOnly,
      boolean required,
      String cast,
      Columns.Told told) {
    boolean sortable() {
      return cast.isEmpty()
          && switch (schema.type()) {
            case BYTES, OBJECT -> false;
            default -> true;
          };
    }
  }

  /** A column and its direction. */
  record Sorted(Col column, boolean descending) {}

  /** SQL of the file; empty: none. */
  record Condition(String sql, List<Bind> binds) {}

  /**
   * What tells two states of a row apart.
   *
   * @param column in SQL; empty: a hash of the row
   * @param counts the bridge adds one with every update
   */
  record Etag(String column, boolean counts) {}

  /**
   * Where the keys of creations are kept: one of the two, the other is empty.
   *
   * @param column of the table itself, unique
   * @param table of its own, as docs/sql.md makes it
   */
  record Idempotency(String column, String table) {}

  Optional<Col> column(String name) {
    return columns.stream().filter(c -> c.name().equals(name)).findFirst();
  }

  /** Names and types as the file and the policy may use them in conditions. */
  Filter.@Nullable Field field(String name) {
    return column(name)
        .filter(Col::sortable)
        .map(c -> new Filter.Field(name, c.sql(), c.schema().type(), c.schema().nullable()))
        .orElse(null);
  }

  /**
   * Adds the conditions that every row meets: the file's and the policy's.
   *
   * @throws FaultException FORBIDDEN where the policy asks for what can't be kept
   */
  Sql conditions(Call call) throws FaultException {
    Restrictions restrictions = call.request().restrictions();
    for (Col key : keys) {
      if (restrictions.masks().containsKey(key.name())) {
        throw StatementAction.unenforced().thrown();
      }
    }
    Sql sql = new Sql().add("1 = 1");
    if (!filter.sql().isEmpty()) {
      // On a line of its own, since it may end with a comment.
      sql.add(" and (").add(filter.sql(), Bind.values(filter.binds(), call)).add("\n)");
    }
    if (!restrictions.filter().isEmpty()) {
      sql.add(" and ");
      StatementAction.restriction(restrictions.filter(), this::field).write(sql, dialect);
    }
    return sql;
  }

  /** The row of these keys, as far as it may be seen. */
  Sql row(Call call, List<Sql.Bound> key) throws FaultException {
    Sql sql = new Sql().add(" where ");
    for (int i = 0; i < keys.size(); i++) {
      sql.add(i == 0 ? "" : " and ").add(keys.get(i).sql()).add(" = ");
      sql.value(key.get(i).type(), key.get(i).value());
    }
    return sql.add(" and ").add(conditions(call));
  }

  /** What a caller may filter and order by: not what is masked, which it could find out so. */
  Filter.Fields fields(Restrictions restrictions) {
    return name -> restrictions.masks().containsKey(name) ? null : field(name);
  }

  /** The columns as a result has them. */
  static String selection(List<Col> columns, Dialect dialect) {
    StringBuilder text = new StringBuilder();
    for (Col column : columns) {
      text.append(text.isEmpty() ? "" : ", ").append(column.sql());
      text.append(" as ").append(dialect.quoted(column.name()));
    }
    return text.toString();
  }

  static Map<String, Columns.Told> told(List<Col> columns) {
    Map<String, Columns.Told> told = new HashMap<>();
    columns.forEach(c -> told.put(c.name(), c.told()));
    return told;
  }

  /** As a parameter of a body or a path. */
  static Parameter parameter(Col column, Parameter.In in, boolean required) {
    return new Parameter(
        column.name(),
        in,
        column.schema(),
        required,
        null,
        column.told().title(),
        column.told().description(),
        column.told().visibility(),
        null);
  }

  /** A value for a column, cast where the file says so. */
  void value(Sql sql, Col column, @Nullable Object value) {
    if (column.cast().isEmpty()) {
      sql.value(column.schema().type(), value);
    } else {
      sql.add("cast(").value(column.schema().type(), value).add(" as " + column.cast() + ")");
    }
  }

  /** Columns that a caller gives, as far as it gave them. */
  List<Col> given(Call call, boolean update) throws FaultException {
    Map<String, ?> arguments = call.arguments();
    List<Col> given =
        columns.stream()
            .filter(c -> !c.readOnly() && !(update && keys.contains(c)))
            .filter(c -> arguments.containsKey(c.name()))
            .toList();
    if (given.isEmpty()) {
      throw Fault.argument("", "the body gives no column").thrown();
    }
    for (Col column : given) {
      if (call.request().restrictions().masks().containsKey(column.name())) {
        throw Fault.argument(
                column.name(),
                "“" + column.name() + "” is hidden from this caller, so it can't be set")
            .thrown();
      }
    }
    return given;
  }
}
