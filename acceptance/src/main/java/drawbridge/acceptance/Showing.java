package drawbridge.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import drawbridge.acceptance.Connector.Streamed;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** The calls that the demo makes as a connector, and what must come of them. */
final class Showing {
  static final String ALLOWED = "/orders/v1/customers/42/orders?since=2025-01-01";
  private static final String FORBIDDEN = "/orders/v1/customers/42";
  private static final String UNKNOWN = "/orders/v1/invoices";
  private static final String BAD_ARGUMENT = "/orders/v1/customers/forty-two/orders";
  private static final String ALL = "/orders/v1/orders";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Longer than the gateway gives a handshake. */
  private static final Duration TLS_PATIENCE = Duration.ofSeconds(15);

  private static final Duration AUDIT_PATIENCE = Duration.ofSeconds(10);

  private final Stack stack;
  private final PrintStream out;
  private final Table table = new Table(2, "a connector makes", "it gets", "");
  private boolean allHeld = true;

  Showing(Stack stack, PrintStream out) {
    this.stack = stack;
    this.out = out;
  }

  /** Makes the calls, prints what came of them, and returns whether all was as it must be. */
  boolean run() throws IOException, InterruptedException, GeneralSecurityException {
    Instant begin = Instant.now();
    List<JsonNode> rows;
    Streamed stream;
    try (Connector connector = Connector.of(stack)) {
      rows = allowed(connector);
      HttpResponse<String> forbidden = connector.get(FORBIDDEN);
      check(
          "a call that policy forbids",
          forbidden.statusCode() + " " + said(forbidden),
          forbidden.statusCode() == 403);
      HttpResponse<String> unknown = connector.get(UNKNOWN);
      boolean same = unknown.statusCode() == 403 && said(unknown).equals(said(forbidden));
      check(
          "a call of an operation that does not exist",
          unknown.statusCode() + " " + (same ? "the same words" : said(unknown)),
          same);
      anonymous();
      HttpResponse<String> bad = connector.get(BAD_ARGUMENT);
      check(
          "a call with a bad argument",
          bad.statusCode() + " " + said(bad),
          bad.statusCode() == 400 && bad.body().contains("customerId"));
      stream = connector.stream(ALL);
      check(
          "a stream of all orders",
          "%d %,d rows, %.1f MB at %.0f MB/s"
              .formatted(
                  stream.status(),
                  stream.lines(),
                  stream.bytes() / 1e6,
                  stream.megabytesPerSecond()),
          stream.status() == 200
              && stream.lines() == stack.plan().rows()
              && object(stream.firstLine()).path("id").asInt() == 1);
    }
    List<JsonNode> audit = audit(begin, rows.size(), stream.lines());
    // Behind the audit of the calls above, so that its table stays readable.
    try (Connector connector = Connector.of(stack)) {
      host(connector);
    }
    out.println();
    out.print(table);
    printOrders(rows);
    printAudit(audit);
    return allHeld;
  }

  private List<JsonNode> allowed(Connector connector) throws IOException, InterruptedException {
    connector.get(ALLOWED); // the first call pays for starting; the one shown is like all others
    long begin = System.nanoTime();
    HttpResponse<String> answer = connector.get(ALLOWED);
    double millis = (System.nanoTime() - begin) / 1e6;
    List<JsonNode> rows = rows(answer.body());
    check(
        "an allowed call",
        "%d %d rows in %.1f ms".formatted(answer.statusCode(), rows.size(), millis),
        answer.statusCode() == 200 && !rows.isEmpty() && rows.getFirst().has("placed_on"));
    return rows;
  }

  /**
   * In TLS 1.3 the refusal arrives at the first read, so a handshake alone would show nothing. No
   * request is sent: one that the gateway leaves unread can make a reset of its refusal.
   */
  private void anonymous() throws IOException, GeneralSecurityException {
    String what = "a call without a certificate";
    SSLContext tls = Pem.anonymous(stack.certificate("front-ca.pem"));
    URI gateway = stack.gateway();
    try (SSLSocket nobody =
        (SSLSocket) tls.getSocketFactory().createSocket(gateway.getHost(), gateway.getPort())) {
      nobody.setSoTimeout((int) TLS_PATIENCE.toMillis());
      nobody.startHandshake();
      check(what, "a connection, and " + nobody.getInputStream().read(), false);
    } catch (SSLException refusal) {
      check(what, "refused in TLS: " + refusal.getMessage(), true);
    } catch (IOException e) {
      check(what, e.toString(), false);
    }
  }

