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
import java.util.ArrayList;
import java.util.List;
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
@Timeout(180)
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
                  .isNull());
      HttpResponse<String> masked = connector.get(next);
      assertEquals(200, masked.statusCode(), masked.body());
      JsonNode rows = JSON.readTree(masked.body()).path("value");
      assertEquals(400, rows.size());
      for (JsonNode row : rows) {
        assertTrue(row.path("total").isNull(), row::toString);
      }
      write(policy, rules.replace(", orders/v1/OrderPages", ""));
      await(() -> connector.get(first).statusCode() == 403);
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

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "not in time");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
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
