package drawbridge.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusMessageBatch;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusReceiverClient;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.azure.messaging.servicebus.models.AbandonOptions;
import com.azure.messaging.servicebus.models.DeadLetterOptions;
import com.azure.messaging.servicebus.models.ServiceBusReceiveMode;
import com.azure.messaging.servicebus.models.SubQueue;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Queues as the Java SDK sees them. Each test has a queue of its own. */
final class QueueTest {
  private static LocalNamespace namespace = start();
  private static Sdk sdk = new Sdk(namespace.connectionString("root"));

  private static LocalNamespace start() {
    NamespaceSettings.Builder settings = NamespaceSettings.builder().key("root", "s3cret+/=");
    for (String name :
        List.of(
            "delete", "complete", "abandon", "dead", "renew", "peek", "batch", "order", "lacks")) {
      settings.queue(name);
    }
    settings.queue(QueueSettings.of("short-lock").lock(Duration.ofMillis(300)));
    settings.queue(QueueSettings.of("late").lock(Duration.ofMillis(300)));
    settings.queue(QueueSettings.of("twice").maxDelivery(2));
    settings.queue(QueueSettings.of("brief").timeToLive(Duration.ofMillis(200)));
    settings.queue(QueueSettings.of("own-ttl"));
    settings.queue(
        QueueSettings.of("brief-dead").timeToLive(Duration.ofMillis(200)).deadLetterOnExpiry(true));
    settings.queue(QueueSettings.of("small").maxSize(10_000));
    settings.queue(QueueSettings.of("large").maxMessage(1 << 20));
    return LocalNamespace.start(settings.build());
  }

  @BeforeAll
  static void quiet() {
    SdkLog.quiet();
  }

  @AfterAll
  static void stop() throws Exception {
    sdk.close();
    namespace.close();
  }

  private static NamespaceStats.QueueStats stats(String queue) {
    return namespace.stats().queue(queue);
  }

  private static ServiceBusReceiverClient deadLetters(String queue) {
    return sdk.receiver(
        queue, ServiceBusReceiveMode.RECEIVE_AND_DELETE, SubQueue.DEAD_LETTER_QUEUE);
  }

  @Test
  void receiveAndDeleteTakesAMessageWithAllItsProperties() {
    ServiceBusMessage sent = new ServiceBusMessage("hello").setMessageId("id-1");
    sent.setSubject("greeting").setReplyTo("back").setCorrelationId("c");
    sent.getApplicationProperties().put("number", 7L);
    sdk.sender("delete").sendMessage(sent);
    ServiceBusReceivedMessage got = Sdk.takeOne(sdk.taker("delete"));
    assertEquals("hello", got.getBody().toString());
    assertEquals("id-1", got.getMessageId());
    assertEquals("greeting", got.getSubject());
    assertEquals("back", got.getReplyTo());
    assertEquals("c", got.getCorrelationId());
    assertEquals(7L, got.getApplicationProperties().get("number"));
    assertEquals(1, got.getSequenceNumber());
    assertNotNull(got.getEnqueuedTime());
    assertEquals(0, stats("delete").depth());
    assertEquals(0, stats("delete").bytes());
  }

  @Test
  void aCompletedMessageIsGone() {
    sdk.sender("complete").sendMessage(Sdk.text("once"));
    ServiceBusReceiverClient receiver = sdk.receiver("complete");
    ServiceBusReceivedMessage got = Sdk.takeOne(receiver);
    assertEquals(1, stats("complete").locked());
    assertTrue(got.getLockedUntil().isAfter(OffsetDateTime.now(ZoneOffset.UTC)));
    receiver.complete(got);
    assertEquals(0, stats("complete").locked());
    assertEquals(0, stats("complete").bytes());
  }

  @Test
  void anAbandonedMessageComesBackCountedAndChanged() {
    sdk.sender("abandon").sendMessage(Sdk.text("again"));
    ServiceBusReceiverClient receiver = sdk.receiver("abandon");
    ServiceBusReceivedMessage first = Sdk.takeOne(receiver);
    assertEquals(0, first.getDeliveryCount());
    receiver.abandon(first, new AbandonOptions().setPropertiesToModify(Map.of("tried", 1)));
    ServiceBusReceivedMessage second = Sdk.takeOne(receiver);
    assertEquals(1, second.getDeliveryCount());
    assertEquals(first.getSequenceNumber(), second.getSequenceNumber());
    assertEquals(1, second.getApplicationProperties().get("tried"));
    assertEquals("again", second.getBody().toString());
    receiver.complete(second);
  }

