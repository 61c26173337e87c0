package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.relay.wire.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/gateway.md says what the code does. */
final class GatewayDocsTest {
  @TempDir Path folder;

  @Test
  void everyFaultStandsInTheTableWithItsStatus() throws IOException {
    String docs = Files.readString(Path.of("../docs/gateway.md"));
    for (Fault.Code code : Fault.Code.values()) {
      if (code == Fault.Code.UNSPECIFIED || code == Fault.Code.UNRECOGNIZED) {
        continue;
      }
      Fault fault = Fault.newBuilder().setCode(code).build();
      Faults.Told told = Faults.told(fault, false);
      int status = Faults.status(code);
      String instead =
          Faults.resent(status) ? told.status() + " `" + Faults.word(told.code()) + "` |" : "|";
      String row = "| `" + Faults.word(code) + "` | " + status + " | " + instead;
      assertTrue(docs.contains(row), row);
    }
  }

  @Test
  void everyMetricStandsInTheTableAndNoOther() throws Exception {
    Set<String> documented = new TreeSet<>();
    Matcher rows =
        Pattern.compile("^\\| `(drawbridge_[a-z_]+)`", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("../docs/gateway.md")));
    while (rows.find()) {
      documented.add(rows.group(1));
    }
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders", "stock");
      assertEquals(200, stage.get("/orders/v1/customers/1/orders").statusCode());
      assertEquals(403, stage.get("/nothing/v1/secret").statusCode());
      Set<String> exposed = new TreeSet<>();
      String text = stage.privately("/metrics").body();
      Matcher types = Pattern.compile("(?m)^# TYPE (drawbridge_[a-z_]+) ").matcher(text);
      while (types.find()) {
        exposed.add(types.group(1));
      }
      exposed.remove("drawbridge_call_seconds_max");
      assertEquals(documented, exposed);
      assertTrue(
          text.contains(
              "drawbridge_calls_total{operation=\"orders/v1/FindOrders\",outcome=\"done\",site=\"plant-1\"}"
                  + " 1.0"),
          text);
      assertTrue(
          text.contains(
              "drawbridge_agent_certificate_days{agent=\"agent-a\",site=\"plant-1\"} 77"));
      for (String line :
          List.of(
              "drawbridge_agent_up{agent=\"agent-a\",site=\"plant-1\"} 1",
              "drawbridge_agent_up{agent=\"agent-b\",site=\"plant-1\"} 0",
              "drawbridge_agent_problems{agent=\"agent-a\",site=\"plant-1\"} 0",
              "drawbridge_source_available{agent=\"agent-a\",site=\"plant-1\",source=\"erp\"} 1",
              "drawbridge_source_connections{agent=\"agent-a\",site=\"plant-1\",source=\"erp\",state=\"active\"}"
                  + " 3",
              "drawbridge_source_connections{agent=\"agent-a\",site=\"plant-1\",source=\"erp\",state=\"idle\"}"
                  + " 2",
              "drawbridge_source_waiting{agent=\"agent-a\",site=\"plant-1\",source=\"erp\"} 5",
              "drawbridge_source_timeouts_total{agent=\"agent-a\",site=\"plant-1\",source=\"erp\"} 7")) {
        assertTrue(text.contains(line), () -> line + " is missing in\n" + text);
      }
      assertTrue(!text.contains("secret"), "labels never come from a request");
    }
  }
}
