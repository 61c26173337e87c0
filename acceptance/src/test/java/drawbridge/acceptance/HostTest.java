package drawbridge.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of operation on an IBM i, from a connector to the simulated host and back. */
@Timeout(180)
final class HostTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static Stack stack;
  private static Connector connector;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000).withHost(), line -> {});
    connector = Connector.of(stack);
  }

  @AfterAll
  static void stop() {
    connector.close();
    stack.close();
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  private static HttpResponse<byte[]> send(String method, String path, String body)
      throws Exception {
    return connector.send(
        method, "/host/v1" + path, body, "Content-Type", "application/json", "Accept", "*/*");
  }

  private static JsonNode json(int status, String method, String path, String body)
      throws Exception {
    HttpResponse<byte[]> answer = send(method, path, body);
    assertEquals(status, answer.statusCode(), text(answer));
    return JSON.readTree(answer.body());
  }

  private static JsonNode get(String path) throws Exception {
    return json(200, "GET", path, "");
  }

  private static JsonNode post(String path, String body) throws Exception {
    return json(200, "POST", path, body);
  }

  private static String code(JsonNode problem) {
    return problem.path("error").path("code").asText();
  }

  @Test
  void theDocumentsOfTheHostsApiPassTheValidators(@TempDir Path out, @TempDir Path folder)
      throws Exception {
    Ran documents =
        Ran.of(
            Repository.java(
                    "agent",
                    "drawbridge.agent.Main",
                    List.of(
                        "documents",
                        "--out=" + out,
                        "--public-url=https://api.contoso.com/legacy",
                        "--config=" + stack.configuration("agent-a")))
                .toArray(String[]::new));
    assertEquals(0, documents.code(), documents.text());
    JsonNode swagger = JSON.readTree(out.resolve("host-v1/swagger.json").toFile());
    assertTrue(swagger.path("paths").size() > 5, swagger::toString);
    Validators.assumeInstalled();
    Validators.add(out.resolve("host-v1"), folder, "host-v1");
    Validators.judge(folder);
  }

  @Test
  void aProgramAnswersByItsPcmlAndTheAuditLogNamesItsJob() throws Exception {
    Instant since = Instant.now();
    JsonNode price = get("/prices/GEAR?customer=ACME&quantity=100");
    assertEquals("12.5", price.path("unit").decimalValue().stripTrailingZeros().toPlainString());
    assertEquals(1125, price.path("total").asInt());
    assertEquals("Priced for ACME", price.path("status").asText());
    assertTrue(
        job(since, "host/v1/PriceItem").matches("\\d{6}/QUSER/QZRCSRVS"),
        job(since, "host/v1/PriceItem"));
    JsonNode wrong = json(400, "GET", "/prices/GEAR?customer=ACME&quantity=100000", "");
    assertTrue(wrong.toString().contains("quantity"), wrong::toString);
  }

  @Test
  void aProcedureOfAServiceProgramAnswersAndReturns() throws Exception {
    JsonNode gears = get("/stock/GEAR");
    assertEquals(250, gears.path("pieces").asInt(), gears::toString);
    assertEquals(1, gears.path("known").asInt(), gears::toString);
    assertEquals(0, get("/stock/NOTHING").path("known").asInt());
  }

  @Test
  void aCobolProgramIsCalledByItsCopybook() throws Exception {
    JsonNode placed =
        post(
            "/customers/ACME/orders",
            """
            {"order":{"lines":[{"item":"GEAR","quantity":4},{"item":"NOTHING","quantity":1},
             {"item":"BOLT","quantity":-10}]}}""");
    JsonNode lines = placed.path("order").path("lines");
    assertEquals(2, lines.size(), placed::toString);
    assertEquals("BOLT", lines.path(1).path("item").asText());
    assertEquals(12.5, lines.path(0).path("price").asDouble());
    assertEquals(46.5, placed.path("total").asDouble(), placed::toString);
    JsonNode lacking =
        json(
            400,
            "POST",
            "/customers/ACME/orders",
            "{\"order\":{\"lines\":[{\"item\":\"日本\",\"quantity\":1}]}}");
    assertTrue(lacking.toString().contains("order.lines[0].item"), lacking::toString);
    assertTrue(lacking.toString().contains("CCSID 37 lacks"), lacking::toString);
  }

  @Test
  void logAndAuditNameTheJobOfEveryKindOfCall() throws Exception {
    Instant since = Instant.now();
    get("/prices/GEAR?customer=ACME&quantity=1");
    post("/orders", "{\"entry\":\"for the log\"}");
    post("/orders/next", "");
    get("/alerts");
    post("/libraries", "{\"library\":\"QSYS\"}");
    json(200, "PUT", "/files/log.txt", "{\"content\":\"x\"}");
    get("/files");
    get("/customers/1001");
    json(404, "GET", "/prices/NOTHING?customer=ACME&quantity=1", "");
    String[][] calls = {
      {"PriceItem", "QZRCSRVS"},
      {"SendOrder", "QZHQSSRV"},
      {"ReceiveOrder", "QZHQSSRV"},
      {"ListAlerts", "QZRCSRVS"},
      {"AddLibrary", "QZRCSRVS"},
      {"WriteText", "QPWFSERVSO"},
      {"ListFiles", "QPWFSERVSO"},
      {"GetCustomer", "QZDASOINIT"},
    };
    for (String[] call : calls) {
      String job = job(since, "host/v1/" + call[0]);
      assertTrue(job.matches("\\d{6}/QUSER/" + call[1]), call[0] + ": " + job);
    }
    String log = Files.readString(stack.log("agent-a"));
    for (String[] call : calls) {
      assertTrue(
          Pattern.compile(
                  "INFO .*call [0-9a-f]{32} of host/v1/"
                      + call[0]
                      + " by gateway-1 in job \\d{6}/QUSER/"
                      + call[1]
                      + ": done in")
              .matcher(log)
              .find(),
          call[0]);
    }
    assertTrue(
        Pattern.compile("of host/v1/PriceItem by gateway-1 in job \\d{6}/QUSER/\\w+: NOT_FOUND")
            .matcher(log)
            .find(),
        "and the job of a call that failed");
  }

  @Test
  void aFileLongerThanABodyIsWrittenInPieces() throws Exception {
    byte[] content = new byte[1_500_000];
    new Random(7).nextBytes(content);
    String upload = "";
    int piece = 600_000;
    for (int at = 0; at < content.length; at += piece) {
      int end = Math.min(content.length, at + piece);
      String body =
          "{\"content\":\""
              + Base64.getEncoder().encodeToString(Arrays.copyOfRange(content, at, end))
              + "\",\"at\":"
              + at
              + ",\"more\":"
              + (end < content.length)
              + (upload.isEmpty() ? "" : ",\"upload\":\"" + upload + "\"")
              + "}";
      JsonNode written = json(200, "PUT", "/bytes/large.bin", body);
      assertEquals(end, written.path("bytes").asInt(), written::toString);
      if (end < content.length) {
        upload = written.path("upload").asText();
        assertFalse(get("/files").toString().contains("large.bin"), "nobody sees a part of it");
      }
    }
    assertArrayEquals(content, send("GET", "/bytes/large.bin", "").body());
    String whole = "{\"content\":\"" + Base64.getEncoder().encodeToString(content) + "\"}";
    HttpResponse<byte[]> refused = send("PUT", "/bytes/other.bin", whole);
    assertEquals(400, refused.statusCode(), text(refused));
    assertTrue(text(refused).contains("The body of the request is too long."), text(refused));
    assertEquals(404, send("GET", "/bytes/other.bin", "").statusCode());
  }

  @Test
  void pathTricksOfAWriteMakeNothing() throws Exception {
    Path root = stack.folder().resolve("ibmi-files");
    for (String trick :
        List.of("..%2Fescaped", "%2e%2e", "a%2Fb", "%5C..%5Cescaped", "a%00b", "x.")) {
      int status = send("PUT", "/files/" + trick, "{\"content\":\"x\"}").statusCode();
      assertTrue(status == 404 || status == 400 || status == 403, trick + ": " + status);
    }
    assertFalse(Files.exists(root.resolve("escaped")));
    try (Stream<Path> files = Files.walk(root)) {
      assertTrue(files.noneMatch(f -> f.toString().contains("escaped")));
    }
  }

  /** Of the last record of a call; it may be a moment behind the answer. */
  private static String job(Instant since, String operation) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < deadline) {
      List<JsonNode> ended =
          AuditTrail.calls(stack.audit("agent-a"), since).stream()
              .filter(r -> r.path("operation").asText().equals(operation) && r.has("outcome"))
              .toList();
      if (!ended.isEmpty()) {
        return ended.getLast().path("source_job").asText();
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    throw new AssertionError("no record of " + operation);
  }

  @Test
  void faultsOfTheHostAreTheirOwnAndSayNothingOfIt() throws Exception {
    JsonNode damaged = json(502, "GET", "/prices/SCRAP?customer=ACME&quantity=1", "");
    assertEquals("source-error", code(damaged));
    assertTrue(
        damaged.toString().contains("a number on the source, or sent to it, is none"),
        damaged::toString);
    assertEquals("decimal-data", damaged.path("reason").asText(), damaged::toString);
    assertFalse(damaged.toString().contains("MCH"), damaged::toString);
    JsonNode missing = json(502, "POST", "/libraries", "{\"library\":\"NOWHERE\"}");
    assertEquals("source-error", code(missing));
    assertEquals("object-not-found", missing.path("reason").asText(), missing::toString);
    JsonNode unknown = json(404, "GET", "/prices/NOTHING?customer=ACME&quantity=1", "");
    assertEquals("not-found", code(unknown));
    assertTrue(unknown.toString().contains("There is no such item."), unknown::toString);
    String log = Files.readString(stack.log("agent-a"));
    assertTrue(log.contains("MCH1202"), "the log has what callers are not told");
    assertTrue(log.contains("CPF2110"), "and the other one too");
  }

  @Test
  void aReceiveWaitsForTheOrderThatASendPutsOnTheQueue() throws Exception {
    Instant since = Instant.now();
    CompletableFuture<JsonNode> received = new CompletableFuture<>();
    Thread receiver =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    received.complete(post("/orders/next", ""));
                  } catch (Exception | AssertionError e) {
                    received.completeExceptionally(e);
                  }
                });
    post("/orders", "{\"entry\":\"42 gears for Müller\"}");
    JsonNode order = received.get(60, TimeUnit.SECONDS).path("value").path(0);
    receiver.join();
    assertEquals("42 gears for Müller", order.path("entry").asText());
    assertTrue(job(since, "host/v1/SendOrder").matches("\\d{6}/QUSER/QZHQSSRV"));
  }

  @Test
  void anEventIsPeekedHandedOverThenRemovedOnce() throws Exception {
    post("/events", "{\"key\":\"0001\",\"entry\":\"first\"}");
    post("/events", "{\"key\":\"0002\",\"entry\":\"second\"}");
    JsonNode peeked = get("/events?key=0001").path("value").path(0);
    assertEquals("first", peeked.path("entry").asText());
    String removal =
        "{\"key\":\"0001\",\"receipt\":\"%s\"}".formatted(peeked.path("receipt").asText());
    post("/events/remove", removal);
    assertEquals("not-found", code(json(404, "POST", "/events/remove", removal)));
    assertEquals(
        "second",
        post("/events/take", "{\"key\":\"0002\"}").path("value").path(0).path("entry").asText());
    assertEquals(0, get("/events").path("value").size());
  }

  @Test
  void alertsAreListedAndAnInquiryIsAnsweredOnce() throws Exception {
    JsonNode alerts = get("/alerts").path("value");
    assertEquals(2, alerts.size(), alerts::toString);
    String key = "";
    for (JsonNode alert : alerts) {
      assertTrue(alert.path("severity").asInt() >= 40, alert::toString);
      if (alert.path("inquiry").asBoolean()) {
        key = alert.path("key").asText();
      }
    }
    json(400, "POST", "/alerts/" + key, "{\"reply\":\"X\"}");
    post("/alerts/" + key, "{\"reply\":\"G\"}");
    HttpResponse<byte[]> again = send("POST", "/alerts/" + key, "{\"reply\":\"G\"}");
    assertTrue(again.statusCode() >= 400, text(again));
  }

  @Test
  void anAllowedCommandRunsWithTheCallersValue() throws Exception {
    JsonNode added = post("/libraries", "{\"library\":\"QSYS\"}");
    assertTrue(added.toString().contains("CPC2101"), added::toString);
    assertEquals(
        "invalid-argument",
        code(json(400, "POST", "/libraries", "{\"library\":\"QGPL) CMD(DLTLIB\"}")));
  }

  @Test
  void aFileIsWrittenInTheHostsCodePageAndReadBack() throws Exception {
    json(200, "PUT", "/files/note.txt", "{\"content\":\"Grüße\"}");
    Path file = stack.folder().resolve("ibmi-files/exchange/note.txt");
    assertEquals("Grüße", Files.readString(file, Charset.forName("IBM037")));
    HttpResponse<byte[]> read = send("GET", "/files/note.txt", "");
    assertEquals("Grüße", text(read));
    assertTrue(
        read.headers().firstValue("Content-Type").orElse("").startsWith("text/plain"),
        read.headers()::toString);
    for (String trick : List.of("..%2Fsecrets", "%2e%2e", "nothere")) {
      int status = send("GET", "/files/" + trick, "").statusCode();
      assertTrue(status == 404 || status == 400 || status == 403, trick + ": " + status);
    }
  }

  @Test
  void aTableOfDb2IsAResource() throws Exception {
    Instant since = Instant.now();
    JsonNode first = get("/customers?$orderby=NUMBER");
    assertEquals(2, first.path("value").size(), first::toString);
    assertEquals("Ahlgren & Söhne", first.path("value").path(0).path("NAME").asText());
    assertTrue(job(since, "host/v1/ListCustomers").matches("\\d{6}/QUSER/QZDASOINIT"));
    String filter = URLEncoder.encode("CREDIT gt 10000", UTF_8).replace("+", "%20");
    JsonNode rich = get("/customers?$filter=" + filter).path("value");
    assertEquals(1, rich.size(), rich::toString);
    assertEquals(12500.50, rich.path(0).path("CREDIT").asDouble());
    json(
        201, "POST", "/customers", "{\"NUMBER\":1009,\"NAME\":\"Dover\",\"SINCE\":\"2026-01-31\"}");
    assertEquals(
        "conflict", code(json(409, "POST", "/customers", "{\"NUMBER\":1009,\"NAME\":\"Dover\"}")));
    json(200, "PATCH", "/customers/1009", "{\"CREDIT\":7.25}");
    assertEquals(7.25, get("/customers/1009").path("CREDIT").asDouble());
    assertEquals(204, send("DELETE", "/customers/1009", "").statusCode());
    json(404, "GET", "/customers/1009", "");
  }
}
