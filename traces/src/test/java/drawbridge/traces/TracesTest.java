package drawbridge.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TracesTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SAMPLED = "00-" + TRACE + "-b7ad6b7169203331-01";

  @TempDir Path folder;

  private static Traces open(URI url, double share) {
    return Traces.open(
        Optional.of(new TraceSettings(url, share, Optional.empty())),
        Map.of("service.name", "drawbridge-agent"));
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Test
  void aTraceGoesOnFromWhoeverAskedToWhatWasDoneForHim() throws Exception {
    try (Collector collector = new Collector(0)) {
      try (Traces traces = open(collector.url(), 0)) {
        Span call = traces.begin(Span.Kind.SERVER, "call", SAMPLED);
        call.name("orders/v1/FindOrders");
        call.note("long", "x".repeat(1_000));
        Span source = call.child(Span.Kind.CLIENT, "source erp");
        source.note("drawbridge.rows", 7);
        source.failed("source-error");
        assertTrue(source.traceparent("").startsWith("00-" + TRACE + "-"));
        assertTrue(source.traceparent("").endsWith("-01"));
        source.end();
        call.end();
      }
      List<io.opentelemetry.proto.trace.v1.Span> spans = collector.spans();
      assertEquals(2, spans.size());
      var source = spans.getFirst();
      var call = spans.getLast();
      assertEquals(TRACE, hex(call.getTraceId()));
      assertEquals(TRACE, hex(source.getTraceId()));
      assertEquals("b7ad6b7169203331", hex(call.getParentSpanId()));
      assertEquals(call.getSpanId(), source.getParentSpanId());
      assertEquals("orders/v1/FindOrders", call.getName());
      assertEquals(Status.StatusCode.STATUS_CODE_ERROR, source.getStatus().getCode());
      assertEquals(256, call.getAttributes(0).getValue().getStringValue().length());
      assertEquals(
          "drawbridge-agent",
          collector
              .requests
              .getFirst()
              .getResourceSpans(0)
              .getResource()
              .getAttributesList()
              .stream()
              .filter(attribute -> attribute.getKey().equals("service.name"))
              .map(attribute -> attribute.getValue().getStringValue())
              .findFirst()
              .orElseThrow());
    }
  }

  @Test
  void whatTheCallerDecidedHoldsAndTheShareIsForTheRest() throws Exception {
    try (Collector collector = new Collector(0)) {
      try (Traces none = open(collector.url(), 0);
          Traces all = open(collector.url(), 1)) {
        none.begin(Span.Kind.SERVER, "not of the share", "").end();
        all.begin(Span.Kind.SERVER, "not sampled", SAMPLED.substring(0, 53) + "00").end();
        Span begun = all.begin(Span.Kind.SERVER, "begun here", "00-nonsense");
        assertNotEquals(TRACE, begun.traceparent("").substring(3, 35));
        begun.end();
      }
      assertEquals(
          List.of("begun here"),
          collector.spans().stream().map(io.opentelemetry.proto.trace.v1.Span::getName).toList());
    }
  }

  @Test
  void withoutSettingsNothingIsMade() {
    try (Traces traces = Traces.open(Optional.empty(), Map.of())) {
      Span span = traces.begin(Span.Kind.SERVER, "call", SAMPLED);
      assertEquals(SAMPLED, span.child(Span.Kind.CLIENT, "agent").traceparent(SAMPLED));
      assertEquals("", span.traceparent(""));
    }
  }

  @Test
  void aCollectorThatIsAwayIsSaidOnceAndHoldsNothingUp() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    BlockingQueue<String> said = new LinkedBlockingQueue<>();
    Logger logger = Logger.getLogger("drawbridge.traces");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            said.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    logger.setLevel(Level.INFO);
    try (Traces traces = open(URI.create("http://127.0.0.1:" + port + "/v1/traces"), 1)) {
      traces.begin(Span.Kind.SERVER, "lost", "").end();
      assertTrue(String.valueOf(said.poll(40, TimeUnit.SECONDS)).startsWith("traces cannot be"));
      try (Collector back = new Collector(port)) {
        traces.begin(Span.Kind.SERVER, "taken", "").end();
        assertTrue(String.valueOf(said.poll(40, TimeUnit.SECONDS)).startsWith("no longer: "));
        assertEquals("taken", back.spans().getFirst().getName());
      }
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void settingsAreCheckedAndATokenNeverLeavesInPlainText() throws IOException {
    Files.writeString(folder.resolve("token"), "secret-of-the-collector\n");
    TraceSettings good =
        settings("{ url: \"https://c.example/v1/traces\", share: 0.25, token-file: token }");
    assertEquals(0.25, good.share());
    assertTrue(!good.toString().contains("secret-of-the-collector"), good::toString);
    for (String bad :
        List.of(
            "{ url: \"ftp://c.example/v1/traces\" }",
            "{ url: \"http://user:word@c.example/v1/traces\" }",
            "{ url: \"http://c.example/v1/traces\", share: 2 }",
            "{ url: \"http://c.example/v1/traces\", share: all }",
            "{ url: \"http://c.example/v1/traces\", token-file: token }",
            "{ url: \"http://c.example/v1/traces\", sample: 1 }",
            "{ share: 1 }")) {
      assertThrows(SettingsException.class, () -> settings(bad), bad);
    }
  }

  private TraceSettings settings(String text) {
    return TraceSettings.read(
        Section.parse(folder.resolve("agent.yaml"), "traces: " + text).section("traces"));
  }
}
