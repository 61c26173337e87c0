package drawbridge.adapters.sql;

import drawbridge.adapters.Parameter;
import drawbridge.adapters.Type;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Map;

/** Puts arguments where the {@code ?} are: the only way in which what a caller says reaches SQL. */
final class Binder {
  private Binder() {}

  /**
   * @param parameters one for each {@code ?}
   */
  static void bind(
      PreparedStatement statement, List<Parameter> parameters, Map<String, Object> arguments)
      throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Object value = arguments.get(parameter.name());
      int at = i + 1;
      switch (value) {
        case null -> statement.setNull(at, sqlType(parameter.type()));
        case String v -> statement.setString(at, v);
        case Integer v -> statement.setInt(at, v);
        case Long v -> statement.setLong(at, v);
        case BigDecimal v -> statement.setBigDecimal(at, v);
        case Double v -> statement.setDouble(at, v);
        case Boolean v -> statement.setBoolean(at, v);
        case byte[] v -> statement.setBytes(at, v);
        // Both drivers know the classes of java.time, and UUID.
        default -> statement.setObject(at, value);
      }
    }
  }

  private static int sqlType(Type type) {
    return switch (type) {
      case STRING -> Types.VARCHAR;
      case INTEGER -> Types.INTEGER;
      case LONG -> Types.BIGINT;
      case DECIMAL -> Types.NUMERIC;
      case DOUBLE -> Types.DOUBLE;
      case BOOLEAN -> Types.BOOLEAN;
      case DATE -> Types.DATE;
      case TIME -> Types.TIME;
      case TIMESTAMP -> Types.TIMESTAMP;
      case UUID -> Types.OTHER;
      case BYTES -> Types.VARBINARY;
      case OBJECT -> Types.OTHER;
    };
  }
}
