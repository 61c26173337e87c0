package drawbridge.adapters.sql;

import drawbridge.adapters.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement being put together: text of the file's author and of this package, and values that
 * are bound. What a caller gives only ever comes in as a value. Not thread-safe.
 */
final class Sql {
  private final StringBuilder text = new StringBuilder();
  private final List<Bound> binds = new ArrayList<>();

  /**
   * A value for one {@code ?}.
   *
   * @param value in the Java type of {@link drawbridge.adapters.Arguments}; null: NULL
   */
  record Bound(Type type, @Nullable Object value) {}

  Sql add(String sql) {
    text.append(sql);
    return this;
  }

  Sql value(Type type, @Nullable Object value) {
    text.append('?');
    binds.add(new Bound(type, value));
    return this;
  }

  /** Text with a {@code ?} for each of these. */
  Sql add(String sql, List<Bound> values) {
    text.append(sql);
    binds.addAll(values);
    return this;
  }

  Sql add(Sql other) {
    return add(other.text(), other.binds());
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  String text() {
    return text.toString();
  }

  List<Bound> binds() {
    return binds;
  }

  /** Never the values. */
  @Override
  public String toString() {
    return text();
  }
}
