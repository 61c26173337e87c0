package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.Permissions;
import drawbridge.settings.Finding;
import drawbridge.settings.Secret;
import java.util.List;
import java.util.Set;
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

  private List<Finding> check(int port, String key, String gateway) {
    NamespaceSettings settings =
        new NamespaceSettings("localhost", port, "root", new Secret(key), true);
    return NamespaceCheck.run(SELF, List.of(gateway), settings, NetworkSettings.DIRECT);
  }

  @Test
  void whatIsInOrderIsSaidToBe() {
    List<Finding> all =
        check(broker.namespace().port(), "a-key-of-the-test", "drawbridge.gateway-1");
    assertEquals(5, all.size());
    assertTrue(all.stream().allMatch(Finding::good), all::toString);
    assertEquals(0, broker.namespace().stats().queue("drawbridge.gateway-1").messagesIn());
  }

  @Test
  void aWrongKeyIsToldFromAMissingQueue() {
    List<Finding> wrong = check(broker.namespace().port(), "another-key", "drawbridge.gateway-1");
    assertTrue(wrong.get(2).good(), wrong::toString);
    assertFalse(wrong.get(3).good());
    assertTrue(wrong.get(3).fix().contains("key"), wrong::toString);
    List<Finding> missing =
        check(broker.namespace().port(), "a-key-of-the-test", "drawbridge.gateway-9");
    assertTrue(missing.get(3).good(), missing::toString);
    assertTrue(missing.get(4).detail().contains("no such queue"), missing::toString);
  }

  /** The right is what an admin has to give, and the queue where. */
  @Test
  void aRightThatTheKeyLacksIsNamedWithItsQueue() {
    String own = SELF.mailbox();
    Set<String> gateways = Set.of("drawbridge.gateway-1", "drawbridge.gateway-2");
    try (LocalNamespace namespace =
        LocalNamespace.start(
            drawbridge.namespace.NamespaceSettings.builder()
                .queue(own)
                .queue("drawbridge.gateway-1")
                .queue("drawbridge.gateway-2")
                .key("deaf", "k", Permissions.of(Set.of(), gateways))
                .key("half", "k", Permissions.of(Set.of(own), Set.of("drawbridge.gateway-1")))
                .build())) {
      lacks(namespace, "deaf", "Listen", own);
      lacks(namespace, "half", "Send", "drawbridge.gateway-2");
    }
  }

  private static void lacks(LocalNamespace namespace, String key, String right, String queue) {
    List<Finding> bad =
        NamespaceCheck.run(
                SELF,
                List.of("drawbridge.gateway-1", "drawbridge.gateway-2"),
                new NamespaceSettings("localhost", namespace.port(), key, new Secret("k"), true),
                NetworkSettings.DIRECT)
            .stream()
            .filter(finding -> !finding.good())
            .toList();
    assertEquals(1, bad.size(), bad::toString);
    assertTrue(bad.getFirst().what().endsWith(queue), bad::toString);
    assertEquals("not allowed", bad.getFirst().detail());
    assertTrue(
        bad.getFirst().fix().endsWith("the right " + right + " on the queue " + queue),
        bad::toString);
  }

  @Test
  void aPortWhereNobodyListensIsNamed() {
    int port = broker.namespace().port();
    broker.close();
    List<Finding> all = check(port, "a-key-of-the-test", "drawbridge.gateway-1");
    assertEquals(2, all.size());
    assertTrue(all.getLast().detail().contains("nobody listens there"), all::toString);
  }
}
