package drawbridge.adapters.sql;

import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What columns keep that arguments go into, as the database last declared them. Thread-safe. */
final class Capacities {
  private final Look look;

  /** As the look gives them; null: not known yet. */
  private volatile @Nullable List<Capacity> known;

  /** Asks the database how the columns are declared by now. */
  interface Look {
    List<Capacity> at(Connection connection) throws SQLException;
  }

  /**
   * An argument's way.
   *
   * @param column its place among those that the look gives
   */
  record Into(String argument, int column) {}

  Capacities(Look look) {
    this.look = look;
  }

  /** Looks at the columns as they are declared by now. */
  List<Capacity> look(Connection connection) throws SQLException {
    List<Capacity> now = look.at(connection);
    known = now;
    return now;
  }

  /**
   * Refuses what a column would not keep as it is given.
   *
   * @throws FaultException INVALID_ARGUMENT that names the argument
   */
  void check(Session session, List<Into> given) throws FaultException, SQLException {
    List<Capacity> columns = known;
    if (columns != null && misfit(columns, given, session.call()) == null) {
      return;
    }
    // A column may be wider than it was.
    Fault misfit = misfit(look(session.connection()), given, session.call());
    if (misfit != null) {
      throw misfit.thrown();
    }
  }

  private static @Nullable Fault misfit(List<Capacity> columns, List<Into> given, Call call) {
    for (Into one : given) {
      Object value = call.arguments().get(one.argument());
      if (value != null) {
        String why = columns.get(one.column()).refusal(value);
        if (!why.isEmpty()) {
          return Fault.argument(one.argument(), "“" + one.argument() + "” " + why);
        }
      }
    }
    return null;
  }
}
