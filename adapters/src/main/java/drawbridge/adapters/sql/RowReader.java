package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.sql.Resource.Col;
import drawbridge.adapters.sql.Sql.Bound;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one row of a resource with its ETag; thread-safe. */
record RowReader(Resource resource) {
  private static final String VERSION = "drawbridge_version";

  /**
   * A row as the caller may see it.
   *
   * @param etag empty: it has none
   */
  record Row(ByteArrayOutputStream json, String etag) {}

  /**
   * Reads it.
   *
   * @param reply of which the row becomes part; null: it is only compared, and stays as it is until
   *     the transaction ends
   * @return empty: there is none that this call may touch
   */
  Optional<Row> read(Session session, List<Bound> key, @Nullable Reply reply)
      throws FaultException, SQLException, IOException {
    Dialect dialect = session.dialect();
    boolean lock = reply == null;
    Resource.Etag etag = resource.etag();
    String version = etag == null ? "" : etag.column();
    boolean versioned = !version.isEmpty();
    Sql sql = new Sql().add("select " + Resource.selection(resource.columns(), dialect));
    if (versioned) {
      sql.add(", " + version + " as " + dialect.quoted(VERSION));
    }
    sql.add(" from " + resource.table() + (lock ? dialect.lockHint() : ""));
    sql.add(resource.row(session.call(), key)).add(lock ? dialect.lock() : "");
    return session.run(
        sql,
        2,
        (prepared, query, watch) -> {
          try (ResultSet rows = prepared.getResultSet()) {
            if (!rows.next()) {
              return Optional.empty();
            }
            Row row = row(session, rows, versioned, reply);
            if (rows.next()) {
              Rows.checkOne(2);
            }
            return Optional.of(row);
          }
        });
  }

  private Row row(Session session, ResultSet rows, boolean versioned, @Nullable Reply reply)
      throws FaultException, SQLException, IOException {
    int visible = resource.columns().size();
    Columns columns =
        Columns.of(
            rows.getMetaData(), session.dialect(), Resource.told(resource.columns()), visible);
    Restrictions restrictions = session.call().request().restrictions();
    ByteArrayOutputStream json = json(rows, columns.masked(Masks.of(session.call().request())));
    if (reply != null) {
      columns.keys(rows, reply.answer());
    }
    if (resource.etag() == null) {
      return new Row(json, "");
    }
    if (!versioned) {
      return new Row(json, Etags.of(hashed(rows, columns, restrictions)));
    }
    String column = resource.etag().column();
    boolean hidden =
        resource.columns().stream()
            .anyMatch(c -> c.sql().equals(column) && restrictions.masks().containsKey(c.name()));
    return new Row(json, hidden ? "" : Etags.of(version(rows, visible + 1)));
  }

  private static ByteArrayOutputStream json(ResultSet row, Columns columns)
      throws SQLException, IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = Rows.JSON.createGenerator(bytes)) {
      columns.writeRow(row, json, new JsonSink(json));
    }
    return bytes;
  }

  /** Of a masked column nothing is told, also not that it changed. */
  private byte[] hashed(ResultSet row, Columns columns, Restrictions restrictions)
      throws SQLException, IOException {
    TextSink text = new TextSink(resource.columns().size());
    columns.writeFields(row, text);
    List<String> names = resource.columns().stream().map(Col::name).toList();
    StringBuilder state = new StringBuilder();
    int at = 0;
    for (String value : text.row()) {
      String name = names.get(at++);
      if (!restrictions.masks().containsKey(name)) {
        state.append(name).append(value == null ? "!" : "=" + value.length() + ":" + value);
      }
    }
    return state.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** SQL Server's row versions are bytes. */
  private static byte[] version(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    String text =
        value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(value);
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
