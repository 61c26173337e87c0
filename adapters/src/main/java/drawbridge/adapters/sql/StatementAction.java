package drawbridge.adapters.sql;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Type;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs the statements of a file, in one transaction; the last one answers. Where there are pages,
 * or the policy leaves only some rows, the last one is a query inside another. Thread-safe.
 */
final class StatementAction implements Operation.Action, SqlOperation {
  private final Engine engine;
  private final Plan plan;

  /** Of the columns that parameters go into, in the order of the steps and their places. */
  private final Capacities capacities;

  private final List<Capacities.Into> into;

  /** Replaced when the columns change; what threads overwrite is equal. */
  private volatile @Nullable Columns known;

  /**
   * One statement.
   *
   * @param places columns that parameters go into as they are
   * @param rows that it must touch, else everything is undone; negative: as many as it likes
   */
  record Step(String sql, List<Bind> binds, List<Assignments.Place> places, int rows) {}

  /**
   * What the file says.
   *
   * @param single one row is meant
   * @param told of columns, by name
   * @param pages null: the list is answered whole
   * @param trigger the pages are what is new since the last call
   * @param content null: the answer is rows
   */
  record Plan(
      String id,
      List<Parameter> parameters,
      List<Step> steps,
      boolean single,
      Map<String, Columns.Told> told,
      @Nullable Pages pages,
      boolean trigger,
      @Nullable Content content) {
    Step last() {
      return steps.getLast();
    }
  }

  /** How a list is cut: by the names of columns that are unique together. */
  record Pages(List<Ordered> keys, int size) {}

  /**
   * The answer is what one column holds, byte by byte.
   *
   * @param type of media
   */
  record Content(String column, String type) {}

  /** A column's name, and its direction. */
  record Ordered(String column, boolean descending) {}

  StatementAction(Engine engine, Plan plan) {
    this.engine = engine;
    this.plan = plan;
    List<Assignments.Place> places =
        plan.steps().stream().flatMap(step -> step.places().stream()).toList();
    Targets targets = new Targets(places, engine.source().dialect());
    this.capacities = new Capacities(targets::look);
    this.into =
        IntStream.range(0, places.size())
            .mapToObj(i -> new Capacities.Into(places.get(i).parameter(), i))
            .toList();
  }

  @Override
  public String id() {
    return plan.id();
  }

  @Override
  public void run(Call call, Answer answer) throws FaultException {
    Restrictions restrictions = call.request().restrictions();
    if (!restrictions.filter().isEmpty() && (!engine.reads() || plan.steps().size() > 1)) {
      throw unenforced().thrown();
    }
    if (plan.trigger() && answer.format() == Answer.Format.CSV) {
      throw Fault.of(Code.NOT_ACCEPTABLE, "what is new is answered as JSON only").thrown();
    }
    engine.run(call, answer, this::work);
  }

  /** A restriction that can't be kept is not passed over. */
  static Fault unenforced() {
    return Fault.of(
        Code.FORBIDDEN, "the policy restricts this call in a way that this operation can't keep");
  }

  private long work(Session session, Reply reply) throws FaultException, SQLException, IOException {
    if (!into.isEmpty()) {
      capacities.check(session, into);
    }
    for (Step step : plan.steps().subList(0, plan.steps().size() - 1)) {
      long rows = session.update(sql(step, session.call()));
      check(step, rows);
    }
    if (plan.trigger()) {
      return new News(session, reply, wrapped(session), keyset(session), plan).answer();
    }
    if (plan.pages() != null) {
      return pages(session, reply, plan.pages());
    }
    Sql sql =
        session.call().request().restrictions().filter().isEmpty()
            ? sql(plan.last(), session.call())
            : wrapped(session);
    long most = plan.single() ? 1 : session.call().mostRows();
    // One more than allowed is enough to know, and spares the source the rest.
    int wanted = (int) Math.min(Integer.MAX_VALUE, most + 1);
    Columns before = known;
    return session.run(
        sql,
        wanted,
        before != null && before.heavy() ? Session.FIRST_HEAVY : Session.FIRST_FETCH,
        (prepared, query, watch) -> {
          Content content = plan.content();
          if (content != null) {
            try (ResultSet rows = prepared.getResultSet()) {
              return content(content, rows, columns(session, rows.getMetaData()), session, reply);
            }
          }
          Rows.list(reply);
          Rows out = new Rows(session, reply, watch);
          if (!query) {
            return count(session, prepared, out);
          }
          try (ResultSet rows = prepared.getResultSet()) {
            Columns columns = columns(session, rows.getMetaData());
            return plan.single() ? out.single(rows, columns) : out.list(rows, columns, most);
          }
        });
  }