  /** A host that nobody has at home: a test double, which its rows say. */
  private void host(Connector connector) throws IOException, InterruptedException {
    HttpResponse<String> answer = connector.get("/host/v1/prices/GEAR?customer=ACME&quantity=100");
    JsonNode price = object(answer.body());
    check(
        "simulated IBM i: an RPG program's price",
        answer.statusCode() + " " + price.path("total").asText() + " for 100 gears",
        answer.statusCode() == 200 && price.path("total").asInt() == 1125);
    String order = "{\"entry\":\"100 gears for ACME\"}";
    int sent = post(connector, "/host/v1/orders", order).statusCode();
    HttpResponse<byte[]> next = post(connector, "/host/v1/orders/next", "");
    String taken =
        rows(new String(next.body(), UTF_8)).stream()
            .map(r -> r.path("entry").asText())
            .findFirst()
            .orElse("nothing");
    check(
        "simulated IBM i: an order over its data queue",
        next.statusCode() + " sent and taken: " + taken,
        sent == 200 && taken.equals("100 gears for ACME"));
    answer = connector.get("/host/v1/customers/1001");
    JsonNode customer = object(answer.body());
    check(
        "simulated IBM i: a row of Db2",
        answer.statusCode() + " " + customer.path("NAME").asText(),
        customer.path("NAME").asText().equals("Ahlgren & Söhne"));
  }

  private static HttpResponse<byte[]> post(Connector connector, String path, String body)
      throws IOException, InterruptedException {
    return connector.send("POST", path, body, "Content-Type", "application/json");
  }

  /** The end record of a stream may be a moment behind its last byte. */
  private List<JsonNode> audit(Instant since, long rows, long streamed) throws IOException {
    String agent = stack.plan().sites().getFirst().agents().getFirst();
    long deadline = System.nanoTime() + AUDIT_PATIENCE.toNanos();
    while (true) {
      List<JsonNode> records = AuditTrail.calls(stack.audit(agent), since);
      boolean whole =
          AuditTrail.ended(records, "orders/v1/FindOrders", "ok", rows)
              && AuditTrail.ended(records, "orders/v1/GetCustomer", "refused", 0)
              && AuditTrail.ended(records, "orders/v1/AllOrders", "ok", streamed);
      if (whole || System.nanoTime() > deadline) {
        check("(the audit log of these calls)", records.size() + " records", whole);
        return records;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private void check(String what, String seen, boolean held) {
    table.row(what, seen, held ? "as it must" : "WRONG");
    allHeld &= held;
  }

  // ---- printing

  private void printOrders(List<JsonNode> rows) {
    Table orders = new Table(2, "id", "placed_on", "total", "status", "note");
    for (JsonNode row : rows.subList(0, Math.min(3, rows.size()))) {
      orders.row(
          row.path("id").asText(),
          row.path("placed_on").asText(),
          row.path("total").asText(),
          row.path("status").asText(),
          row.path("note").asText());
    }
    out.println("\nThe first orders of customer 42:\n");
    out.print(orders);
  }

  private void printAudit(List<JsonNode> records) {
    Table audit = new Table(2, "record", "call", "operation", "outcome", "rule", "rows");
    for (JsonNode record : records) {
      String call = record.path("call").asText();
      String code = record.path("code").asText();
      audit.row(
          record.path("kind").asText(),
          call.substring(0, Math.min(8, call.length())),
          record.path("operation").asText(),
          record.path("outcome").asText() + (code.isEmpty() ? "" : " " + code),
          record.path("rule").asText(),
          record.path("rows").asText());
    }
    out.println("\nWhat the agent's audit log says of it (without the values of arguments):\n");
    out.print(audit);
  }

  // ---- reading answers

  /** The sentence of a problem, without the ids that differ from call to call. */
  private static String said(HttpResponse<String> answer) {
    JsonNode problem = object(answer.body());
    JsonNode error = problem.path("error");
    String message = error.path("message").asText(problem.path("detail").asText());
    return (error.path("code").asText() + ": " + message).replaceAll("[0-9a-f]{8,}", "…");
  }

  private static JsonNode object(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  /** The answer's list, bare or as the only list of an object. */
  private static List<JsonNode> rows(String body) {
    JsonNode answer = object(body);
    List<JsonNode> rows = new ArrayList<>();
    if (answer.isArray()) {
      answer.forEach(rows::add);
    } else {
      for (JsonNode member : answer) {
        if (member.isArray()) {
          member.forEach(rows::add);
          break;
        }
      }
    }
    return rows;
  }
}
