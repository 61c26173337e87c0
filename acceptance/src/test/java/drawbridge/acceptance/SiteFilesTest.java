package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an author does with the files of a site: the commands, and changes while connectors call.
 */
@Timeout(240)
final class SiteFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CALLERS = 8;
  private static final int CHANGES = 4;

  private static Stack stack;
  private static Connector connector;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    connector = Connector.of(stack);
  }

  @AfterAll
  static void stop() {
    connector.close();
    stack.close();
  }

  /** Whole or not at all, as an admin's tools write. */
  private static void write(Path file, String text) throws Exception {
    Path next = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void noCallIsDroppedByAReload() throws Exception {
    Path site = PublicStack.site(stack);
    Path api = site.resolve("apis/orders-v1.yaml");
    Path policy = site.resolve("policy.yaml");
    String operations = Files.readString(api);
    String rules = Files.readString(policy);
    AtomicBoolean going = new AtomicBoolean(true);
    CountDownLatch longOnes = new CountDownLatch(1);
    Map<Integer, LongAdder> statuses = new ConcurrentSkipListMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(
            threads.submit(
                () -> {
                  while (going.get()) {
                    int status = connector.get("/orders/v1/order/7").statusCode();
                    statuses.computeIfAbsent(status, s -> new LongAdder()).increment();
                  }
                  return null;
                }));
      }
      Future<Integer> whole =
          threads.submit(
              () -> {
                longOnes.countDown();
                return connector.get("/orders/v1/wait/8").statusCode();
              });
      assertTrue(longOnes.await(10, TimeUnit.SECONDS));
      for (int i = 1; i <= CHANGES; i++) {
        write(
            api,
            operations
                + """
                  - name: Added%1$d
                    get: /added/%1$d
                    single: true
                    sql: select %1$d as added
                """
                    .formatted(i));
        write(
            policy,
            rules.replace("orders/v1/GetOrder,", "orders/v1/GetOrder, orders/v1/Added" + i + ","));
        try {
          awaitOk("/orders/v1/added/" + i);
        } catch (AssertionError e) {
          going.set(false); // else nobody ever hears of it
          throw new AssertionError(stack.running("agent-a").tail(), e);
        }
      }
      // What a file says wrongly changes nothing for those who call.
      write(api, operations.replace("title: Orders", "titel: Orders"));
      long begun = System.nanoTime();
      assertEquals(200, whole.get(60, TimeUnit.SECONDS), "the call that outlived every reload");
      assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(60));
      going.set(false);
      for (Future<?> caller : callers) {
        caller.get(60, TimeUnit.SECONDS);
      }
    }
    write(api, operations);
    write(policy, rules);
    assertEquals(List.of(200), List.copyOf(statuses.keySet()), statuses::toString);
    assertTrue(statuses.values().iterator().next().sum() > 50, statuses::toString);
  }

  /** The link that a caller was given is no right to what was taken away since. */
  @Test
  void everyPageIsDecidedByTheRulesOfItsOwnMoment() throws Exception {
    String first = "/orders/v1/pages";
    Path policy = PublicStack.site(stack).resolve("policy.yaml");
    String rules = Files.readString(policy);
    JsonNode page = JSON.readTree(connector.get(first).body());
    assertFalse(page.path("value").path(0).path("total").isNull(), page::toString);
    URI link = URI.create(page.path("nextLink").asText());
    String next = link.getRawPath() + "?" + link.getRawQuery();
    try {
      write(policy, rules.replaceFirst("( +)limits:", "$1mask: { total: null }\n$1limits:"));
      await(
          () ->
              JSON.readTree(connector.get(first).body())
                  .path("value")
                  .path(0)
                  .path("total")
                  .isNull(),
          "the mask holds");
      HttpResponse<String> masked = connector.get(next);
      assertEquals(200, masked.statusCode(), masked.body());
      JsonNode rows = JSON.readTree(masked.body()).path("value");
      assertEquals(400, rows.size());
      for (JsonNode row : rows) {
        assertTrue(row.path("total").isNull(), row::toString);
      }
      write(policy, rules.replace(", orders/v1/OrderPages", ""));
      await(() -> connector.get(first).statusCode() == 403, "it is forbidden");
      assertEquals(403, connector.get(next).statusCode());
    } finally {
      write(policy, rules);
      awaitOk(first);
    }
  }

  /** What was under way of them must not take the room of all others. */
  @Test
  void bodiesOfRefusedCallsLeaveTheChannelAsItWas() throws Exception {
    Path api = PublicStack.site(stack).resolve("apis/orders-v1.yaml");
    String operations = Files.readString(api);
    write(
        api,
        operations
            + """
              - name: NotForYou
                post: /not-for-you
                sql: insert into sales.notes (order_id, text) values (1, :text)
                parameters:
                  text: { type: string }
            """);
    try {
      String body = "{\"text\":\"" + "x".repeat(3 << 20) + "\"}";
      for (int i = 0; i < 30; i++) {
        int status =
            connector
                .send("POST", "/orders/v1/not-for-you", body, "Content-Type", "application/json")
                .statusCode();
        assertEquals(403, status);
      }
      awaitOk("/orders/v1/order/7");
    } finally {
      write(api, operations);
    }
  }

  private static Ran agent(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--config=" + stack.configuration("agent-a"));
    return Ran.of(Repository.java("agent", "drawbridge.agent.Main", all).toArray(String[]::new));
  }

  @Test
  void anApiIsDraftedDescribedDocumentedPublishedAndChecked(@TempDir Path folder) throws Exception {
    Path site = PublicStack.site(stack);
    Ran draft = agent("draft", "--source=erp", "--table=sales.customers");
    assertEquals(0, draft.code(), draft.text());
    String text = draft.text().substring(draft.text().indexOf("api: "));
    assertTrue(text.contains("credit_limit"), text);
    Path drafted = site.resolve("apis/drafted-v1.yaml");
    write(drafted, text);
    try {
      Ran described = agent("describe");
      assertEquals(0, described.code(), described.text());
      for (String part : List.of("orders/v1", "FindOrders", "customerId", "placed_on", "decimal")) {
        assertTrue(described.text().contains(part), part + " in " + described.text());
      }
      Ran documents =
          agent("documents", "--out=" + folder, "--public-url=https://api.contoso.com/legacy");
      assertEquals(0, documents.code(), documents.text());
      List<String> names;
      try (Stream<Path> files = Files.walk(folder)) {
        names = files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).toList();
      }
      for (String kind : List.of("openapi.json", "swagger.json", "apiProperties.json")) {
        assertEquals(2, names.stream().filter(n -> n.endsWith(kind)).count(), names::toString);
      }
      Ran published = agent("publish", "orders/v1");
      assertEquals(0, published.code(), published.text());
      assertTrue(Files.exists(site.resolve("published/orders-v1.json")));
      assertEquals(0, agent("check", "--offline").code());
      Path api = site.resolve("apis/orders-v1.yaml");
      String good = Files.readString(api);
      write(api, good.replace("get: /order/{orderId}", "get: /single-order/{orderId}"));
      Ran broken = agent("check", "--offline");
      write(api, good);
      assertEquals(1, broken.code(), broken.text());
      assertTrue(broken.text().contains("GetOrder"), broken.text());
    } finally {
      Files.deleteIfExists(drafted);
      Files.deleteIfExists(site.resolve("published/orders-v1.json"));
      Files.deleteIfExists(site.resolve("published/orders-v1.yaml"));
    }
  }

  /** The rules with more that the connector may call. */
  private static String allowing(String rules, String more) {
    return rules.replace("orders/v1/GetOrder,", "orders/v1/GetOrder, " + more + ",");
  }

  private static final String SECOND =
      """
      api: orders
      version: v2
      title: Orders
      source: erp
      operations:
        - name: GetOrder
          get: /order/{orderId}
          single: true
          sql: select id as number, 'second' as edition from sales.orders where id = :orderId
          parameters: { orderId: { type: integer, in: path } }
      """;

  @Test
  void twoVersionsAreServedSideBySide() throws Exception {
    Path site = PublicStack.site(stack);
    Path policy = site.resolve("policy.yaml");
    Path second = site.resolve("apis/orders-v2.yaml");
    String rules = Files.readString(policy);
    try {
      write(second, SECOND);
      write(policy, allowing(rules, "orders/v2/GetOrder"));
      awaitOk("/orders/v2/order/7");
      for (int i = 0; i < 3; i++) {
        String before = connector.get("/orders/v1/order/7").body();
        String after = connector.get("/orders/v2/order/7").body();
        assertTrue(before.startsWith("{\"id\":7,\"customer_id\""), before);
        assertEquals("{\"number\":7,\"edition\":\"second\"}", after);
      }
      Files.delete(second);
      write(policy, rules);
      await(() -> connector.get("/orders/v2/order/7").statusCode() != 200, "it is gone");
      assertEquals(200, connector.get("/orders/v1/order/7").statusCode());
    } finally {
      Files.deleteIfExists(second);
      write(policy, rules);
    }
  }

  @Test
  void aTableThatLostAColumnTakesOnlyItsOwnApiOut(@TempDir Path folder) throws Exception {
    Path site = PublicStack.site(stack);
    Path policy = site.resolve("policy.yaml");
    Path sources = site.resolve("sources.yaml");
    Path parts = site.resolve("apis/orders-v3.yaml");
    String rules = Files.readString(policy);
    String systems = Files.readString(sources);
    String file =
        """
        api: orders
        version: v3
        title: Parts
        source: attic
        operations:
          - name: Part
            path: /parts
            resource:
              table: parts
              key: [id]
              allow: [list]
              columns:
                id: { type: integer }
                colour: { type: string }
        """;
    // The agent reaches it over this process, which may alter its tables.
    String url = "jdbc:h2:" + folder.resolve("attic") + ";AUTO_SERVER=TRUE";
    Path password = Files.writeString(folder.resolve("password"), "attic");
    try (Connection connection = DriverManager.getConnection(url, "sa", "attic");
        Statement admin = connection.createStatement()) {
      admin.execute("create table parts (id integer primary key, colour varchar(9))");
      admin.execute("insert into parts values (1, 'red')");
      write(
          sources,
          systems
              + "attic: { adapter: sql, url: \"%s\", login: { user: sa, password-file: %s } }\n"
                  .formatted(url, password));
      write(parts, file);
      write(policy, allowing(rules, "orders/v3/ListParts"));
      awaitOk("/orders/v3/parts");
      admin.execute("alter table parts drop column colour");
      // The database is asked when files change, here by a comment.
      write(parts, "# once more\n" + file);
      await(() -> connector.get("/orders/v3/parts").statusCode() == 403, "it is out of service");
      assertEquals(200, connector.get("/orders/v1/order/7").statusCode());
      Ran check = agent("check");
      assertEquals(1, check.code(), check.text());
      assertTrue(check.text().contains("API orders/v3"), check.text());
      assertTrue(check.text().toLowerCase(Locale.ROOT).contains("colour"), check.text());
      String log = Files.readString(stack.log("agent-a")).toLowerCase(Locale.ROOT);
      assertTrue(log.contains("orders/v3") && log.contains("colour"), log);
      admin.execute("alter table parts add column colour varchar(9)");
      write(parts, "# mended\n" + file);
      awaitOk("/orders/v3/parts");
    } finally {
      Files.deleteIfExists(parts);
      write(policy, rules);
      write(sources, systems);
    }
  }

  @Test
  void aReloadThatBreaksThePublishedContractIsRefusedAndThePublishedOneGoesOn() throws Exception {
    Path site = PublicStack.site(stack);
    Path api = site.resolve("apis/orders-v1.yaml");
    String good = Files.readString(api);
    try {
      Ran published = agent("publish", "orders/v1");
      assertEquals(0, published.code(), published.text());
      write(api, good.replace("get: /order/{orderId}\n", "get: /single-order/{orderId}\n"));
      await(() -> agent("status").text().contains("contract of orders/v1"), "it is refused");
      String status = agent("status").text();
      assertTrue(status.contains("GetOrder"), status);
      assertEquals(200, connector.get("/orders/v1/order/7").statusCode());
      assertEquals(403, connector.get("/orders/v1/single-order/7").statusCode());
      write(api, good);
      await(() -> !agent("status").text().contains("contract of orders/v1"), "all is well again");
      assertEquals(200, connector.get("/orders/v1/order/7").statusCode());
    } finally {
      write(api, good);
      Files.deleteIfExists(site.resolve("published/orders-v1.json"));
      Files.deleteIfExists(site.resolve("published/orders-v1.yaml"));
    }
  }

  private static final String FEATURES =
      """
      api: features
      version: v1
      title: Order Desk
      description: Orders of the plant, as the desk sees them.
      source: erp
      operations:
        - name: ListCustomers
          summary: Customers to choose from
          get: /customers
          visibility: internal
          sql: select id, name from sales.customers order by id limit 50
        - name: OrdersOfCustomer
          summary: Orders of one customer
          get: /customers/{customerId}/orders
          visibility: important
          sql: select id, placed_on, total from sales.orders where customer_id = :customerId
          page: { key: [id], size: 20 }
          columns:
            total: { title: Sum, description: In euros, visibility: advanced }
          parameters:
            customerId:
              type: integer
              in: path
              title: Customer
              choices: { operation: ListCustomers, value: id, title: name }
        - name: OnNewOrder
          summary: When an order is placed
          get: /new-orders
          trigger: new-rows
          sql: select id, customer_id, total from sales.orders
          page: { key: [id], size: 50 }
        - name: OldOrder
          summary: One order as it was told before
          get: /old-orders/{orderId}
          single: true
          deprecated: 2026-01-31
          sunset: 2027-01-31
          sql: select id, total from sales.orders where id = :orderId
          parameters: { orderId: { type: integer, in: path, visibility: advanced } }
        - name: Memo
          path: /memos
          resource:
            table: sales.memos
            key: [id]
            allow: [list, get, create, update, delete]
            columns:
              id: { type: integer, read-only: true }
              text: { type: string, required: true, max-length: 200 }
              due: { type: date }
            etag: { column: row_version, counts: true }
      """;

  /** From the file to both documents, without a gateway and by the columns of the database. */
  @Test
  void whatAFileSaysForDesignersStandsInBothDocuments(@TempDir Path out, @TempDir Path folder)
      throws Exception {
    Path site = PublicStack.site(stack);
    Path file = site.resolve("apis/features-v1.yaml");
    try {
      write(file, FEATURES);
      Ran documents =
          agent("documents", "--out=" + out, "--public-url=https://api.contoso.com/legacy");
      assertEquals(0, documents.code(), documents.text());
    } finally {
      Files.deleteIfExists(file);
    }
    Path own = out.resolve("features-v1");
    JsonNode swagger = JSON.readTree(own.resolve("swagger.json").toFile());
    JsonNode orders = swagger.at("/paths/~1customers~1{customerId}~1orders/get");
    assertEquals("important", orders.path("x-ms-visibility").asText());
    assertEquals("nextLink", orders.at("/x-ms-pageable/nextLinkName").asText());
    JsonNode customer = orders.at("/parameters/0");
    assertEquals("Customer", customer.path("x-ms-summary").asText());
    assertEquals(
        "ListCustomers",
        customer.at("/x-ms-dynamic-values/operationId").asText(),
        customer::toString);
    assertEquals("name", customer.at("/x-ms-dynamic-values/value-title").asText());
    assertEquals("internal", swagger.at("/paths/~1customers/get/x-ms-visibility").asText());
    JsonNode total = swagger.at("/definitions/OrdersOfCustomerRow/properties/total");
    assertEquals("Sum", total.path("x-ms-summary").asText(), swagger::toString);
    assertEquals("advanced", total.path("x-ms-visibility").asText());
    JsonNode trigger = swagger.at("/paths/~1new-orders/get");
    assertEquals("batch", trigger.path("x-ms-trigger").asText());
    assertEquals("polling", trigger.at("/x-ms-trigger-metadata/mode").asText());
    JsonNode old = swagger.at("/paths/~1old-orders~1{orderId}/get");
    assertTrue(old.path("deprecated").asBoolean());
    assertEquals("advanced", old.at("/parameters/0/x-ms-visibility").asText());
    String policies =
        JSON.readTree(own.resolve("apiProperties.json").toFile())
            .at("/properties/policyTemplateInstances")
            .toString();
    assertTrue(policies.contains("pollingtrigger") && policies.contains("OnNewOrder"), policies);
    JsonNode openApi = JSON.readTree(own.resolve("openapi.json").toFile());
    assertTrue(openApi.at("/paths/~1old-orders~1{orderId}/get/deprecated").asBoolean());
    assertEquals(swagger.path("paths").size(), openApi.path("paths").size(), "the same in both");
    Validators.assumeInstalled();
    Validators.add(own, folder, "features-v1");
    Validators.add(out.resolve("orders-v1"), folder, "orders-v1");
    Validators.judge(folder);
  }

  /** Something that comes about by and by. */
  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition, String what) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, () -> "never: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private static void awaitOk(String path) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    HttpResponse<String> answer = connector.get(path);
    while (answer.statusCode() != 200) {
      assertTrue(System.nanoTime() < end, answer::body);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      answer = connector.get(path);
    }
  }
}
