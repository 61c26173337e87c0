package drawbridge.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Keys, rights, and the errors of those who lack them. */
final class AccessTest {
  private static LocalNamespace namespace =
      LocalNamespace.start(
          NamespaceSettings.builder()
              .key("root", "root-secret")
              .key("denied", "denied-secret", Permissions.of(Set.of(), Set.of("denied")))
              .key(
                  "manager",
                  "manager-secret",
                  new Permissions(Set.of(), Set.of(), Set.of(), Set.of("managed")))
              .key("agent", "agent-secret", Permissions.of(Set.of("in"), Set.of("out")))
              .queue("in")
              .queue("out")
              .queue("denied")
              .queue("managed")
              .build());

  @BeforeAll
  static void quiet() {
    SdkLog.quiet();
  }

  @AfterAll
  static void stop() {
    namespace.close();
  }

  private static ServiceBusFailureReason reason(Executable action) {
    return assertThrows(ServiceBusException.class, action).getReason();
  }

  /**
   * While the SDK takes its links down and up sends fail for other reasons, go through, or are
   * given up by its own wait: it never hears of one that was under way when the link went.
   */
  private static void isRefusedInTheEnd(ServiceBusSenderClient sender) {
    isRefusedInTheEnd(sender, ServiceBusFailureReason.UNAUTHORIZED);
  }

  private static void isRefusedInTheEnd(
      ServiceBusSenderClient sender, ServiceBusFailureReason reason) {
    Await.until(
        "a send is refused: " + reason,
        () -> {
          try {
            sender.sendMessage(Sdk.text("x"));
            return false;
          } catch (ServiceBusException e) {
            return e.getReason().equals(reason);
          } catch (IllegalStateException e) {
            assertTrue(
                String.valueOf(e.getMessage()).startsWith("Timeout on blocking"), e::toString);
            return false;
          }
        });
  }

  @Test
  void aKeyDoesWhatItMayAndNothingElse() throws Exception {
    try (Sdk agent = new Sdk(namespace.connectionString("agent"));
        Sdk root = new Sdk(namespace.connectionString("root"))) {
      agent.sender("out").sendMessage(Sdk.text("to the gateway"));
      root.sender("in").sendMessage(Sdk.text("to the agent"));
      assertEquals("to the agent", Sdk.takeOne(agent.taker("in")).getBody().toString());
      assertEquals("to the gateway", Sdk.takeOne(root.taker("out")).getBody().toString());
      assertEquals(
          ServiceBusFailureReason.UNAUTHORIZED,
          reason(() -> agent.sender("in").sendMessage(Sdk.text("x"))));
      assertEquals(
          ServiceBusFailureReason.UNAUTHORIZED, reason(() -> agent.receiver("out").peekMessage()));
    }
  }

  /** Of the queue it is for; elsewhere not even whether there is one is told. */
  @Test
  void theRightToManageAQueueIsThatToSendAndToListenThere() throws Exception {
    try (Sdk manager = new Sdk(namespace.connectionString("manager"))) {
      manager.sender("managed").sendMessage(Sdk.text("to itself"));
      assertEquals("to itself", manager.receiver("managed").peekMessage().getBody().toString());
      assertEquals("to itself", Sdk.takeOne(manager.taker("managed")).getBody().toString());
      for (String queue : List.of("in", "nowhere")) {
        assertEquals(
            ServiceBusFailureReason.UNAUTHORIZED,
            reason(() -> manager.sender(queue).sendMessage(Sdk.text("x"))));
      }
    }
  }

