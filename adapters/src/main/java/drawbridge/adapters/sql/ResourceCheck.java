package drawbridge.adapters.sql;

import drawbridge.adapters.Column;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Type;
import drawbridge.adapters.sql.Resource.Col;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares a resource with the table that is there. */
final class ResourceCheck {
  private ResourceCheck() {}

  /**
   * The columns as they are, with the database's comments.
   *
   * @throws FaultException whose cause names each difference
   */
  static List<Column> describe(Connection connection, Resource resource)
      throws SQLException, FaultException {
    Dialect dialect = resource.dialect();
    StringBuilder sql = new StringBuilder(selection(resource));
    Resource.Etag etag = resource.etag();
    if (etag != null && !etag.column().isEmpty()) {
      sql.append(", ").append(etag.column());
    }
    Resource.Idempotency idempotency = resource.idempotency();
    if (idempotency != null && !idempotency.column().isEmpty()) {
      sql.append(", ").append(idempotency.column());
    }
    sql.append(" from ").append(resource.table()).append(" where 1 = 0");
    if (!resource.filter().sql().isEmpty()) {
      sql.append(" and (").append(resource.filter().sql()).append("\n)");
    }
    List<Column> columns;
    try (PreparedStatement prepared = connection.prepareStatement(sql.toString())) {
      Binder.bind(prepared, Bind.nulls(resource.filter().binds()), dialect);
      ResultSetMetaData from = prepared.getMetaData();
      if (from == null) {
        throw Columns.misfit("the database tells nothing of " + resource.table());
      }
      Columns found =
          Columns.of(from, dialect, Resource.told(resource.columns()), resource.columns().size());
      compare(resource, found, from);
      Map<Integer, String> comments = new HashMap<>();
      Comments source = new Comments(connection, dialect);
      for (int i = 1; i <= resource.columns().size(); i++) {
        comments.put(i, source.of(from, i));
      }
      columns = merged(resource, found.catalogue(Map.of(), comments));
    }
    if (idempotency != null && !idempotency.table().isEmpty()) {
      try (PreparedStatement prepared =
          connection.prepareStatement(Requests.probe(idempotency.table()))) {
        prepared.getMetaData();
      }
    }
    return columns;
  }

  private static String selection(Resource resource) {
    return "select " + Resource.selection(resource.columns(), resource.dialect());
  }

  /** The columns as the table declares them, in the resource's order. */
  static List<Columns.Shape> shapes(Connection connection, Resource resource) throws SQLException {
    String sql = selection(resource) + " from " + resource.table() + " where 1 = 0";
    // Run and not just prepared, since drivers keep what they were told of a prepared statement.
    try (Statement statement = connection.createStatement();
        ResultSet none = statement.executeQuery(sql)) {
      ResultSetMetaData from = none.getMetaData();
      List<Columns.Shape> shapes = new ArrayList<>();
      for (int i = 1; i <= resource.columns().size(); i++) {
        shapes.add(Columns.Shape.of(from, i));
      }
      return shapes;
    }
  }

  private static void compare(Resource resource, Columns found, ResultSetMetaData from)
      throws SQLException, FaultException {
    List<String> differences = new ArrayList<>();
    for (int i = 1; i <= resource.columns().size(); i++) {
      Col said = resource.columns().get(i - 1);
      Type type = found.schema(i).type();
      if (!fits(said.schema().type(), type)) {
        differences.add(
            "column "
                + said.sql()
                + " of "
                + resource.table()
                + " is "
                + from.getColumnTypeName(i)
                + ", and the file says "
                + said.schema().type().name().toLowerCase(java.util.Locale.ROOT)
                + " (write “type: "
                + type.name().toLowerCase(java.util.Locale.ROOT)
                + "”)");
      }
    }
    if (!differences.isEmpty()) {
      throw Columns.misfit(String.join("; ", differences));
    }
  }

  private static boolean fits(Type said, Type is) {
    return said == is || (said == Type.UUID && is == Type.STRING);
  }

  /** What the file says of a column, else what the database does. */
  private static List<Column> merged(Resource resource, List<Column> found) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < resource.columns().size(); i++) {
      Col said = resource.columns().get(i);
      Column is = found.get(i);
      columns.add(
          new Column(
              said.name(),
              schema(said, is),
              said.told().title(),
              said.told().description().isEmpty() ? is.description() : said.told().description(),
              said.told().visibility(),
              said.readOnly()));
    }
    return columns;
  }

  private static drawbridge.adapters.Schema schema(Col said, Column is) {
    drawbridge.adapters.Schema schema = said.schema();
    if (said.schema().maxLength() == 0 && is.schema().maxLength() > 0) {
      schema = schema.atMost(is.schema().maxLength());
    }
    return is.schema().text() && !schema.text() ? schema.asText(is.schema().pattern()) : schema;
  }
}
