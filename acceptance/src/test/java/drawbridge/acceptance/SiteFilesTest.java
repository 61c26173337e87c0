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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an author changes in the files of a site while connectors call. */
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
        SiteEdit.write(
            api,
            operations
                + """
                  - name: Added%1$d
                    get: /added/%1$d
                    single: true
                    sql: select %1$d as added
                """
                    .formatted(i));
        SiteEdit.write(
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
      SiteEdit.write(api, operations.replace("title: Orders", "titel: Orders"));
      long begun = System.nanoTime();
      assertEquals(200, whole.get(60, TimeUnit.SECONDS), "the call that outlived every reload");
      assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(60));
      going.set(false);
      for (Future<?> caller : callers) {
        caller.get(60, TimeUnit.SECONDS);
      }
    }
    SiteEdit.write(api, operations);
    SiteEdit.write(policy, rules);
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
      SiteEdit.write(
          policy, rules.replaceFirst("( +)limits:", "$1mask: { total: null }\n$1limits:"));
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
      SiteEdit.write(policy, rules.replace(", orders/v1/OrderPages", ""));
      await(() -> connector.get(first).statusCode() == 403, "it is forbidden");
      assertEquals(403, connector.get(next).statusCode());
    } finally {
      SiteEdit.write(policy, rules);
      awaitOk(first);
    }
  }

  /** What was under way of them must not take the room of all others. */
  @Test
  void bodiesOfRefusedCallsLeaveTheChannelAsItWas() throws Exception {
    Path api = PublicStack.site(stack).resolve("apis/orders-v1.yaml");
    String operations = Files.readString(api);
    SiteEdit.write(
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
      SiteEdit.write(api, operations);
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
      SiteEdit.write(second, SECOND);
      SiteEdit.write(policy, allowing(rules, "orders/v2/GetOrder"));
      awaitOk("/orders/v2/order/7");
      for (int i = 0; i < 3; i++) {
        String before = connector.get("/orders/v1/order/7").body();
        String after = connector.get("/orders/v2/order/7").body();
        assertTrue(before.startsWith("{\"id\":7,\"customer_id\""), before);
        assertEquals("{\"number\":7,\"edition\":\"second\"}", after);
      }
      Files.delete(second);
      SiteEdit.write(policy, rules);
      await(() -> connector.get("/orders/v2/order/7").statusCode() != 200, "it is gone");
      assertEquals(200, connector.get("/orders/v1/order/7").statusCode());
    } finally {
      Files.deleteIfExists(second);
      SiteEdit.write(policy, rules);
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
      SiteEdit.write(
          sources,
          systems
              + "attic: { adapter: sql, url: \"%s\", login: { user: sa, password-file: %s } }\n"
                  .formatted(url, password));
      SiteEdit.write(parts, file);
      SiteEdit.write(policy, allowing(rules, "orders/v3/ListParts"));
      awaitOk("/orders/v3/parts");
      admin.execute("alter table parts drop column colour");
      // The database is asked when files change, here by a comment.
      SiteEdit.write(parts, "# once more\n" + file);
      await(() -> connector.get("/orders/v3/parts").statusCode() == 403, "it is out of service");
      assertEquals(200, connector.get("/orders/v1/order/7").statusCode());
      Ran check = SiteEdit.agent(stack, "check");
      assertEquals(1, check.code(), check.text());
      assertTrue(check.text().contains("API orders/v3"), check.text());
      assertTrue(check.text().toLowerCase(Locale.ROOT).contains("colour"), check.text());
      String log = Files.readString(stack.log("agent-a")).toLowerCase(Locale.ROOT);
      assertTrue(log.contains("orders/v3") && log.contains("colour"), log);
      admin.execute("alter table parts add column colour varchar(9)");
      SiteEdit.write(parts, "# mended\n" + file);
      awaitOk("/orders/v3/parts");
    } finally {
      Files.deleteIfExists(parts);
      SiteEdit.write(policy, rules);
      SiteEdit.write(sources, systems);
    }
  }

  @Test
  void aReloadThatBreaksThePublishedContractIsRefusedAndThePublishedOneGoesOn() throws Exception {
    Path site = PublicStack.site(stack);
    Path api = site.resolve("apis/orders-v1.yaml");
    String good = Files.readString(api);
    try {
      Ran published = SiteEdit.agent(stack, "publish", "orders/v1");
      assertEquals(0, published.code(), published.text());
      SiteEdit.write(
          api, good.replace("get: /order/{orderId}\n", "get: /single-order/{orderId}\n"));
      await(
          () -> SiteEdit.agent(stack, "status").text().contains("contract of orders/v1"),
          "it is refused");
      String status = SiteEdit.agent(stack, "status").text();
      assertTrue(status.contains("GetOrder"), status);
      assertEquals(200, connector.get("/orders/v1/order/7").statusCode());
      assertEquals(403, connector.get("/orders/v1/single-order/7").statusCode());
      SiteEdit.write(api, good);
      await(
          () -> !SiteEdit.agent(stack, "status").text().contains("contract of orders/v1"),
          "all is well again");
      assertEquals(200, connector.get("/orders/v1/order/7").statusCode());
    } finally {
      SiteEdit.write(api, good);
      Files.deleteIfExists(site.resolve("published/orders-v1.json"));
      Files.deleteIfExists(site.resolve("published/orders-v1.yaml"));
    }
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