  /** Two links of every connection are for its tokens. */
  @Test
  void moreLinksThanAConnectionMayHaveAreRefusedAndTheOthersGoOn() throws Exception {
    try (LocalNamespace own =
            LocalNamespace.start(
                NamespaceSettings.builder()
                    .key("root", "s")
                    .queue("in")
                    .queue("out")
                    .maxLinks(3)
                    .build());
        Sdk sdk = new Sdk(own.connectionString("root"))) {
      ServiceBusSenderClient first = sdk.sender("in");
      first.sendMessage(Sdk.text("one"));
      assertEquals(
          ServiceBusFailureReason.QUOTA_EXCEEDED,
          reason(() -> sdk.sender("out").sendMessage(Sdk.text("x"))));
      first.sendMessage(Sdk.text("two"));
      assertEquals(2, own.stats().queue("in").messagesIn());
    }
  }

  @Test
  void moreConnectionsThanThereMayBeAreClosedUntilOneEnds() throws Exception {
    try (LocalNamespace own =
        LocalNamespace.start(
            NamespaceSettings.builder().key("root", "s").queue("in").maxConnections(1).build())) {
      try (Sdk first = new Sdk(own.connectionString("root"))) {
        first.sender("in").sendMessage(Sdk.text("one"));
        try (Sdk second = new Sdk(own.connectionString("root"))) {
          ServiceBusSenderClient refused = second.sender("in");
          assertThrows(RuntimeException.class, () -> refused.sendMessage(Sdk.text("x")));
        }
        assertEquals(1, own.stats().connectionsAccepted());
        first.sender("in").sendMessage(Sdk.text("two"));
      }
      Await.until("the first is gone", () -> own.stats().connections() == 0);
      try (Sdk third = new Sdk(own.connectionString("root"))) {
        third.sender("in").sendMessage(Sdk.text("three"));
      }
      assertEquals(3, own.stats().queue("in").messagesIn());
    }
  }

  @Test
  void aWrongKeyIsUnauthorized() throws Exception {
    String wrong = namespace.connectionString("root").replace("root-secret", "guessed");
    try (Sdk sdk = new Sdk(wrong)) {
      assertEquals(
          ServiceBusFailureReason.UNAUTHORIZED,
          reason(() -> sdk.sender("in").sendMessage(Sdk.text("x"))));
    }
  }

  @Test
  void anUnknownKeyNameIsUnauthorized() throws Exception {
    String wrong =
        namespace
            .connectionString("root")
            .replace("SharedAccessKeyName=root", "SharedAccessKeyName=admin");
    try (Sdk sdk = new Sdk(wrong)) {
      assertEquals(
          ServiceBusFailureReason.UNAUTHORIZED,
          reason(() -> sdk.sender("in").sendMessage(Sdk.text("x"))));
    }
  }

  @Test
  void anUnknownQueueIsNotFound() throws Exception {
    try (Sdk sdk = new Sdk(namespace.connectionString("root"))) {
      assertEquals(
          ServiceBusFailureReason.MESSAGING_ENTITY_NOT_FOUND,
          reason(() -> sdk.sender("nowhere").sendMessage(Sdk.text("x"))));
    }
  }

  @Test
  void sessionsAndTopicsAreRefusedByName() {
    ServiceBusClientBuilder builder =
        new ServiceBusClientBuilder().connectionString(namespace.connectionString("root"));
    RuntimeException sessions =
        assertThrows(
            RuntimeException.class,
            () -> {
              try (var receiver =
                  builder.sessionReceiver().queueName("in").disableAutoComplete().buildClient()) {
                receiver.acceptSession("s1");
              }
            });
    assertTrue(String.valueOf(sessions.getMessage()).contains("has no sessions"));
    try (var topic =
        builder
            .receiver()
            .topicName("t")
            .subscriptionName("s")
            .disableAutoComplete()
            .buildClient()) {
      RuntimeException topics = assertThrows(RuntimeException.class, topic::peekMessage);
      AmqpException cause = assertInstanceOf(AmqpException.class, topics.getCause());
      assertEquals(AmqpErrorCondition.NOT_FOUND, cause.getErrorCondition());
    }
  }

