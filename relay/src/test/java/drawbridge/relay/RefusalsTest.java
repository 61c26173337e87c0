package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.QueueSettings;
import drawbridge.namespace.Right;
import drawbridge.settings.Finding;
import drawbridge.settings.Secret;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The namespace refuses a running program, and what it says of that. */
@Timeout(180)
final class RefusalsTest {
  private static final String OWN = "drawbridge.gateway-1";
  private static final String PEER = "drawbridge.plant-1.agent-a";

  private final LocalNamespace namespace =
      LocalNamespace.start(
          drawbridge.namespace.NamespaceSettings.builder()
              .key("gateway-1", "a-key-of-the-test")
              .queue(QueueSettings.of(OWN))
              .queue(QueueSettings.of(PEER))
              .build());
  private final NamespaceSettings settings =
      new NamespaceSettings(
          "localhost", namespace.port(), "gateway-1", new Secret("a-key-of-the-test"), true);
  private final ServiceBusCarrier carrier =
      new ServiceBusCarrier(OWN, settings, NetworkSettings.DIRECT);
  private final AtomicInteger received = new AtomicInteger();

  @BeforeEach
  void start() {
    carrier.start(
        new Carrier.Receiver() {
          @Override
          public void message(Message message) {
            received.incrementAndGet();
          }

          @Override
          public void link(boolean works) {}
        });
    works();
  }

  @AfterEach
  void stop() {
    carrier.close();
    namespace.close();
  }

  private static void await(String what, BooleanSupplier condition) {
    long until = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - until < 0, "never: " + what);
      LockSupport.parkNanos(50_000_000);
    }
  }

  private void send(String to) {
    Message hello =
        new Message(Kind.HELLO, UUID.randomUUID(), 0, 0, 0, 0, 1, 0, OWN, new byte[] {1, 2, 3});
    carrier.send(to, hello, taken -> {});
    LockSupport.parkNanos(200_000_000);
  }

  /** Both ways, and nothing is left to complain of. */
  private void works() {
    int before = received.get();
    await(
        "a message goes and comes",
        () -> {
          send(OWN);
          send(PEER);
          return received.get() > before && carrier.problems().isEmpty();
        });
  }

  private void says(String problem) {
    await(
        problem + " in " + carrier.problems(),
        () -> {
          send(PEER);
          return carrier.problems().stream().anyMatch(text -> text.startsWith(problem));
        });
  }

  @Test
  void aClockThatIsWrongIsNamedAndNotTheKey() {
    namespace.clock(Duration.ofHours(2));
    says("cannot receive from " + OWN + ": the login is refused: this machine's clock is 7");
    assertTrue(
        carrier.problems().stream()
            .allMatch(text -> text.contains(" s behind that of localhost. Fix: ")),
        carrier.problems()::toString);
    assertTrue(
        carrier.problems().stream().noneMatch(text -> text.contains("key")),
        carrier.problems()::toString);
    namespace.clock(Duration.ZERO);
    works();
  }

  @Test
  void aKeyThatIsRefusedIsNamed() {
    namespace.deny("gateway-1");
    says(
        "cannot receive from "
            + OWN
            + ": the login is refused: the shared access key “gateway-1” has expired or is wrong. Fix: ");
    namespace.allow("gateway-1");
    works();
  }

  @Test
  void aRightThatIsMissingIsNamedWithItsQueue() {
    namespace.take("gateway-1", Right.SEND, PEER);
    says("cannot send to " + PEER + ": the right Send is missing. Fix: give it to the key");
    assertEquals(1, carrier.problems().size(), carrier.problems()::toString);
    namespace.give("gateway-1", Right.SEND, PEER);
    works();
    namespace.take("gateway-1", Right.LISTEN, OWN);
    says("cannot receive from " + OWN + ": the right Listen is missing. Fix: give it to the key");
    namespace.give("gateway-1", Right.LISTEN, OWN);
    works();
  }

  @Test
  void aQueueThatIsMissingIsNamed() {
    namespace.delete(PEER);
    says("cannot send to " + PEER + ": there is no such queue. Fix: create the queue " + PEER);
    namespace.create(PEER);
    works();
    namespace.delete(OWN);
    says("cannot receive from " + OWN + ": there is no such queue. Fix: ");
    namespace.create(OWN);
    works();
  }

  @Test
  void theNamespacesTimeIsAskedForWithoutALogin() {
    namespace.clock(Duration.ofHours(1).negated());
    Finding clock = WayCheck.clock(settings, NetworkSettings.DIRECT, 2_000).orElseThrow();
    assertEquals(Finding.Verdict.FAILED, clock.verdict());
    assertTrue(clock.detail().contains("3600 s ahead of that of localhost"), clock::toString);
    namespace.close();
    assertTrue(WayCheck.clock(settings, NetworkSettings.DIRECT, 2_000).isEmpty());
  }
}
