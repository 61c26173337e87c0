package drawbridge.adapters.sql;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Request;
import drawbridge.adapters.sql.Resource.Col;
import drawbridge.adapters.sql.Resource.Sorted;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lists the rows of a resource, as the options of the query want it. Thread-safe. */
final class ListAction implements Operation.Action, SqlOperation {
  private static final int MOST_NAMES = 200;

  private final String id;
  private final Engine engine;
  private final Resource resource;

  ListAction(String id, Engine engine, Resource resource) {
    this.id = id;
    this.engine = engine;
    this.resource = resource;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<Column> describe(Connection connection) throws SQLException, FaultException {
    return ResourceCheck.describe(connection, resource);
  }

  @Override
  public void run(Call call, Answer answer) throws FaultException {
    engine.run(call, answer, this::work);
  }

  private long work(Session session, Reply reply) throws FaultException, SQLException, IOException {
    Call call = session.call();
    Request request = call.request();
    List<Col> selected = selected(request);
    List<Sorted> order = order(request);
    Paging paging = Paging.of(call, List.of(), resource.pageSize());
    Dialect dialect = session.dialect();
    Keyset keyset =
        new Keyset(
            order.stream()
                .map(
                    o ->
                        new Keyset.Key(
                            o.column().sql(), o.descending(), o.column().schema().nullable()))
                .toList());
    paging.check(keyset);
    Sql conditions = resource.conditions(call);
    String filter = request.options().get("$filter");
    if (filter != null) {
      Filter read = FilterParser.parse("$filter", filter, resource.fields(request.restrictions()));
      conditions.add(" and ");
      read.write(conditions, dialect);
    }
    long total = -1;
    if (paging.counts()) {
      Sql count = new Sql().add("select count(*) from " + resource.table() + " where ");
      total = session.number(count.add(conditions));
    }
    StringBuilder head = new StringBuilder("select ");
    head.append(Resource.selection(selected, dialect));
    for (int i = 0; i < order.size(); i++) {
      head.append(", ").append(order.get(i).column().sql());
      head.append(" as ").append(dialect.quoted("drawbridge_key_" + i));
    }
    head.append(" from ").append(resource.table()).append(" where ");
    List<Integer> keys = new ArrayList<>();
    for (int i = 1; i <= order.size(); i++) {
      keys.add(selected.size() + i);
    }
    return new Listing(session, reply, paging, keyset)
        .answer(
            new Sql().add(head.toString()).add(conditions),
            total,
            rows ->
                Columns.of(rows.getMetaData(), dialect, Resource.told(selected), selected.size())
                    .masked(Masks.of(request)),
            columns -> keys);
  }

  private List<Col> selected(Request request) throws FaultException {
    String text = request.options().get("$select");
    if (text == null || text.strip().equals("*")) {
      return resource.columns();
    }
    Set<String> names = new LinkedHashSet<>();
    for (String name : text.split(",", MOST_NAMES)) {
      names.add(name.strip());
    }
    List<Col> selected = new ArrayList<>();
    for (String name : names) {
      selected.add(
          resource
              .column(name)
              .orElseThrow(
                  () -> FilterParser.wrong("$select", "names what is no column of the list")));
    }
    return selected;
  }

  /** What is asked for, else what the file says; then the keys, so that no two rows are equal. */
  private List<Sorted> order(Request request) throws FaultException {
    List<Sorted> order = new ArrayList<>();
    String text = request.options().get("$orderby");
    if (text != null) {
      for (String one : text.split(",", MOST_NAMES)) {
        String[] words = one.strip().split("[ \\t]+", 4);
        boolean descending = words.length == 2 && words[1].equals("desc");
        if (words.length > 2 || (words.length == 2 && !descending && !words[1].equals("asc"))) {
          throw FilterParser.wrong("$orderby", "takes columns, each with asc or desc");
        }
        Col column =
            resource
                .column(words[0])
                .filter(Col::sortable)
                .filter(c -> !request.restrictions().masks().containsKey(c.name()))
                .orElseThrow(
                    () ->
                        FilterParser.wrong("$orderby", "names what the list can't be ordered by"));
        add(order, new Sorted(column, descending));
      }
    } else {
      for (Sorted one : resource.order()) {
        if (request.restrictions().masks().containsKey(one.column().name())) {
          throw StatementAction.unenforced().thrown();
        }
        add(order, one);
      }
    }
    resource.keys().forEach(key -> add(order, new Sorted(key, false)));
    return order;
  }

  private static void add(List<Sorted> order, Sorted one) {
    if (order.stream().noneMatch(o -> o.column().equals(one.column()))) {
      order.add(one);
    }
  }
}