  /** Null is nothing to answer with, as no row is. */
  private static long content(
      Content content, ResultSet rows, Columns columns, Session session, Reply reply)
      throws FaultException, SQLException, IOException {
    int at = columns.find(content.column());
    if (at == 0) {
      throw Columns.misfit("the content “" + content.column() + "” is no column of the statement");
    }
    if (Masks.of(session.call().request()).masked(content.column())) {
      throw unenforced().thrown();
    }
    if (!rows.next()) {
      Rows.checkOne(0);
    }
    columns.keys(rows, reply.answer());
    try (InputStream bytes = rows.getBinaryStream(at)) {
      if (bytes == null) {
        Rows.checkOne(0);
        return 0;
      }
      reply.status(200, content.type());
      bytes.transferTo(reply);
    }
    return 1;
  }

  private static Sql sql(Step step, Call call) throws FaultException {
    return new Sql().add(step.sql(), Bind.values(step.binds(), call));
  }

  private long count(Session session, PreparedStatement prepared, Rows out)
      throws FaultException, SQLException, IOException {
    if (session.reads()) {
      throw Session.changes().thrown();
    }
    long count = Math.max(0, prepared.getUpdateCount());
    if (plan.single()) {
      Rows.checkOne(count);
    }
    check(plan.last(), count);
    return out.count(count);
  }

  private static void check(Step step, long rows) throws FaultException {
    if (step.rows() >= 0 && step.rows() != rows) {
      throw Fault.of(
              Code.CONFLICT,
              "a change would not touch as many rows as it must; nothing was changed")
          .thrown();
    }
  }

  // ---- a query inside another

  /** {@code select * from (…) where …}, without an order. */
  private Sql wrapped(Session session) throws FaultException, SQLException, IOException {
    Sql sql = new Sql().add("select * from (\n").add(sql(plan.last(), session.call()));
    sql.add("\n) drawbridge_rows where ");
    String filter = session.call().request().restrictions().filter();
    if (filter.isEmpty()) {
      return sql.add("1 = 1");
    }
    Columns columns = prepared(session);
    Filter.Fields fields =
        name -> {
          int at = columns.find(name);
          return at == 0
              ? null
              : new Filter.Field(
                  name,
                  session.dialect().quoted(name),
                  columns.schema(at).type(),
                  columns.shape(at).nullable());
        };
    restriction(filter, fields).write(sql, session.dialect());
    return sql;
  }

  /** The policy's filter; one that doesn't fit the operation refuses the call. */
  static Filter restriction(String filter, Filter.Fields fields) throws FaultException {
    try {
      return FilterParser.parse("filter", filter, fields);
    } catch (FaultException e) {
      throw Fault.of(Code.FORBIDDEN, unenforced().message(), e).thrown();
    }
  }

  private Keyset keyset(Session session) throws FaultException, SQLException, IOException {
    Columns columns = prepared(session);
    Masks masks = Masks.of(session.call().request());
    Pages pages = plan.pages();
    if (pages == null) {
      throw new IllegalStateException("no pages");
    }
    List<Keyset.Key> keys = new java.util.ArrayList<>();
    for (Ordered key : pages.keys()) {
      if (masks.masked(key.column())) {
        throw unenforced().thrown();
      }
      int at = columns.find(key.column());
      if (at == 0) {
        throw Columns.misfit("the page key “" + key.column() + "” is no column of the statement");
      }
      keys.add(
          new Keyset.Key(
              session.dialect().quoted(key.column()),
              key.descending(),
              columns.shape(at).nullable()));
    }
    return new Keyset(keys);
  }