  @Test
  void transactionsAreRefused() throws Exception {
    try (Sdk sdk = new Sdk(namespace.connectionString("root"))) {
      ServiceBusSenderClient sender = sdk.sender("in");
      RuntimeException refused = assertThrows(RuntimeException.class, sender::createTransaction);
      assertTrue(
          String.valueOf(refused.getMessage()).contains("has no transactions"), refused::toString);
    }
  }

  @Test
  void deniedKeysLoseTheirLinksUntilTheyAreAllowedAgain() throws Exception {
    try (Sdk denied = new Sdk(namespace.connectionString("denied"))) {
      ServiceBusSenderClient sender = denied.sender("denied");
      sender.sendMessage(Sdk.text("before"));
      namespace.deny("denied");
      isRefusedInTheEnd(sender);
      namespace.allow("denied");
    }
    try (Sdk denied = new Sdk(namespace.connectionString("denied"))) {
      denied.sender("denied").sendMessage(Sdk.text("after"));
    }
  }

  private static LocalNamespace own() {
    return LocalNamespace.start(
        NamespaceSettings.builder().key("root", "root-secret").queue("in").build());
  }

  /** A new client, for the SDK keeps the links and tokens of an old one for a while. */
  private static void sends(LocalNamespace own, String queue) throws Exception {
    try (Sdk sdk = new Sdk(own.connectionString("root"))) {
      sdk.sender(queue).sendMessage(Sdk.text("x"));
    }
  }

  @Test
  void aRightThatIsTakenEndsTheLinkThatNeedsItAndNoOther() throws Exception {
    try (LocalNamespace own = own();
        Sdk sdk = new Sdk(own.connectionString("root"))) {
      ServiceBusSenderClient sender = sdk.sender("in");
      sender.sendMessage(Sdk.text("before"));
      own.take("root", Right.SEND, "IN");
      isRefusedInTheEnd(sender);
      assertEquals("before", Sdk.takeOne(sdk.taker("in")).getBody().toString());
      own.give("root", Right.SEND, "in");
      sends(own, "in");
    }
  }

  @Test
  void aDeletedQueueIsNotFoundAndComesBackEmpty() throws Exception {
    try (LocalNamespace own = own();
        Sdk sdk = new Sdk(own.connectionString("root"))) {
      ServiceBusSenderClient sender = sdk.sender("in");
      sender.sendMessage(Sdk.text("gone with it"));
      assertThrows(IllegalArgumentException.class, () -> own.create("in"));
      own.delete("In");
      assertEquals(0, own.stats().links());
      isRefusedInTheEnd(sender, ServiceBusFailureReason.MESSAGING_ENTITY_NOT_FOUND);
      assertThrows(IllegalArgumentException.class, () -> own.delete("in"));
      own.create("in");
      own.create("another");
      assertEquals(0, own.stats().queue("in").depth());
      sends(own, "in");
      sends(own, "another");
    }
  }

  @Test
  void tokensAreJudgedByAClockThatCanBeWrong() throws Exception {
    try (LocalNamespace own = own()) {
      own.clock(Duration.ofHours(2));
      assertEquals(ServiceBusFailureReason.UNAUTHORIZED, reason(() -> sends(own, "in")));
      own.clock(Duration.ofHours(2).negated());
      sends(own, "in");
      own.clock(Duration.ZERO);
      sends(own, "in");
    }
  }

  @Test
  void linksEndWithTheirToken() throws Exception {
    try (LocalNamespace own =
        LocalNamespace.start(
            NamespaceSettings.builder().key("root", "root-secret").queue("in").build())) {
      String token =
          Sas.token(
              "sb://localhost:" + own.port() + "/in", "root", "root-secret", Duration.ofSeconds(4));
      try (Sdk sdk =
          new Sdk(
              "Endpoint=sb://localhost:"
                  + own.port()
                  + ";SharedAccessSignature="
                  + token
                  + ";UseDevelopmentEmulator=true")) {
        ServiceBusSenderClient sender = sdk.sender("in");
        sender.sendMessage(Sdk.text("in time"));
        isRefusedInTheEnd(sender);
      }
    }
  }
}
