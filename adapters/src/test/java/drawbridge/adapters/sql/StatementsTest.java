package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import drawbridge.adapters.Answer.Format;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Restrictions.Mask;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import drawbridge.adapters.Traits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements of a file: pages, transactions, procedures, what is new, what the policy leaves. */
final class StatementsTest {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private TestSite site;

  static List<Database> databases() {
    return Database.all();
  }

  private static final String OPERATIONS =
      """
      - name: FindOrders
        get: /customers/{customerId}/orders
        sql: |
          select id as "id", placed_on as "placed_on", total as "total" from orders
          where customer_id = :customerId and placed_on >= :since -- the newest are not special
        page: { key: [placed_on, id], size: 3 }
        parameters:
          customerId: { type: integer, in: path }
          since: { type: date, default: "2000-01-01", description: First day to include }
      - name: Changed
        get: /changed
        trigger: changed-rows
        sql: select id as "id", total as "total", changed as "changed" from orders
        page: { key: [changed, id], size: 2 }
      - name: Mine
        get: /mine
        sql: select id as "id" from orders where owner = :caller.subject order by id
      - name: Move
        post: /moves
        isolation: serializable
        transaction:
          - { sql: "update orders set total = total - :amount where id = :from and total >= :amount", rows: 1 }
          - { sql: "update orders set total = total + :amount where id = :to", rows: 1 }
        parameters:
          from: { type: integer, required: true }
          to: { type: integer, required: true }
          amount: { type: decimal, required: true, minimum: 0.01 }
      """;

  private void open(Database database, String more) throws Exception {
    database.execute(
        "drop table if exists orders",
        "create table orders (id integer primary key, customer_id integer not null, placed_on date"
            + " not null, total numeric(9,2) not null, changed integer not null, owner"
            + " varchar(40))");
    for (int i = 1; i <= 8; i++) {
      database.execute(
          "insert into orders values ("
              + i
              + ", 7, date '2026-01-0"
              + (1 + i / 3)
              + "', "
              + (i * 10)
              + ", "
              + i / 2
              + ", '"
              + (i < 3 ? "CN=apim" : "CN=other")
              + "')");
    }
    site = database.site(folder, OPERATIONS + more);
  }

  @AfterEach
  void close() {
    if (site != null) { // the test was not skipped
      site.close();
    }
  }

  private TestCall call(String operation) {
    return new TestCall(site.operation(operation));
  }

  private static Fault refused(Fault.Code code, TestCall call) {
    Fault fault = assertThrows(FaultException.class, call::run).fault();
    assertEquals(code, fault.code(), fault + " " + fault.cause());
    return fault;
  }