  @Test
  void aDeadLetteredMessageKeepsItsReason() {
    sdk.sender("dead").sendMessage(Sdk.text("poison"));
    ServiceBusReceiverClient receiver = sdk.receiver("dead");
    receiver.deadLetter(
        Sdk.takeOne(receiver),
        new DeadLetterOptions()
            .setDeadLetterReason("unreadable")
            .setDeadLetterErrorDescription("no such field"));
    ServiceBusReceivedMessage dead = Sdk.takeOne(deadLetters("dead"));
    assertEquals("poison", dead.getBody().toString());
    assertEquals("unreadable", dead.getDeadLetterReason());
    assertEquals("no such field", dead.getDeadLetterErrorDescription());
    assertEquals("dead", dead.getDeadLetterSource());
  }

  @Test
  void tooManyDeliveriesDeadLetterAMessage() {
    sdk.sender("twice").sendMessage(Sdk.text("stubborn"));
    ServiceBusReceiverClient receiver = sdk.receiver("twice");
    receiver.abandon(Sdk.takeOne(receiver));
    receiver.abandon(Sdk.takeOne(receiver));
    ServiceBusReceivedMessage dead = Sdk.takeOne(deadLetters("twice"));
    assertEquals("MaxDeliveryCountExceeded", dead.getDeadLetterReason());
  }

  @Test
  void anExpiredLockGivesTheMessageBack() {
    sdk.sender("short-lock").sendMessage(Sdk.text("slow"));
    ServiceBusReceiverClient receiver = sdk.receiver("short-lock");
    ServiceBusReceivedMessage late = Sdk.takeOne(receiver);
    Await.until("the lock expires", () -> stats("short-lock").locked() == 0);
    ServiceBusException lost =
        assertThrows(ServiceBusException.class, () -> receiver.complete(late));
    assertEquals(ServiceBusFailureReason.MESSAGE_LOCK_LOST, lost.getReason());
    ServiceBusReceivedMessage again = Sdk.takeOne(sdk.taker("short-lock"));
    assertEquals(1, again.getDeliveryCount());
  }

  @Test
  void aRenewedLockHolds() {
    sdk.sender("renew").sendMessage(Sdk.text("long"));
    ServiceBusReceiverClient receiver = sdk.receiver("renew");
    ServiceBusReceivedMessage got = Sdk.takeOne(receiver);
    OffsetDateTime before = got.getLockedUntil();
    Await.until("time passes", () -> receiver.renewMessageLock(got).isAfter(before));
    receiver.complete(got);
    assertEquals(0, stats("renew").bytes());
  }

  @Test
  void aLostLockCannotBeRenewed() {
    sdk.sender("late").sendMessage(Sdk.text("late"));
    ServiceBusReceiverClient receiver = sdk.receiver("late");
    ServiceBusReceivedMessage got = Sdk.takeOne(receiver);
    Await.until("the lock expires", () -> stats("late").locked() == 0);
    ServiceBusException lost =
        assertThrows(ServiceBusException.class, () -> receiver.renewMessageLock(got));
    assertEquals(ServiceBusFailureReason.MESSAGE_LOCK_LOST, lost.getReason());
  }

  @Test
  void aLockOutlivesItsLinkAndIsSettledByManagement() {
    sdk.sender("lacks").sendMessage(Sdk.text("kept"));
    ServiceBusReceiverClient receiver = sdk.receiver("lacks");
    ServiceBusReceivedMessage got = Sdk.takeOne(receiver);
    assertEquals(1, namespace.dropQueue("lacks"));
    sdkReconnects(receiver);
    assertEquals(1, stats("lacks").locked());
    receiver.complete(got);
    assertEquals(0, stats("lacks").locked());
  }

  private static void sdkReconnects(ServiceBusReceiverClient receiver) {
    Await.until(
        "the SDK is connected again",
        () -> {
          try {
            return receiver.peekMessage() != null;
          } catch (RuntimeException e) {
            return false;
          }
        });
  }

