package drawbridge.adapters.sql;

import drawbridge.adapters.Type;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts arguments where the {@code ?} are: the only way in which what a caller says reaches SQL. */
final class Binder {
  private Binder() {}

  static void bind(PreparedStatement statement, List<Sql.Bound> values, Dialect dialect)
      throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      bind(statement, i + 1, values.get(i).type(), values.get(i).value(), dialect);
    }
  }

  static void bind(
      PreparedStatement statement, int at, Type type, @Nullable Object value, Dialect dialect)
      throws SQLException {
    switch (value) {
      case null -> statement.setNull(at, dialect.nullType(type));
      case String v -> {
        if (dialect == Dialect.DB2I) {
          HostCharacters.check(statement, at, v);
        }
        statement.setString(at, v);
      }
      case Integer v -> statement.setInt(at, v);
      case Long v -> statement.setLong(at, v);
      case BigDecimal v -> statement.setBigDecimal(at, v);
      case Double v -> statement.setDouble(at, v);
      case Boolean v -> statement.setBoolean(at, v);
      case byte[] v -> statement.setBytes(at, v);
      // The drivers know the classes of java.time, and UUID.
      default -> statement.setObject(at, value);
    }
  }
}
