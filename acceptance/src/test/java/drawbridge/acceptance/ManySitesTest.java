package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.acceptance.StackPlan.Site;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two gateways, two sites that offer the same API, and two agents at one of them. */
@Timeout(180)
final class ManySitesTest {
  private static Stack stack;

  @BeforeAll
  static void start() throws Exception {
    stack =
        Stack.start(
            StackPlan.small()
                .withRows(1_000)
                .withGateways("gateway-1", "gateway-2")
                .withSites(
                    new Site("plant-1", List.of("agent-a", "agent-b"), Optional.empty()),
                    new Site("plant-2", List.of("agent-c"), Optional.of("plant-2"))),
            line -> {});
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void everyGatewayReachesEverySiteByItsPrefix() throws Exception {
    for (String name : List.of("gateway-1", "gateway-2")) {
      URI gateway = stack.gateway(name);
      try (Connector connector = Connector.of(stack, gateway)) {
        assertEquals(200, connector.get("/orders/v1/order/7").statusCode(), name);
        assertEquals(200, connector.get("/plant-2/orders/v1/order/7").statusCode(), name);
        assertEquals(403, connector.get("/plant-3/orders/v1/order/7").statusCode(), name);
      }
    }
  }

  @Test
  void whenOneAgentIsKilledTheOtherServesAndReadsDoNotFail() throws Exception {
    try (Connector connector = Connector.of(stack)) {
      stack.kill("agent-a");
      for (int i = 1; i <= 20; i++) {
        assertEquals(200, connector.get("/orders/v1/order/" + i).statusCode(), "call " + i);
      }
      stack.restart("agent-a");
      Instant until = Instant.now().plus(Duration.ofSeconds(60));
      while (!Files.readString(stack.log("agent-a")).contains("is open")) {
        assertTrue(Instant.now().isBefore(until), "agent-a does not come back");
      }
      assertEquals(200, connector.get("/orders/v1/order/7").statusCode());
    }
  }
}
