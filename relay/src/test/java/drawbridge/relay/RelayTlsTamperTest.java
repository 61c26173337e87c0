package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.relay.RelayTlsException.Reason;
import drawbridge.relay.RelayTlsFixture.Ends;
import drawbridge.relay.RelayTlsFixture.Outcome;
import drawbridge.relay.RelayTlsFixture.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Somebody between the two ends changes one bit. */
final class RelayTlsTamperTest {
  private final RelayTlsFixture fixture = new RelayTlsFixture();
  private final AtomicBoolean flip = new AtomicBoolean();
  private final AtomicLong flipAt = new AtomicLong(-1);

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  void aChangedByteReachesNobodyAndIsASecurityEventAtBothEnds() throws Exception {
    Ends ends = fixture.handshake(fixture.agent(), fixture.gateway(), tamperedWire());
    Secured agent = ends.opener().value();
    Secured gateway = ends.acceptor().value();
    send(agent);
    assertEquals(100, gateway.socket().getInputStream().readNBytes(100).length);
    flip.set(true);
    send(agent);
    IOException found =
        assertThrows(IOException.class, () -> gateway.socket().getInputStream().read());
    assertTrue(RelayTls.tampered(found), found.toString());
    assertTrue(gateway.tampered());
    IOException told =
        assertThrows(IOException.class, () -> agent.socket().getInputStream().read());
    assertTrue(RelayTls.tampered(told), told.toString());
    assertTrue(agent.tampered());
    assertEquals(
        2,
        fixture.log().stream()
            .filter(line -> line.startsWith("WARNING security event: bytes were altered"))
            .count());
  }

  private static void send(Secured from) throws IOException {
    OutputStream out = from.socket().getOutputStream();
    out.write(new byte[100]);
    out.flush();
  }

  @Test
  void aConnectionThatIsCutIsNoSecurityEvent() throws Exception {
    Wire wire = fixture.wire();
    Ends ends = fixture.handshake(fixture.agent(), fixture.gateway(), wire);
    Secured agent = ends.opener().value();
    Secured gateway = ends.acceptor().value();
    wire.opener().close();
    IOException cut =
        assertThrows(IOException.class, () -> gateway.socket().getInputStream().read());
    assertFalse(RelayTls.tampered(cut), cut.toString());
    assertFalse(gateway.tampered() || agent.tampered());
  }

  @Test
  void noChangedByteOfAHandshakeSecuresAnything() throws Exception {
    for (int at = 0; at < 1700; at += 97) {
      flipAt.set(at);
      Ends ends = fixture.handshake(fixture.agent(), fixture.gateway(), tamperedWire());
      RelayTlsException acceptor = (RelayTlsException) ends.acceptor().failure();
      assertTrue(ends.opener().failure() instanceof RelayTlsException);
      assertTrue(acceptor.reason() != Reason.NO_CERTIFICATE, acceptor.toString());
    }
  }

  /** From the opener to the acceptor through somebody who flips a bit when told to. */
  private Wire tamperedWire() throws IOException {
    Wire left = fixture.wire();
    Wire right = fixture.wire();
    pump(left.acceptor(), right.opener(), true);
    pump(right.opener(), left.acceptor(), false);
    return new Wire(left.opener(), right.acceptor());
  }

  private void pump(Socket from, Socket to, boolean tampered) {
    Outcome<Void> _ =
        RelayTlsFixture.start(
            () -> {
              InputStream in = from.getInputStream();
              OutputStream out = to.getOutputStream();
              byte[] bytes = new byte[16 * 1024];
              long passed = 0;
              for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                long at = flipAt.get() - passed;
                if (tampered && at >= 0 && at < n) {
                  bytes[(int) at] ^= 0x10;
                }
                if (tampered && flip.getAndSet(false)) {
                  bytes[n - 1] ^= 0x10;
                }
                passed += n;
                out.write(bytes, 0, n);
              }
              to.shutdownOutput();
              return null;
            });
  }
}
