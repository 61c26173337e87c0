package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.Secret;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an admin is told of the way to Service Bus before anything runs. */
@Timeout(60)
final class NamespaceCheckTest {
  private static final PeerName SELF = PeerName.agent("plant-1", "agent-a");

  private final LocalBroker broker =
      new LocalBroker("drawbridge.plant-1.agent-a", "drawbridge.gateway-1");

  @AfterEach
  void stop() {
    broker.close();
  }

  private List<NamespaceCheck.Finding> check(int port, String key, String gateway) {
    NamespaceSettings settings =
        new NamespaceSettings("localhost", port, "root", new Secret(key), true);
    return NamespaceCheck.run(SELF, List.of(gateway), settings, NetworkSettings.DIRECT);
  }

  @Test
  void whatIsInOrderIsSaidToBe() {
    List<NamespaceCheck.Finding> all =
        check(broker.namespace().port(), "a-key-of-the-test", "drawbridge.gateway-1");
    assertEquals(3, all.size());
    assertTrue(all.stream().allMatch(NamespaceCheck.Finding::good), all::toString);
    assertEquals(0, broker.namespace().stats().queue("drawbridge.gateway-1").messagesIn());
  }

  @Test
  void aWrongKeyIsToldFromAMissingQueue() {
    List<NamespaceCheck.Finding> wrong =
        check(broker.namespace().port(), "another-key", "drawbridge.gateway-1");
    assertTrue(wrong.get(0).good(), wrong::toString);
    assertFalse(wrong.get(1).good());
    assertTrue(wrong.get(1).detail().contains("key"), wrong::toString);
    List<NamespaceCheck.Finding> missing =
        check(broker.namespace().port(), "a-key-of-the-test", "drawbridge.gateway-9");
    assertTrue(missing.get(1).good(), missing::toString);
    assertTrue(missing.get(2).detail().contains("no such queue"), missing::toString);
  }

  @Test
  void aPortWhereNobodyListensIsNamed() {
    int port = broker.namespace().port();
    broker.close();
    List<NamespaceCheck.Finding> all = check(port, "a-key-of-the-test", "drawbridge.gateway-1");
    assertEquals(1, all.size());
    assertTrue(all.getFirst().detail().contains("cannot be reached"), all::toString);
  }
}
