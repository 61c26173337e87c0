package drawbridge.adapters.sql;

import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.sql.Resource.Col;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the columns of a resource keep, as the database last declared them. Thread-safe. */
final class Capacities {
  private final Resource resource;

  /** In the resource's order; null: not known yet. */
  private volatile @Nullable List<Capacity> known;

  Capacities(Resource resource) {
    this.resource = resource;
  }

  /** Looks at the columns as they are declared by now. */
  List<Capacity> look(Connection connection) throws SQLException {
    List<Capacity> now =
        ResourceCheck.shapes(connection, resource).stream()
            .map(shape -> new Capacity(shape, resource.dialect()))
            .toList();
    known = now;
    return now;
  }

  /**
   * Refuses what a column would not keep as it is given.
   *
   * @throws FaultException INVALID_ARGUMENT that names the property
   */
  void check(Session session, List<Col> given) throws FaultException, SQLException {
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

  private @Nullable Fault misfit(List<Capacity> columns, List<Col> given, Call call) {
    for (Col column : given) {
      Object value = call.arguments().get(column.name());
      if (value != null) {
        String why = columns.get(resource.columns().indexOf(column)).refusal(value);
        if (!why.isEmpty()) {
          return Fault.argument(column.name(), "“" + column.name() + "” " + why);
        }
      }
    }
    return null;
  }
}
