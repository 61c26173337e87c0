package drawbridge.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.core.util.BinaryData;
import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the namespace does to its clients when it is told to. */
final class BehaviourTest {
  private static final int MANY = 200;

  @TempDir Path folder;
  private LocalNamespace namespace = start(NamespaceSettings.builder());
  private Sdk sdk = new Sdk(namespace.connectionString("root"));

  private static LocalNamespace start(NamespaceSettings.Builder settings) {
    return LocalNamespace.start(settings.key("root", "s").queue("q").queue("other").build());
  }

  @BeforeEach
  void quiet() {
    SdkLog.quiet();
  }

  @AfterEach
  void stop() throws Exception {
    sdk.close();
    namespace.close();
  }

  private void restart(NamespaceSettings.Builder settings) throws Exception {
    stop();
    namespace = start(settings);
    sdk = new Sdk(namespace.connectionString("root"));
  }

  private NamespaceStats.QueueStats stats() {
    return namespace.stats().queue("q");
  }

  private void sendMany() {
    ServiceBusSenderClient sender = sdk.sender("q");
    sender.sendMessages(
        IntStream.range(0, MANY).mapToObj(i -> new ServiceBusMessage("message " + i)).toList());
  }

  private List<String> bodies(int count) {
    return Sdk.take(sdk.taker("q"), count).stream().map(m -> m.getBody().toString()).toList();
  }

  private void faults(Faults faults) {
    namespace.behaviour(Behaviour.NORMAL.faults(faults));
  }

  @Test
  void lostMessagesAreAcceptedAndNeverSeen() {
    faults(Faults.NONE.lose(0.3).seed(7));
    sendMany();
    assertEquals(MANY, stats().messagesIn());
    assertTrue(stats().lost() > 20 && stats().lost() < 120);
    assertEquals(MANY - stats().lost(), stats().depth());
  }

