package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls over Service Bus. */
final class ServiceBusRelayTest extends RelayContract {
  private final LocalBroker broker =
      new LocalBroker("drawbridge.plant-1.agent-a", "drawbridge.gateway-1");

  @Override
  Carrier carrier(String mailbox) {
    return broker.carrier(mailbox);
  }

  @Override
  void stopCarriers() {
    broker.close();
  }

  @Test
  void aDroppedConnectionIsAPauseAndNoErrorForCallsInFlight() throws Exception {
    AgentLink link = harness.link();
    for (int round = 0; round < 3; round++) {
      List<CompletableFuture<String>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(call(link, "call " + i));
      }
      broker.namespace().dropAll();
      for (int i = 50; i < 100; i++) {
        answers.add(call(link, "call " + i));
      }
      for (int i = 0; i < 100; i++) {
        assertEquals("call " + i, answers.get(i).get(30, TimeUnit.SECONDS));
      }
    }
  }
}
