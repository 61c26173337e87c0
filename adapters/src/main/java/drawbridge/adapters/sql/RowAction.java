package drawbridge.adapters.sql;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Answer.Format;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.sql.Resource.Action;
import drawbridge.adapters.sql.Resource.Col;
import drawbridge.adapters.sql.Sql.Bound;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gets, creates, changes or deletes one row of a resource. Thread-safe. */
final class RowAction implements Operation.Action, SqlOperation {
  private final String id;
  private final Engine engine;
  private final Resource resource;
  private final Action action;
  private final RowReader reader;
  private final Capacities capacities;

  RowAction(String id, Engine engine, Resource resource, Action action) {
    this.id = id;
    this.engine = engine;
    this.resource = resource;
    this.action = action;
    this.reader = new RowReader(resource);
    this.capacities =
        new Capacities(
            connection ->
                ResourceCheck.shapes(connection, resource).stream()
                    .map(shape -> new Capacity(shape, resource.dialect()))
                    .toList());
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<Column> describe(Connection connection) throws SQLException, FaultException {
    List<Column> columns = ResourceCheck.describe(connection, resource);
    if (action == Action.CREATE || action == Action.UPDATE) {
      capacities.look(connection);
    }
    return action == Action.DELETE ? List.of() : columns;
  }

  @Override
  public void run(Call call, Answer answer) throws FaultException {
    if (answer.format() == Format.CSV) {
      throw Fault.of(Code.NOT_ACCEPTABLE, "one row is answered as JSON only").thrown();
    }
    engine.run(
        call,
        answer,
        (session, reply) ->
            switch (action) {
              case GET -> get(session, reply);
              case CREATE -> create(session, reply);
              case UPDATE -> update(session, reply);
              case DELETE -> delete(session, reply);
              case LIST -> throw new IllegalStateException("a list is no row");
            });
  }

  private List<Bound> path(Call call) {
    return resource.keys().stream()
        .map(k -> new Bound(k.schema().type(), call.arguments().get(k.name())))
        .toList();
  }

  private long get(Session session, Reply reply) throws FaultException, SQLException, IOException {
    RowReader.Row row =
        reader.read(session, path(session.call()), reply).orElseThrow(RowAction::missing);
    String wanted = session.call().request().headers().get("if-none-match");
    if (wanted != null && !row.etag().isEmpty() && Etags.same(wanted, row.etag(), true)) {
      reply.status(304, "");
      reply.header("ETag", row.etag());
      return 0;
    }
    return row(reply, row, 200);
  }

  private static FaultException missing() {
    return Fault.of(Code.NOT_FOUND, "there is no such row").thrown();
  }

  /** Answers with the row, or with nothing where the caller would rather have that. */
  private static long row(Reply reply, RowReader.Row row, int status) throws IOException {
    reply.status(status, "application/json");
    if (!row.etag().isEmpty()) {
      reply.header("ETag", row.etag());
    }
    row.json().writeTo(reply);
    return 1;
  }

  private static boolean minimal(Call call) {
    return call.request().headers().getOrDefault("prefer", "").contains("return=minimal");
  }

  // ---- changes

  private List<Capacities.Into> into(List<Col> given) {
    return given.stream()
        .map(column -> new Capacities.Into(column.name(), resource.columns().indexOf(column)))
        .toList();
  }

  private long update(Session session, Reply reply)
      throws FaultException, SQLException, IOException {
    Call call = session.call();
    List<Bound> key = path(call);
    List<Col> given = resource.given(call, true);
    capacities.check(session, into(given));
    checkMatch(session, key);
    Sql sql = new Sql().add("update " + resource.table() + " set ");
    for (int i = 0; i < given.size(); i++) {
      Col column = given.get(i);
      sql.add(i == 0 ? "" : ", ").add(column.sql()).add(" = ");
      resource.value(sql, column, call.arguments().get(column.name()));
    }
    Resource.Etag etag = resource.etag();
    if (etag != null && etag.counts()) {
      sql.add(", " + etag.column() + " = " + etag.column() + " + 1");
    }
    sql.add(resource.row(call, key));
    try {
      Rows.checkOne(session.update(sql));
    } catch (SQLException e) {
      throw named(session, given, e);
    }
    RowReader.Row row = reader.read(session, key, reply).orElseThrow(RowAction::beyond);
    if (minimal(call)) {
      reply.status(204, "");
      reply.header("ETag", row.etag());
      return 1;
    }
    return row(reply, row, 200);
  }

  private long delete(Session session, Reply reply)
      throws FaultException, SQLException, IOException {
    List<Bound> key = path(session.call());
    checkMatch(session, key);
    Sql sql = new Sql().add("delete from " + resource.table());
    Rows.checkOne(session.update(sql.add(resource.row(session.call(), key))));
    reply.status(204, "");
    return 1;
  }

  /** The row may leave the caller's sight by no change that it makes. */
  private static FaultException beyond() {
    return Fault.of(Code.UNPROCESSABLE, "the row would be outside what this operation may touch")
        .thrown();
  }

  /** Holds the row as it is, and compares. */
  private void checkMatch(Session session, List<Bound> key)
      throws FaultException, SQLException, IOException {
    String wanted = session.call().request().headers().get("if-match");
    if (wanted == null) {
      return;
    }
    RowReader.Row row = reader.read(session, key, null).orElseThrow(RowAction::missing);
    if (row.etag().isEmpty()) {
      throw StatementAction.unenforced().thrown();
    }
    if (!Etags.same(wanted, row.etag(), false)) {
      throw Fault.of(Code.PRECONDITION_FAILED, "the row has changed meanwhile; nothing was changed")
          .thrown();
    }
  }

  private long create(Session session, Reply reply)
      throws FaultException, SQLException, IOException {
    Call call = session.call();
    List<Col> given = resource.given(call, false);
    capacities.check(session, into(given));
    Optional<Requests> requests = Requests.of(resource, id, call);
    try {
      List<Bound> key = insert(session, given, requests);
      if (requests.isPresent()) {
        requests.get().keep(session, key);
      }
      return created(session, reply, key);
    } catch (SQLException e) {
      if (requests.isEmpty() || !session.dialect().duplicate(e)) {
        throw named(session, given, e);
      }
      // Nothing of the second attempt stays; what follows reads what the first one made.
      session.connection().rollback();
      List<Bound> before = requests.get().before(session, given).orElseThrow(() -> e);
      reply.header("Idempotency-Replayed", "true");
      return created(session, reply, before);
    }
  }

  /**
   * No driver tells which value the database doesn't take; where there was one alone, it is that.
   *
   * @return as it was
   */
  private static SQLException named(Session session, List<Col> given, SQLException e)
      throws FaultException {
    if (given.size() == 1 && session.dialect().unfit(e)) {
      String name = given.getFirst().name();
      throw new Fault(
              Code.INVALID_ARGUMENT,
              "“" + name + "” does not fit what the source expects in its place",
              name,
              Duration.ZERO,
              e)
          .thrown();
    }
    return e;
  }

  private long created(Session session, Reply reply, List<Bound> key)
      throws FaultException, SQLException, IOException {
    RowReader.Row row = reader.read(session, key, reply).orElseThrow(RowAction::beyond);
    StringBuilder location = new StringBuilder(session.call().request().url());
    for (Bound part : key) {
      String text = String.valueOf(part.value());
      location.append('/');
      location.append(URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20"));
    }
    reply.header("Location", location.toString());
    if (minimal(session.call())) {
      reply.status(201, "");
      return 1;
    }
    return row(reply, row, 201);
  }

  /** Returns the key of the new row, which the database may have made. */
  private List<Bound> insert(Session session, List<Col> given, Optional<Requests> requests)
      throws FaultException, SQLException, IOException {
    Call call = session.call();
    Sql values = new Sql();
    StringBuilder names = new StringBuilder();
    for (Col column : given) {
      names.append(names.isEmpty() ? "" : ", ").append(column.sql());
      values.add(values.isEmpty() ? "" : ", ");
      resource.value(values, column, call.arguments().get(column.name()));
    }
    if (requests.isPresent()) {
      requests.get().column(names, values);
    }
    Sql sql =
        new Sql()
            .add("insert into " + resource.table() + " (" + names + ") values (")
            .add(values)
            .add(")");
    List<Col> made =
        resource.keys().stream().filter(k -> call.arguments().get(k.name()) == null).toList();
    if (made.isEmpty()) {
      session.update(sql);
      return path(call);
    }
    String[] wanted = made.stream().map(k -> unquoted(k.sql())).toArray(String[]::new);
    try (PreparedStatement prepared = session.connection().prepareStatement(sql.text(), wanted)) {
      Binder.bind(prepared, sql.binds(), session.dialect());
      return session.watched(prepared, (executed, query, watch) -> keys(executed, call, made));
    }
  }

  private static String unquoted(String sql) {
    return sql.startsWith("\"") || sql.startsWith("`") || sql.startsWith("[")
        ? sql.substring(1, sql.length() - 1)
        : sql;
  }

  private List<Bound> keys(PreparedStatement executed, Call call, List<Col> made)
      throws SQLException, FaultException {
    List<Bound> keys = new ArrayList<>();
    try (ResultSet row = executed.getGeneratedKeys()) {
      if (!row.next()) {
        throw Columns.misfit("the database tells no key of a new row: let callers give it");
      }
      for (Col key : resource.keys()) {
        int at = made.indexOf(key) + 1;
        keys.add(
            at == 0
                ? new Bound(key.schema().type(), call.arguments().get(key.name()))
                : Position.read(
                    row, at, key.schema().type(), Columns.Shape.of(row.getMetaData(), at)));
      }
    }
    return keys;
  }
}
