package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.relay.RelayTlsFixture.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever fails to prove itself is a security event; a connection that breaks is none. */
final class RefusedHandshakeTest {
  @TempDir Path folder;
  private final RelayTlsFixture fixture = new RelayTlsFixture();
  private final LossyCarriers carriers = new LossyCarriers(3, 0, 0);

  @AfterEach
  void close() throws Exception {
    carriers.close();
    fixture.close();
  }

  @Test
  void anOpenerWithoutThePostQuantumGroupIsOneAndOneThatHangsUpIsNot() throws Exception {
    try (RelayHarness harness = new RelayHarness(folder, fixture.pki);
        Endpoint opener =
            new Endpoint(
                harness.mailboxOfAgent(),
                Set.of(harness.mailboxOfGateway()),
                carriers.at(harness.mailboxOfAgent()),
                false,
                RelaySocket::close,
                from -> {},
                by -> {})) {
      harness.startGateway(carriers.at(harness.mailboxOfGateway()));
      opener.start();
      long until = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      do { // one that is gone before the gateway looks is not even refused
        assertTrue(System.nanoTime() < until, () -> "never refused: " + fixture.log());
        RelaySocket silent = opener.open(harness.mailboxOfGateway());
        assertTrue(silent.awaitOpen(Constants.OPEN_FOR));
        silent.getOutputStream().write(0x16); // the first byte of a ClientHello
        silent.close();
      } while (!logs("ENDED"));

      RelaySocket socket = opener.open(harness.mailboxOfGateway());
      assertTrue(socket.awaitOpen(Constants.OPEN_FOR));
      Outcome<Integer> outcome =
          fixture.foreign(fixture.pki.agent("plant-1", "agent-a"), socket, "TLSv1.3");
      String event = harness.events.poll(30, TimeUnit.SECONDS);
      assertTrue(
          event != null
              && event.startsWith(
                  "security HANDSHAKE_REFUSED agent agent-a of plant-1 WEAK_GROUP: "),
          event);
      assertFalse(outcome.failure().toString().isEmpty());
      assertTrue(harness.links.isEmpty());
    }
  }

  /** Within some seconds. */
  private boolean logs(String words) {
    long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (fixture.log().stream().noneMatch(line -> line.contains(words))) {
      if (System.nanoTime() > until) {
        return false;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return true;
  }
}