  @Test
  void peekTakesNothing() {
    ServiceBusSenderClient sender = sdk.sender("peek");
    for (int i = 0; i < 5; i++) {
      sender.sendMessage(Sdk.text("m" + i));
    }
    ServiceBusReceiverClient receiver = sdk.receiver("peek");
    assertEquals(
        List.of("m1", "m2", "m3"),
        receiver.peekMessages(3, 2).stream().map(m -> m.getBody().toString()).toList());
    assertEquals(5, stats("peek").depth());
  }

  @Test
  void aBatchIsOneSendAndManyMessages() {
    ServiceBusSenderClient sender = sdk.sender("batch");
    ServiceBusMessageBatch batch = sender.createMessageBatch();
    for (int i = 0; i < 100; i++) {
      assertTrue(batch.tryAddMessage(Sdk.text("b" + i)));
    }
    sender.sendMessages(batch);
    assertEquals(1, stats("batch").sends());
    List<ServiceBusReceivedMessage> got = Sdk.take(sdk.taker("batch"), 100);
    for (int i = 0; i < 100; i++) {
      assertEquals("b" + i, got.get(i).getBody().toString());
    }
  }

  @Test
  void messagesKeepTheirOrder() {
    ServiceBusSenderClient sender = sdk.sender("order");
    for (int i = 0; i < 50; i++) {
      sender.sendMessage(Sdk.text("o" + i));
    }
    List<ServiceBusReceivedMessage> got = Sdk.take(sdk.taker("order"), 50);
    for (int i = 0; i < 50; i++) {
      assertEquals("o" + i, got.get(i).getBody().toString());
      assertEquals(i + 1, got.get(i).getSequenceNumber());
    }
  }

  @Test
  void theQueuesTimeToLiveDropsMessages() {
    sdk.sender("brief").sendMessage(Sdk.text("gone"));
    assertEquals(1, stats("brief").messagesIn());
    Await.until("it expires", () -> stats("brief").depth() == 0);
    assertEquals(0, stats("brief").deadLetters());
    assertEquals(0, stats("brief").bytes());
  }

  @Test
  void aMessagesOwnTimeToLiveCounts() {
    sdk.sender("own-ttl").sendMessage(Sdk.text("x").setTimeToLive(Duration.ofMillis(100)));
    Await.until("it expires", () -> stats("own-ttl").depth() == 0);
  }

  @Test
  void anExpiredMessageIsDeadLetteredWhereConfigured() {
    sdk.sender("brief-dead").sendMessage(Sdk.text("late"));
    ServiceBusReceivedMessage dead = Sdk.takeOne(deadLetters("brief-dead"));
    assertEquals("TTLExpiredException", dead.getDeadLetterReason());
  }

  @Test
  void aFullQueueRefuses() {
    ServiceBusSenderClient sender = sdk.sender("small");
    byte[] body = new byte[4000];
    sender.sendMessage(new ServiceBusMessage(body));
    sender.sendMessage(new ServiceBusMessage(body));
    ServiceBusException full =
        assertThrows(
            ServiceBusException.class, () -> sender.sendMessage(new ServiceBusMessage(body)));
    assertEquals(ServiceBusFailureReason.QUOTA_EXCEEDED, full.getReason());
    Sdk.takeOne(sdk.taker("small"));
    sender.sendMessage(new ServiceBusMessage(body));
  }

  @Test
  void aMessageOverTheLimitIsRefused() {
    ServiceBusException large =
        assertThrows(
            ServiceBusException.class,
            () -> sdk.sender("small").sendMessage(new ServiceBusMessage(new byte[300 << 10])));
    assertEquals(ServiceBusFailureReason.MESSAGE_SIZE_EXCEEDED, large.getReason());
    sdk.sender("large").sendMessage(new ServiceBusMessage(new byte[1_000_000]));
    assertEquals(1_000_000, Sdk.takeOne(sdk.taker("large")).getBody().getLength());
  }

  @Test
  void schedulingIsRefused() {
    ServiceBusSenderClient sender = sdk.sender("lacks");
    ServiceBusException refused =
        assertThrows(
            ServiceBusException.class,
            () ->
                sender.scheduleMessage(
                    Sdk.text("x"), OffsetDateTime.now(ZoneOffset.UTC).plusHours(1)));
    assertTrue(
        String.valueOf(refused.getMessage())
            .contains("The local namespace, a test double, has no"));
  }
}
