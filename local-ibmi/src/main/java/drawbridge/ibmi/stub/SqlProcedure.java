package drawbridge.ibmi.stub;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stored procedure, which an SQL CALL names. */
@FunctionalInterface
public interface SqlProcedure {
  /**
   * Runs once for each CALL, in its transaction.
   *
   * @param values one for each parameter, as JDBC has it; what is put there comes back
   * @return the result set that stays open for the caller; null: none
   */
  @Nullable ResultSet call(Connection database, @Nullable Object[] values) throws SQLException;

  /** Which way a parameter goes. */
  enum Way {
    IN(0xF0),
    OUT(0xF1),
    INOUT(0xF2);

    private final int code;

    Way(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /**
   * A parameter of a procedure.
   *
   * @param type of {@link java.sql.Types}
   * @param precision of characters their number, of decimals their digits
   */
  record Parameter(Way way, int type, int precision, int scale) {}

  /** A procedure with its parameters. */
  record Declared(List<Parameter> parameters, SqlProcedure body) {
    public Declared {
      parameters = List.copyOf(parameters);
    }
  }
}
