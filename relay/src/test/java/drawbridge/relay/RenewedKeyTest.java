package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.QueueSettings;
import drawbridge.settings.Section;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A shared access key is replaced while a program runs: at the namespace, then in its file. */
@Timeout(120)
final class RenewedKeyTest {
  private static final String OWN = "drawbridge.gateway-1";

  @TempDir Path folder;
  private final AtomicInteger received = new AtomicInteger();

  private static LocalNamespace namespace(int port, String key) {
    return LocalNamespace.start(
        drawbridge.namespace.NamespaceSettings.builder()
            .port(port)
            .key("root", key)
            .queue(QueueSettings.of(OWN))
            .build());
  }

  private static void await(String what, BooleanSupplier condition) {
    long until = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - until < 0, "never: " + what);
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** Sends to its own mailbox until something arrives, so that both ways are seen to work. */
  private void works(ServiceBusCarrier carrier) {
    int before = received.get();
    Message hello =
        new Message(Kind.HELLO, UUID.randomUUID(), 0, 0, 0, 0, 1, 0, OWN, new byte[] {1, 2, 3});
    await(
        "a message goes and comes",
        () -> {
          carrier.send(OWN, hello, taken -> {});
          LockSupport.parkNanos(200_000_000);
          return received.get() > before;
        });
  }

  @Test
  void theKeyThatIsInTheFileByThenIsUsedWithoutARestart() throws Exception {
    Path file = Files.writeString(folder.resolve("sas"), "the-first-key\n");
    LocalNamespace first = namespace(0, "the-first-key");
    Section settings =
        Section.parse(
            folder.resolve("gateway.yaml"),
            "namespace: { endpoint: 'localhost:%d', emulator: true, login: { sas: { name: root, key-file: sas } } }"
                .formatted(first.port()));
    try (ServiceBusCarrier carrier =
        new ServiceBusCarrier(
            OWN, NamespaceSettings.read(settings.section("namespace")), NetworkSettings.DIRECT)) {
      carrier.start(
          new Carrier.Receiver() {
            @Override
            public void message(Message message) {
              received.incrementAndGet();
            }

            @Override
            public void link(boolean works) {}
          });
      works(carrier);
      first.close();
      try (LocalNamespace _ = namespace(first.port(), "the-second-key")) {
        await(
            "the old key is refused",
            () ->
                carrier
                    .problems()
                    .toString()
                    .contains(
                        "receive from "
                            + OWN
                            + ": the login is refused: the shared access key “root”"));
        Files.writeString(file, "the-second-key\n");
        works(carrier);
        await("no complaint is left", () -> carrier.problems().isEmpty());
        assertEquals(0, carrier.malformed());
      }
    }
  }
}
