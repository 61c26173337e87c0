package drawbridge.adapters.sql;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Request;
import drawbridge.adapters.sql.Sql.Bound;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Answers what is new since the call before, for platforms that poll: {@code {"value": […],
 * "since": "…"}}. The newest row comes first. More than fit one answer are left for the next one,
 * oldest first, so that none is lost. Used once.
 *
 * @param sql ends with a condition and has no order
 */
record News(Session session, Reply reply, Sql sql, Keyset keyset, StatementAction.Plan plan) {
  static final String SINCE = "since";

  /** What tells its tokens from those of pages. */
  private static final String LIST = "news";

  long answer() throws FaultException, SQLException, IOException {
    StatementAction.Pages pages = plan.pages();
    if (pages == null) {
      throw new IllegalStateException("no pages");
    }
    Request request = session.call().request();
    Object token = session.call().arguments().get(SINCE);
    if (token == null) {
      return first(request);
    }
    Position since = open(request, token.toString());
    if (!since.keys().isEmpty()) {
      sql.add(" and ");
      keyset.after(sql, since.keys());
    }
    long size = Math.min(pages.size(), session.call().mostRows());
    sql.add(" order by " + keyset.order()).add(session.dialect().limit(0, size));
    return session.run(
        sql,
        0,
        (prepared, query, watch) -> {
          try (ResultSet rows = prepared.getResultSet()) {
            return write(rows, since, watch);
          }
        });
  }

  private Position open(Request request, String token) throws FaultException {
    try {
      Position since = Position.of(request.seal().open(token));
      if (since.keys().isEmpty() || since.keys().size() == keyset.keys().size()) {
        return since;
      }
    } catch (IOException | RuntimeException e) {
      // said below
    }
    throw Fault.argument(SINCE, "This is no answer's “since”: begin without it.").thrown();
  }

  /** Nothing is new yet; what comes later is. */
  private long first(Request request) throws FaultException, SQLException, IOException {
    Keyset back =
        new Keyset(
            keyset.keys().stream()
                .map(k -> new Keyset.Key(k.sql(), !k.descending(), k.nullable()))
                .toList());
    sql.add(" order by " + back.order()).add(session.dialect().limit(0, 1));
    List<Bound> newest =
        session.run(
            sql,
            0,
            (prepared, query, watch) -> {
              try (ResultSet rows = prepared.getResultSet()) {
                return rows.next() ? keys(rows, columns(rows)) : List.of();
              }
            });
    return document(new ArrayDeque<>(), newest, request);
  }

  private long write(ResultSet rows, Position since, Watch watch)
      throws FaultException, SQLException, IOException {
    Columns columns = columns(rows);
    Columns shown = columns.masked(Masks.of(session.call().request()));
    Deque<byte[]> newestFirst = new ArrayDeque<>();
    List<Bound> last = since.keys();
    while (rows.next()) {
      watch.check();
      ByteArrayOutputStream row = new ByteArrayOutputStream(256);
      try (var json = Rows.JSON.createGenerator(row)) {
        shown.writeRow(rows, json, new JsonSink(json));
      }
      shown.keys(rows, reply.answer());
      newestFirst.addFirst(row.toByteArray());
      last = keys(rows, columns);
    }
    return document(newestFirst, last, session.call().request());
  }

  private long document(Deque<byte[]> rows, List<Bound> last, Request request) throws IOException {
    reply.status(200, "application/json");
    String token = request.seal().seal(new Position(LIST, -1, last).bytes());
    boolean first = true;
    reply.write("{\"value\":[".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    for (byte[] row : rows) {
      if (!first) {
        reply.write(',');
      }
      first = false;
      reply.write(row);
    }
    reply.write(
        ("],\"since\":\"" + token + "\"}").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    return rows.size();
  }

  private Columns columns(ResultSet rows) throws SQLException, FaultException {
    return Columns.of(rows.getMetaData(), session.dialect(), plan.told(), Integer.MAX_VALUE);
  }

  private List<Bound> keys(ResultSet row, Columns columns) throws SQLException {
    StatementAction.Pages pages = plan.pages();
    List<Integer> at =
        pages == null
            ? List.of()
            : pages.keys().stream().map(k -> columns.find(k.column())).toList();
    return Listing.values(row, columns, at);
  }
}
