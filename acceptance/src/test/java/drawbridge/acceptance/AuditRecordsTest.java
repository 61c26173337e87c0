package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What real programs wrote into their audit logs, judged by the page, the schema and others. */
@Timeout(180)
final class AuditRecordsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PIN = "pin-that-nobody-may-read-5812";
  private static final String HASHED = "\\{\"hash\":\"[A-Za-z0-9_-]{22}\"\\}";

  private static final String OPERATION =
      """
        - name: Audited
          get: /audited/{count}
          audit-columns: [id, customer_id]
          audit-clear: [since, id]
          audit-omit: [pin]
          sql: |
            select id, customer_id from sales.orders
            where placed_on >= :since and :pin <> '' order by id limit :count
          parameters:
            count: { type: integer, in: path }
            since: { type: date, default: "2000-01-01" }
            pin: { type: string }
      """;

  private static Stack stack;
  private static Connector connector;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    connector = Connector.of(stack);
    Path site = PublicStack.site(stack);
    replace(site.resolve("apis/orders-v1.yaml"), text -> text + OPERATION);
    replace(
        site.resolve("policy.yaml"),
        text -> text.replace("orders/v1/GetOrder,", "orders/v1/GetOrder, orders/v1/Audited,"));
    await("the operation is served", () -> status("/orders/v1/audited/1?pin=" + PIN) == 200);
  }

  @AfterAll
  static void stop() {
    connector.close();
    stack.close();
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "never: " + what);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static void replace(Path file, java.util.function.UnaryOperator<String> change)
      throws IOException {
    Path next = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(next, change.apply(Files.readString(file)));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static int status(String path) throws Exception {
    return connector.get(path).statusCode();
  }

  private static List<String> lines(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).sorted().toList()) {
        String text = Files.readString(file);
        lines.addAll(text.substring(0, text.lastIndexOf('\n') + 1).lines().toList());
      }
    }
    return lines;
  }

  /** The last record of the agent's log with all these. */
  private static JsonNode record(String... with) throws Exception {
    String found = "";
    for (String line : lines(stack.audit("agent-a"))) {
      if (Stream.of(with).allMatch(line::contains)) {
        found = line;
      }
    }
    assertFalse(found.isEmpty(), () -> "no record with " + List.of(with));
    return JSON.readTree(found);
  }

  @Test
  void whatAnApiFileSaysOfItsValuesIsWhatTheRecordHasOfThem() throws Exception {
    String query = "?since=2001-02-03&pin=" + PIN;
    assertEquals(200, status("/orders/v1/audited/100" + query));
    JsonNode few = record("orders/v1/Audited", "\"rows\":100");
    JsonNode arguments = few.path("arguments");
    assertEquals("{\"value\":\"2001-02-03\"}", arguments.path("since").toString());
    assertEquals("{}", arguments.path("pin").toString());
    assertTrue(arguments.path("count").toString().matches(HASHED), few::toString);
    assertFalse(few.path("values_key").asText().isEmpty(), few::toString);
    assertEquals(100, few.path("keys").path("id").size());
    assertEquals("{\"value\":\"1\"}", few.path("keys").path("id").path(0).toString());
    assertEquals(100, few.path("keys").path("customer_id").size());
    assertTrue(few.path("keys").path("customer_id").path(0).toString().matches(HASHED));
    assertFalse(few.has("keys_cut"), few::toString);

    assertEquals(200, status("/orders/v1/audited/300" + query));
    JsonNode many = record("orders/v1/Audited", "\"rows\":300");
    JsonNode keys = many.path("keys");
    assertEquals(256, keys.path("id").size() + keys.path("customer_id").size(), many::toString);
    assertTrue(many.path("keys_cut").asBoolean(), "the record says that there were more");

    // Before anybody has understood the arguments, the same holds.
    assertEquals(400, status("/orders/v1/audited/many" + query));
    JsonNode refused = record("orders/v1/Audited", "\"kind\":\"refused\"");
    assertEquals("{}", refused.path("arguments").path("pin").toString(), refused::toString);
    for (Path log : List.of(stack.audit("agent-a"), stack.folder().resolve("audit-gateway-1"))) {
      assertTrue(lines(log).stream().noneMatch(line -> line.contains(PIN)), log.toString());
    }
  }

  private static int agent(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--config=" + stack.configuration("agent-a"));
    return InstalledRoot.Ran.of(
            Repository.java("agent", "drawbridge.agent.Main", all).toArray(String[]::new))
        .code();
  }

  private static Schema schema() throws IOException {
    return SchemaRegistry.withDialect(Dialects.getDraft202012())
        .getSchema(
            Files.readString(Repository.root().resolve("docs/audit.schema.json")),
            InputFormat.JSON);
  }

  private static String wrong(Schema schema, String line) {
    return schema
        .validate(
            line,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .toString();
  }

  @Test
  void everyRecordOfBothLogsFitsThePublishedSchema() throws Exception {
    for (String path :
        List.of(
            "/orders/v1/order/1",
            "/orders/v1/orders",
            "/orders/v1/pages",
            "/orders/v1/customers/1/orders?since=nonsense",
            "/orders/v1/customers/1",
            "/orders/v1/nothing/here",
            "/nothing/v1/at/all",
            "/catalogue",
            "/orders/v1/openapi.json")) {
      int status = status(path);
      assertTrue(status == 200 || status / 100 == 4, path + " " + status);
    }
    String json = "application/json";
    String note = "{\"text\":\"x\"}";
    assertEquals(
        2,
        connector.send("POST", "/orders/v1/order/1/notes", note, "Content-Type", json).statusCode()
            / 100);
    assertEquals(0, agent("pause"));
    await("the pause", () -> status("/orders/v1/order/1") == 503);
    assertEquals(0, agent("resume"));
    await("calls again", () -> status("/orders/v1/order/1") == 200);
    Path policy = PublicStack.site(stack).resolve("policy.yaml");
    String good = Files.readString(policy);
    replace(policy, text -> text.replace("allow:", "alow:"));
    Path log = stack.audit("agent-a");
    await("a bad file", () -> String.join("", lines(log)).contains("reload-refused"));
    replace(policy, text -> good);
    // Killed in the middle of a call, so that there is something to mend.
    Thread caller = Thread.ofVirtual().start(() -> quietly("/orders/v1/wait/8"));
    await("a call that runs", () -> String.join("", lines(log)).contains("orders/v1/Wait"));
    stack.kill("agent-a");
    stack.restart("agent-a");
    stack.awaitReady("gateway-1");
    assertTrue(caller.join(Duration.ofSeconds(40)));
    await("calls after the restart", () -> status("/orders/v1/order/1") == 200);

    Schema schema = schema();
    Set<String> kinds = new TreeSet<>();
    for (Path folder : List.of(log, stack.folder().resolve("audit-gateway-1"))) {
      List<String> lines = lines(folder);
      assertTrue(lines.size() > 15, folder + " has only " + lines.size());
      for (String line : lines) {
        assertEquals("[]", wrong(schema, line), line);
        kinds.add(JSON.readTree(line).path("kind").asText());
      }
    }
    assertTrue(
        kinds.containsAll(
            Set.of(
                "segment",
                "start",
                "channel-open",
                "channel-close",
                "begin",
                "end",
                "call",
                "refused",
                "reload",
                "reload-refused",
                "pause")),
        kinds::toString);
    // Else a validator that is content with everything would show nothing.
    String line = lines(log).getLast();
    assertFalse(wrong(schema, line.replaceFirst("\"kind\"", "\"kinds\"")).equals("[]"));
    assertFalse(wrong(schema, line.replaceFirst("\"time\":\"20", "\"time\":\"x")).equals("[]"));
  }

  private static void quietly(String path) {
    try {
      connector.get(path);
    } catch (IOException | InterruptedException e) {
      // it was cut off, as it should be
    }
  }

  /** With nothing of ours, as docs/audit.md says. */
  @Test
  void anAuditorsScriptTrustsBothLogs() throws Exception {
    Path script = Repository.root().resolve("docs/check-proof.py");
    for (Path log : List.of(stack.audit("agent-a"), stack.folder().resolve("audit-gateway-1"))) {
      Path said = stack.folder().resolve("check-proof.out");
      Process python;
      try {
        python =
            new ProcessBuilder(
                    "python3",
                    script.toString(),
                    stack.certificate("audit.vkey").toString(),
                    log.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
      } catch (IOException e) {
        assumeTrue(false, "python3 is not installed");
        return;
      }
      assertTrue(python.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, python.exitValue(), Files.readString(said));
      assertTrue(Files.readString(said).contains(" checkpoints"), Files.readString(said));
    }
  }
}