  @Test
  void theSameSeedLosesTheSameMessages() throws Exception {
    List<List<String>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      restart(NamespaceSettings.builder());
      faults(Faults.NONE.lose(0.5).seed(42));
      sendMany();
      runs.add(bodies(stats().depth()));
    }
    assertEquals(runs.get(0), runs.get(1));
  }

  @Test
  void repeatedMessagesComeTwice() {
    faults(Faults.NONE.repeat(1));
    sdk.sender("q").sendMessage(Sdk.text("echo"));
    assertEquals(List.of("echo", "echo"), bodies(2));
  }

  @Test
  void reorderedMessagesAllArrive() {
    faults(Faults.NONE.reorder(0.2).seed(3));
    sendMany();
    Await.until("nothing is held back", () -> stats().depth() == MANY);
    List<String> sent = IntStream.range(0, MANY).mapToObj(i -> "message " + i).toList();
    List<String> got = bodies(MANY);
    assertTrue(stats().reordered() > 10);
    assertTrue(!sent.equals(got), "the order is as it was");
    assertEquals(sent.stream().sorted().toList(), got.stream().sorted().toList());
  }

  @Test
  void corruptionChangesOneByteOfTheBodyAndNothingElse() {
    faults(Faults.NONE.corrupt(1));
    byte[] body = "the quick brown fox".getBytes(StandardCharsets.UTF_8);
    ServiceBusMessage sent = new ServiceBusMessage(BinaryData.fromBytes(body)).setMessageId("id");
    sent.getApplicationProperties().put("seq", 5L);
    sdk.sender("q").sendMessage(sent);
    ServiceBusReceivedMessage got = Sdk.takeOne(sdk.taker("q"));
    byte[] changed = got.getBody().toBytes();
    assertEquals(body.length, changed.length);
    assertEquals(1, IntStream.range(0, body.length).filter(i -> body[i] != changed[i]).count());
    assertEquals("id", got.getMessageId());
    assertEquals(5L, got.getApplicationProperties().get("seq"));
  }

  @Test
  void aQueueCanHaveFaultsOfItsOwn() {
    namespace.behaviour(Behaviour.NORMAL.faults("other", Faults.NONE.lose(1)));
    sdk.sender("other").sendMessage(Sdk.text("lost"));
    sdk.sender("q").sendMessage(Sdk.text("kept"));
    assertEquals(List.of("kept"), bodies(1));
    assertEquals(1, namespace.stats().queue("other").lost());
  }

  @Test
  void delayHoldsBackBothDirections() {
    ServiceBusSenderClient sender = sdk.sender("q");
    sender.sendMessage(Sdk.text("warm"));
    namespace.behaviour(Behaviour.NORMAL.delay(Duration.ofMillis(60)));
    long start = System.nanoTime();
    sender.sendMessage(Sdk.text("slow"));
    long millis = (System.nanoTime() - start) / 1_000_000;
    assertTrue(millis >= 120, () -> "there and back took " + millis + " ms");
    assertEquals(List.of("warm", "slow"), bodies(2));
  }

  @Test
  void overTheBudgetTheServiceIsBusy() {
    ServiceBusSenderClient sender = sdk.sender("q");
    sender.sendMessage(Sdk.text("warm"));
    namespace.behaviour(Behaviour.NORMAL.operationsPerSecond(5));
    ServiceBusException busy =
        assertThrows(
            ServiceBusException.class,
            () -> {
              for (int i = 0; i < 100; i++) {
                sender.sendMessage(Sdk.text("x"));
              }
            });
    // The SDK wraps the reason when it has used up its retries.
    AmqpException cause = assertInstanceOf(AmqpException.class, root(busy));
    assertEquals(AmqpErrorCondition.SERVER_BUSY_ERROR, cause.getErrorCondition());
    assertTrue(namespace.stats().operationsRefused() > 0);
  }

  private static Throwable root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  @Test
  void receivingWaitsForTheBudget() {
    sendMany();
    namespace.behaviour(Behaviour.NORMAL.operationsPerSecond(100));
    assertEquals(MANY, bodies(MANY).size());
    assertTrue(namespace.stats().operations() >= 2 * MANY);
  }

  @Test
  void silenceKeepsTheConnectionAndStopsEverything() {
    ServiceBusSenderClient sender = sdk.sender("q");
    sender.sendMessage(Sdk.text("warm"));
    long before = namespace.stats().connectionsAccepted();
    namespace.silence(Duration.ofMillis(400));
    long start = System.nanoTime();
    sender.sendMessage(Sdk.text("waits"));
    assertTrue(System.nanoTime() - start >= 350_000_000L);
    assertEquals(before, namespace.stats().connectionsAccepted());
    assertEquals(2, stats().messagesIn());
  }

  @Test
  void droppedConnectionsComeBack() {
    ServiceBusSenderClient sender = sdk.sender("q");
    sender.sendMessage(Sdk.text("one"));
    assertEquals(0, namespace.dropQueue("other"));
    assertEquals(0, namespace.dropKey("nobody"));
    assertEquals(1, namespace.dropKey("root"));
    sendsAgain(sender);
    assertEquals(1, namespace.dropQueue("q"));
    sendsAgain(sender);
    assertEquals(1, namespace.dropAll());
    sendsAgain(sender);
  }

  @Test
  void afterBeingDownItListensOnTheSamePort() {
    ServiceBusSenderClient sender = sdk.sender("q");
    sender.sendMessage(Sdk.text("one"));
    namespace.down(Duration.ofMillis(300));
    assertEquals(0, namespace.stats().connections());
    sendsAgain(sender);
  }

  private static void sendsAgain(ServiceBusSenderClient sender) {
    Await.until(
        "the SDK is connected again",
        () -> {
          try {
            sender.sendMessage(Sdk.text("again"));
            return true;
          } catch (RuntimeException e) {
            return false;
          }
        });
  }

  @Test
  void idleLinksAreDetached() throws Exception {
    restart(NamespaceSettings.builder().idle(Duration.ofMillis(600)));
    ServiceBusSenderClient sender = sdk.sender("q");
    sender.sendMessage(Sdk.text("one"));
    assertEquals(1, namespace.stats().links());
    Await.until("the link is detached", () -> namespace.stats().links() == 0);
    sendsAgain(sender);
  }

  @Test
  void theRecordingHoldsWhatTheQueueCarried() throws Exception {
    restart(NamespaceSettings.builder().record(folder));
    sdk.sender("q").sendMessage(Sdk.text("a known plaintext"));
    namespace.stats();
    byte[] recorded = Files.readAllBytes(folder.resolve("q.messages"));
    assertTrue(new String(recorded, StandardCharsets.ISO_8859_1).contains("a known plaintext"));
  }
}