  private long pages(Session session, Reply reply, Pages pages)
      throws FaultException, SQLException, IOException {
    Call call = session.call();
    Paging paging = Paging.of(call, plan.parameters(), pages.size());
    Keyset keyset = keyset(session);
    paging.check(keyset);
    Sql sql = wrapped(session);
    return new Listing(session, reply, paging, keyset)
        .answer(
            sql,
            -1,
            (rows) -> columns(session, rows.getMetaData()),
            columns -> pages.keys().stream().map(k -> columns.find(k.column())).toList());
  }

  // ---- columns

  /** Of the last statement, from its text alone. */
  private Columns prepared(Session session) throws FaultException, SQLException, IOException {
    Columns columns = known;
    if (columns == null) {
      try (PreparedStatement prepared = session.connection().prepareStatement(plan.last().sql())) {
        columns = of(prepared, session.dialect());
        if (columns == null) {
          throw Session.changes().thrown();
        }
        known = columns;
      }
    }
    return columns;
  }

  private @Nullable Columns of(PreparedStatement prepared, Dialect dialect)
      throws SQLException, FaultException {
    // Nulls of the right types: the database may need them to know what the statement means.
    Binder.bind(prepared, Bind.nulls(plan.last().binds()), dialect);
    ResultSetMetaData from = prepared.getMetaData();
    return from == null || from.getColumnCount() == 0
        ? null
        : Columns.of(from, dialect, plan.told(), Integer.MAX_VALUE);
  }

  private Columns columns(Session session, ResultSetMetaData from)
      throws SQLException, FaultException {
    Columns columns = known;
    if (columns == null || !columns.fits(from)) {
      columns = Columns.of(from, session.dialect(), plan.told(), Integer.MAX_VALUE);
      known = columns;
    }
    return columns.masked(Masks.of(session.call().request()));
  }

  @Override
  public List<Column> describe(Connection connection) throws SQLException, FaultException {
    Dialect dialect = engine.source().dialect();
    if (!into.isEmpty()) {
      capacities.look(connection);
    }
    for (Step step : plan.steps().subList(0, plan.steps().size() - 1)) {
      try (PreparedStatement prepared = connection.prepareStatement(step.sql())) {
        Binder.bind(prepared, Bind.nulls(step.binds()), dialect);
        prepared.getMetaData();
      }
    }
    try (PreparedStatement prepared = connection.prepareStatement(plan.last().sql())) {
      Columns columns = of(prepared, dialect);
      if (columns == null) {
        return List.of();
      }
      Content content = plan.content();
      if (content != null) {
        int at = columns.find(content.column());
        if (at == 0 || columns.schema(at).type() != Type.BYTES) {
          throw Columns.misfit(
              "the content “" + content.column() + "” is no column of bytes of the statement");
        }
      }
      if (plan.pages() != null) {
        for (Ordered key : plan.pages().keys()) {
          if (columns.find(key.column()) == 0) {
            throw Columns.misfit(
                "the page key “" + key.column() + "” is no column of the statement");
          }
        }
      }
      known = columns;
      return columns.catalogue(plan.told(), comments(connection, prepared.getMetaData(), dialect));
    }
  }

  /** The database's comments on the columns that come straight from a table. */
  private static Map<Integer, String> comments(
      Connection connection, ResultSetMetaData from, Dialect dialect) throws SQLException {
    Map<Integer, String> comments = new HashMap<>();
    Comments source = new Comments(connection, dialect);
    for (int i = 1; i <= from.getColumnCount(); i++) {
      comments.put(i, source.of(from, i));
    }
    return comments;
  }
}