  private static List<Integer> ids(TestAnswer answer) throws Exception {
    List<Integer> ids = new ArrayList<>();
    TestCall.json(answer).get("value").forEach(row -> ids.add(row.get("id").asInt()));
    return ids;
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aStatementHasPages(Database database) throws Exception {
    open(database, "");
    TestCall first = call("FindOrders").path("customerId", "7").query("since", "2026-01-01");
    TestAnswer answer = first.run();
    List<Integer> seen = new ArrayList<>(ids(answer));
    int pages = 1;
    while (TestCall.json(answer).has("nextLink")) {
      String next = TestCall.json(answer).get("nextLink").asText();
      assertTrue(
          next.startsWith("https://host/base/shop/v1/customers/7/orders?since=2026-01-01&page="),
          next);
      answer = call("FindOrders").path("customerId", "7").url(next).run();
      seen.addAll(ids(answer));
      pages++;
    }
    assertEquals(List.of(1, 2, 3, 4, 5, 6, 7, 8), seen);
    assertEquals(3, pages);
    String next = TestCall.json(first.run()).get("nextLink").asText();
    refused(Fault.Code.INVALID_ARGUMENT, call("FindOrders").path("customerId", "8").url(next));
    assertEquals(
        8,
        call("FindOrders")
            .path("customerId", "7")
            .format(Format.NDJSON)
            .run()
            .text()
            .lines()
            .count());
    assertTrue(site.operation("FindOrders").traits().paged());
  }

  @ParameterizedTest
  @MethodSource("databases")
  void rowsThatComeMeanwhileShiftNoPage(Database database) throws Exception {
    open(database, "");
    TestAnswer first = call("FindOrders").path("customerId", "7").run();
    database.execute("insert into orders values (0, 7, date '2026-01-01', 1, 1, 'x')");
    String next = TestCall.json(first).get("nextLink").asText();
    assertEquals(List.of(4, 5, 6), ids(call("FindOrders").path("customerId", "7").url(next).run()));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void whatIsNewIsToldOnceAndNothingIsLost(Database database) throws Exception {
    open(database, "");
    assertEquals(Traits.Trigger.CHANGED_ROWS, site.operation("Changed").traits().trigger());
    JsonNode start = TestCall.json(call("Changed").run());
    assertEquals(0, start.get("value").size(), "nothing is new at first");
    String since = start.get("since").asText();
    assertEquals(0, TestCall.json(call("Changed").query("since", since).run()).get("value").size());
    database.execute("update orders set changed = 9 where id in (2, 5, 7)");
    TestAnswer first = call("Changed").query("since", since).run();
    assertEquals(List.of(5, 2), ids(first), "the newest first, and the rest waits");
    String then = TestCall.json(first).get("since").asText();
    TestAnswer second = call("Changed").query("since", then).run();
    assertEquals(List.of(7), ids(second));
    String last = TestCall.json(second).get("since").asText();
    assertEquals(List.of(), ids(call("Changed").query("since", last).run()));
    assertEquals(List.of(5, 2), ids(call("Changed").query("since", since).run()), "and again");
    refused(Fault.Code.INVALID_ARGUMENT, call("Changed").query("since", "x"));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void severalStatementsAreAllMadeOrNone(Database database) throws Exception {
    open(database, "");
    assertEquals(
        "{\"rows\":1}", call("Move").body("{\"from\":8,\"to\":1,\"amount\":80}").run().text());
    assertEquals("0.00", database.text("select total from orders where id = 8"));
    refused(Fault.Code.CONFLICT, call("Move").body("{\"from\":2,\"to\":99,\"amount\":5}"));
    refused(Fault.Code.CONFLICT, call("Move").body("{\"from\":2,\"to\":3,\"amount\":500}"));
    refused(Fault.Code.INVALID_ARGUMENT, call("Move").body("{\"from\":2,\"to\":3,\"amount\":0}"));
    assertEquals("20.00", database.text("select total from orders where id = 2"));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aStatementMayUseTheCaller(Database database) throws Exception {
    open(database, "");
    assertEquals(List.of(1, 2), ids(call("Mine").run()));
    assertEquals(List.of(), ids(call("Mine").caller("subject", "' or 1=1 --").run()));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void whatThePolicyLeavesOfAStatementIsEnforced(Database database) throws Exception {
    open(database, "");
    Restrictions some = new Restrictions("total gt 30", Map.of("total", Mask.NULL));
    TestAnswer answer = call("FindOrders").path("customerId", "7").restricted(some).run();
    assertEquals(List.of(4, 5, 6), ids(answer));
    assertTrue(TestCall.json(answer).get("value").get(0).get("total").isNull());
    assertEquals(
        List.of(1), ids(call("Mine").restricted(new Restrictions("id lt 2", Map.of())).run()));
    refused(
        Fault.Code.FORBIDDEN,
        call("Move")
            .restricted(new Restrictions("id lt 2", Map.of()))
            .body("{\"from\":2,\"to\":3,\"amount\":5}"));
    refused(
        Fault.Code.FORBIDDEN,
        call("FindOrders")
            .path("customerId", "7")
            .restricted(new Restrictions("", Map.of("placed_on", Mask.NULL))));
    refused(
        Fault.Code.FORBIDDEN, call("Mine").restricted(new Restrictions("total gt 1", Map.of())));
  }

  @Test
  void aProcedureOfPostgresAnswersItsOutArgumentsAndItsCursor() throws Exception {
    Database database = Database.all().getFirst();
    database.execute(
        "create or replace procedure close_orders(customer int, inout amount numeric, out lines"
            + " refcursor) language plpgsql as $$ begin amount := amount + customer; open lines for"
            + " select id, total from orders where customer_id = customer order by id limit 2; end $$");
    open(
        database,
        """
        - name: CloseOrders
          post: /close
          procedure:
            name: close_orders
            arguments:
              - { in: customer }
              - { in: amount, out: amount }
              - { out: lines, type: cursor }
          parameters:
            customer: { type: integer, required: true }
            amount: { type: decimal, required: true }
        """);
    assertEquals(
        "{\"amount\":\"8.50\",\"lines\":[{\"id\":1,\"total\":10.00},{\"id\":2,\"total\":20.00}]}",
        call("CloseOrders").body("{\"customer\":7,\"amount\":1.50}").run().text());
    refused(
        Fault.Code.FORBIDDEN,
        call("CloseOrders")
            .restricted(new Restrictions("", Map.of("amount", Mask.NULL)))
            .body("{\"customer\":7,\"amount\":1.50}"));
  }

  @Test
  void aProcedureOfMariaDbAnswersItsResultSets() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        MariaDb.installed(), "MariaDB is not installed (Debian: mariadb-server)");
    Database database = MariaDb.database();
    database.execute(
        "drop procedure if exists two_lists",
        "create procedure two_lists(in least int, out n int) begin select id from orders where id >"
            + " least order by id; select 'x' as t; set n = 42; end");
    open(
        database,
        """
        - name: TwoLists
          post: /two
          procedure:
            name: two_lists
            arguments: [ { in: least }, { out: n, type: integer } ]
            results: [ids, texts]
          parameters: { least: { type: integer, required: true } }
        """);
    assertEquals(
        "{\"ids\":[{\"id\":7},{\"id\":8}],\"texts\":[{\"t\":\"x\"}],\"n\":42}",
        call("TwoLists").body("{\"least\":6}").run().text());
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aFileThatDoesNotFitTakesOnlyItsOwnApiOutOfService(Database database) throws Exception {
    open(database, "");
    site.close();
    java.nio.file.Files.writeString(
        folder.resolve("apis/stock-v1.yaml"),
        """
        api: stock
        version: v1
        title: Stock
        source: main
        operations:
          - name: Order
            path: /orders
            resource:
              table: orders
              key: [id]
              allow: [list]
              columns: { id: { type: integer }, total: { type: integer } }
        """);
    java.nio.file.Files.writeString(
        folder.resolve("apis/gone-v1.yaml"),
        """
        api: gone
        version: v1
        title: Gone
        source: main
        operations: [ { name: A, get: /a, sql: select nothing from nowhere } ]
        """);
    site = TestSite.open(folder, database.user(), "url: \"" + database.url() + "\"", OPERATIONS);
    assertEquals(List.of("shop"), site.site().apis().stream().map(api -> api.name()).toList());
    assertEquals(
        List.of("gone/v1", "stock/v1"),
        site.site().outOfService().stream().map(api -> api.api()).toList());
    String said = site.site().outOfService().getLast().differences().getFirst();
    assertTrue(said.startsWith("stock/v1/ListOrders: column total of orders is "), said);
    assertTrue(said.contains("the file says integer (write “type: decimal”)"), said);
    assertFalse(site.site().operation("stock/v1/ListOrders").isPresent());
    assertEquals(List.of(1, 2), ids(call("Mine").run()));
  }
}
