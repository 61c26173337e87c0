package drawbridge.adapters.sql;

import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.Fault.Reason;
import java.sql.SQLException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What a database's refusal means to a caller, by SQLSTATE; what the driver says stays in the log.
 */
final class SqlFaults {
  static final String REFUSED = "the source refused the sign-in";

  private SqlFaults() {}

  /** The connection is gone, and nobody knows how far the statement came. */
  static boolean broken(SQLException e) {
    String state = state(e);
    return state.startsWith("08")
        || state.startsWith("57P")
        // H2: the database or the connection was closed.
        || state.equals("90067")
        || state.equals("90098")
        || state.equals("90121");
  }

  /**
   * A plan that the driver keeps doesn't fit any more, since a table changed or another program
   * shares the session. Nothing ran, and the driver prepares anew.
   */
  static boolean stale(SQLException e) {
    String state = state(e);
    return state.equals("0A000") || state.equals("26000");
  }

  /** The database undid the transaction and said so. */
  static boolean undone(SQLException e) {
    String state = state(e);
    return state.startsWith("23") || (state.startsWith("40") && !state.equals("40003"));
  }

  /** While the statement ran; whatever it had begun is rolled back. */
  static Fault execution(SQLException e, Dialect dialect) {
    String state = state(e);
    if (dialect.unfit(e)) {
      return unfit(e);
    }
    if (state.startsWith("23") || dialect.constraint(e)) {
      return Fault.of(Code.CONFLICT, "the source refuses this: it conflicts with data there", e);
    }
    // 57033 is Db2's: a lock was not had in time.
    if (state.startsWith("40")
        || state.equals("55P03")
        || state.equals("57033")
        || state.equals("HYT00")) {
      Fault fault =
          Fault.of(Code.CONFLICT, "another change got in the way; nothing was changed", e);
      return state.startsWith("40") ? fault : fault.because(Reason.OBJECT_LOCKED);
    }
    if (state.equals("25006")) {
      return Fault.of(Code.SOURCE_ERROR, "this operation may only read, and tried to change", e);
    }
    return Fault.of(Code.SOURCE_ERROR, "the source could not carry out the operation", e)
        .because(reason(state));
  }

  static Fault unfit(SQLException e) {
    return Fault.of(
        Code.INVALID_ARGUMENT, "a value does not fit what the source expects in its place", e);
  }

  /** A value of an answer is not whole. */
  static Fault cut(SQLException e) {
    return Fault.of(Code.SOURCE_ERROR, "the source left something out of a value", e);
  }

  private static Reason reason(String state) {
    return switch (state) {
      // Tables, columns and others, as PostgreSQL, the standard's heirs and Db2 say it.
      case "42P01", "42703", "42883", "3F000", "42S02", "42S22", "42102", "42704", "42884" ->
          Reason.OBJECT_NOT_FOUND;
      case "42501", "42502", "90096" -> Reason.NO_AUTHORITY;
      default -> Reason.NONE;
    };
  }

  static Fault unavailable(String sentence, @Nullable Throwable cause) {
    return new Fault(Code.SOURCE_UNAVAILABLE, sentence, "", Duration.ofSeconds(5), cause);
  }

  static Fault busy(@Nullable Throwable cause) {
    return new Fault(
        Code.BUSY,
        "no connection to the source was free in time",
        "",
        Duration.ofSeconds(1),
        cause);
  }

  /** Why connecting failed, in a sentence that says nothing of hosts and users. */
  static String sentence(SQLException e, Dialect dialect) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SSLException) {
        return "TLS with the source failed";
      }
    }
    String state = state(e);
    if (dialect.refusedSignIn(e)) {
      return REFUSED;
    }
    if (state.startsWith("3D")) {
      return "the source has no such database";
    }
    if (state.startsWith("53")) {
      return "the source has no room for a connection";
    }
    return "the source cannot be reached";
  }

  private static String state(SQLException e) {
    String state = e.getSQLState();
    return state == null ? "" : state;
  }
}
