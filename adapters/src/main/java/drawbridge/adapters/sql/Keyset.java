package drawbridge.adapters.sql;

import drawbridge.adapters.sql.Sql.Bound;
import java.util.List;

/**
 * The order of a list whose pages begin after the last row of the page before: so a page costs the
 * same wherever it is, and rows that come and go meanwhile shift nothing. NULL stands before every
 * value, in whatever database; immutable.
 *
 * @param keys together unique
 */
record Keyset(List<Key> keys) {
  Keyset {
    keys = List.copyOf(keys);
  }

  /** A column that the list is ordered by. */
  record Key(String sql, boolean descending, boolean nullable) {}

  /** Without {@code order by}. */
  String order() {
    StringBuilder text = new StringBuilder();
    for (Key key : keys) {
      text.append(text.isEmpty() ? "" : ", ");
      String direction = key.descending() ? " desc" : "";
      if (key.nullable()) {
        // Databases differ in where they put NULL.
        text.append("case when ").append(key.sql()).append(" is null then 0 else 1 end");
        text.append(direction).append(", ");
      }
      text.append(key.sql()).append(direction);
    }
    return text.toString();
  }

  /** Adds the condition that a row stands after one with these values. */
  void after(Sql sql, List<Bound> values) {
    Key first = keys.getFirst();
    // Says nothing that the rest does not, but lets an index be used.
    if (!first.nullable() && keys.size() > 1) {
      sql.add(first.sql()).add(first.descending() ? " <= " : " >= ");
      sql.value(values.getFirst().type(), values.getFirst().value()).add(" and ");
    }
    sql.add("(");
    for (int i = 0; i < keys.size(); i++) {
      sql.add(i == 0 ? "(" : " or (");
      for (int same = 0; same < i; same++) {
        equal(sql, keys.get(same), values.get(same));
        sql.add(" and ");
      }
      beyond(sql, keys.get(i), values.get(i));
      sql.add(")");
    }
    sql.add(")");
  }

  private static void equal(Sql sql, Key key, Bound value) {
    if (value.value() == null) {
      sql.add(key.sql()).add(" is null");
    } else {
      sql.add(key.sql()).add(" = ").value(value.type(), value.value());
    }
  }

  private static void beyond(Sql sql, Key key, Bound value) {
    if (value.value() == null) {
      sql.add(key.descending() ? "1 = 0" : key.sql() + " is not null");
      return;
    }
    boolean nulls = key.descending() && key.nullable();
    sql.add(nulls ? "(" : "").add(key.sql()).add(key.descending() ? " < " : " > ");
    sql.value(value.type(), value.value());
    sql.add(nulls ? " or " + key.sql() + " is null)" : "");
  }
}
