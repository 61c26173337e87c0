package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The real programs send their spans to a collector and write their logs for machines: one trace
 * from the connector to the statement, and lines that a machine reads, neither with what nobody
 * else shall see.
 */
@Timeout(180)
final class TracesTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";

  private static final BlockingQueue<ExportTraceServiceRequest> ARRIVED =
      new LinkedBlockingQueue<>();

  private static HttpServer collector;
  private static Stack stack;

  private record Made(String program, Span span) {
    String parent() {
      return hex(span.getParentSpanId());
    }

    String id() {
      return hex(span.getSpanId());
    }

    String note(String key) {
      return span.getAttributesList().stream()
          .filter(attribute -> attribute.getKey().equals(key))
          .map(KeyValue::getValue)
          .map(value -> value.hasIntValue() ? "" + value.getIntValue() : value.getStringValue())
          .findFirst()
          .orElse("");
    }
  }

  @BeforeAll
  static void start() throws Exception {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          try (var body = new GZIPInputStream(exchange.getRequestBody())) {
            ARRIVED.add(ExportTraceServiceRequest.parseFrom(body));
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    String more =
        """
        traces: { url: "http://127.0.0.1:%d/v1/traces" }
        log: json
        """
            .formatted(collector.getAddress().getPort());
    for (String name : List.of("gateway-1", "agent-a")) {
      Files.writeString(stack.configuration(name), more, StandardOpenOption.APPEND);
      Files.deleteIfExists(stack.log(name));
      stack.restart(name);
    }
    stack.awaitReady("gateway-1");
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
    collector.stop(0);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static Made named(Map<String, Made> spans, String name) {
    Made made = spans.get(name);
    if (made == null) {
      throw new AssertionError("no span " + name + " among " + spans.keySet());
    }
    return made;
  }

  /** Spans of the trace by their names, as soon as there are so many. */
  private static Map<String, Made> spans(int count) throws InterruptedException {
    Map<String, Made> made = new TreeMap<>();
    while (made.size() < count) {
      ExportTraceServiceRequest request = ARRIVED.poll(30, TimeUnit.SECONDS);
      assertTrue(request != null, () -> "no more spans come: " + made.keySet());
      for (ResourceSpans of : request.getResourceSpansList()) {
        String program =
            of.getResource().getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals("service.name"))
                .map(attribute -> attribute.getValue().getStringValue())
                .findFirst()
                .orElse("");
        of.getScopeSpansList().stream()
            .flatMap(scope -> scope.getSpansList().stream())
            .filter(span -> hex(span.getTraceId()).equals(TRACE))
            .forEach(span -> made.put(program + " " + span.getName(), new Made(program, span)));
      }
    }
    return made;
  }

  @Test
  void oneTraceLeadsFromTheConnectorToTheStatement() throws Exception {
    try (Connector connector = Connector.of(stack)) {
      var answer =
          connector.send(
              "GET",
              "/orders/v1/customers/17/orders?since=2001-02-03",
              "",
              "traceparent",
              "00-" + TRACE + "-" + CALLER + "-01");
      assertEquals(200, answer.statusCode());
      Map<String, Made> spans = spans(4);
      String operation = "orders/v1/FindOrders";
      Made gateway = named(spans, "drawbridge-gateway " + operation);
      Made hop = named(spans, "drawbridge-gateway agent");
      Made agent = named(spans, "drawbridge-agent " + operation);
      Made source = named(spans, "drawbridge-agent source erp");
      assertEquals(CALLER, gateway.parent());
      assertEquals(gateway.id(), hop.parent());
      assertEquals(hop.id(), agent.parent());
      assertEquals(agent.id(), source.parent());
      assertEquals("agent-a", hop.note("drawbridge.agent"));
      assertEquals("done", gateway.note("drawbridge.outcome"));
      assertEquals("connector-reads-orders", agent.note("drawbridge.rule"));
      assertEquals(gateway.note("drawbridge.call"), agent.note("drawbridge.call"));
      JsonNode rows = new ObjectMapper().readTree(answer.body());
      int count = rows.isArray() ? rows.size() : rows.path("value").size();
      assertEquals("" + count, source.note("drawbridge.rows"));
      // The audit log's records name the same trace.
      assertTrue(
          AuditTrail.calls(stack.audit("agent-a"), Instant.EPOCH).stream()
              .anyMatch(record -> record.toString().contains(TRACE)),
          "the audit log does not know the trace");
      String all = spans.toString();
      for (String hidden : List.of("2001-02-03", "customers/17", "select ", "CN=")) {
        assertFalse(all.contains(hidden), () -> hidden + " in " + all);
      }
    }
  }

  @Test
  void linesOfTheLogAreObjectsWithoutWhatIsSecret() throws Exception {
    try (Connector connector = Connector.of(stack)) {
      assertEquals(403, connector.get("/orders/v1/customers/4711").statusCode());
    }
    for (String name : List.of("gateway-1", "agent-a")) {
      String key = Files.readString(stack.folder().resolve("secrets/" + name)).strip();
      int objects = 0;
      for (String line : Files.readAllLines(stack.log(name))) {
        assertFalse(line.contains(key), line);
        assertFalse(line.contains("4711"), line);
        if (line.startsWith("{")) {
          JsonNode read = new ObjectMapper().readTree(line);
          assertTrue(read.path("time").asText().endsWith("Z"), line);
          assertTrue(read.path("level").asText().matches("DEBUG|INFO|WARNING|ERROR"), line);
          assertFalse(read.path("logger").asText().isEmpty(), line);
          assertFalse(read.path("message").asText().isEmpty(), line);
          objects++;
        } else {
          // What a program says to whoever started it, on its standard output.
          assertTrue(line.equals("ready") || line.contains(" listens on "), line);
        }
      }
      assertTrue(objects > 0, name + " wrote no log");
    }
  }
}
