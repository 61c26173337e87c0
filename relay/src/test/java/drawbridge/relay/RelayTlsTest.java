package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleKey;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.certs.SampleRequest;
import drawbridge.relay.RelayTlsFixture.Ends;
import drawbridge.relay.RelayTlsFixture.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RelayTlsTest {
  private final RelayTlsFixture fixture = new RelayTlsFixture();

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  void endsThatMayDoWithoutThePostQuantumGroupStillPreferIt() throws Exception {
    Ends ends =
        fixture.handshake(
            fixture.tls(classical(fixture.pki.agent("plant-1", "agent-a"))),
            fixture.tls(classical(fixture.pki.gateway("gateway-1"))));
    assertEquals("X25519MLKEM768", ends.opener().value().group());
    assertEquals("X25519MLKEM768", ends.acceptor().value().group());
  }

  @Test
  void aPeerWithoutThePostQuantumGroupIsTakenWhereTheSettingsSaySoAndAWarningTells()
      throws Exception {
    RelayTlsFixture.Wire wire = fixture.wire();
    RelayTls gateway = fixture.tls(classical(fixture.pki.gateway("gateway-1")));
    var acceptor =
        RelayTlsFixture.start(() -> gateway.accept(wire.acceptor(), RelayTlsFixture.AGENT));
    var opener = fixture.foreign(fixture.pki.agent("plant-1", "agent-a"), wire.opener(), "TLSv1.3");
    assertEquals(RelayTls.ACCEPTED, opener.value());
    assertEquals("X25519", acceptor.value().group());
    assertTrue(
        fixture.log().stream()
            .anyMatch(
                line ->
                    line.startsWith("WARNING secured with agent agent-a of plant-1: X25519, ")
                        && line.contains("identity.classical")),
        fixture.log().toString());
  }

  private Identity classical(SampleLeaf leaf) {
    Identity own = fixture.identity(leaf);
    return new Identity(
        own.certificate(), own.key(), own.authorities(), own.sites(), own.revocation(), true);
  }

  @Test
  void bothEndsProveTheirNamesAndAgreeOnThePostQuantumGroup() throws Exception {
    Ends ends = fixture.handshake(fixture.agent(), fixture.gateway());
    Secured opener = ends.opener().value();
    Secured acceptor = ends.acceptor().value();
    assertEquals(RelayTlsFixture.GATEWAY, opener.peer());
    assertEquals(RelayTlsFixture.AGENT, acceptor.peer());
    assertEquals("X25519MLKEM768", acceptor.group());
    assertEquals("TLS_AES_256_GCM_SHA384", opener.suite());
    assertEquals(
        fixture.now.plus(Duration.ofDays(30)).truncatedTo(ChronoUnit.SECONDS), opener.notAfter());
    assertTrue(opener.stillTrusted() && acceptor.stillTrusted());
    assertTrue(
        fixture.log().stream()
            .anyMatch(
                line ->
                    line.startsWith("INFO secured with agent agent-a of plant-1: X25519MLKEM768")),
        fixture.log().toString());
  }

  @ParameterizedTest
  @CsvSource({"ED25519,P256", "ED25519,RSA", "P256,ED25519", "P256,P256", "RSA,P256", "RSA,RSA"})
  void keysOfEachKindProveANameAndTheGroupStays(SampleKey agent, SampleKey gateway)
      throws Exception {
    Ends ends =
        fixture.handshake(
            fixture.tls(issued(SampleRequest.agent("plant-1", "agent-a").withKey(agent))),
            fixture.tls(issued(SampleRequest.gateway("gateway-1").withKey(gateway))));
    assertEquals(RelayTlsFixture.GATEWAY, ends.opener().value().peer());
    assertEquals(RelayTlsFixture.AGENT, ends.acceptor().value().peer());
    assertTrue(
        fixture.log().stream().filter(line -> line.contains("X25519MLKEM768")).count() >= 2,
        fixture.log().toString());
  }

  private Identity issued(SampleRequest request) {
    return fixture.identity(fixture.pki.relay().issue(request));
  }

  /** A proxy that inspects the way to Service Bus has a CA that the process believes there. */
  @Test
  void trustOfTheNetworkIsNoTrustOfPeers(@TempDir Path folder) throws Exception {
    SamplePki proxy = new SamplePki();
    proxy.relay().writeCertificate(folder.resolve("proxy-ca.pem"));
    SSLContext before = SSLContext.getDefault();
    try {
      new NetworkSettings(
              NetworkSettings.Transport.AUTO,
              Optional.empty(),
              true,
              List.of(folder.resolve("proxy-ca.pem")))
          .install();
      Ends ends =
          fixture.handshake(
              fixture.agent(),
              fixture.tls(
                  RelayTlsFixture.identity(
                      proxy.gateway("gateway-1"),
                      fixture.pki.relay(),
                      fixture.pki.relay().crl(),
                      Duration.ofHours(24))));
      assertEquals(RelayTlsException.Reason.UNKNOWN_CA, ends.opener().reason());
      // TCP drops what it has not delivered where the sender closes with bytes unread.
      assertTrue(
          Set.of(RelayTlsException.Reason.PEER_REFUSED, RelayTlsException.Reason.ENDED)
              .contains(ends.acceptor().reason()));
    } finally {
      SSLContext.setDefault(before);
    }
  }

  @Test
  void bytesArriveWholeInBothDirections() throws Exception {
    Ends ends = fixture.handshake(fixture.agent(), fixture.gateway());
    Socket agent = ends.opener().value().socket();
    Socket gateway = ends.acceptor().value().socket();
    byte[] many = new byte[300_000];
    new Random(7).nextBytes(many);
    Outcome<Integer> sent =
        RelayTlsFixture.start(
            () -> {
              gateway.getOutputStream().write(many);
              gateway.getOutputStream().flush();
              return gateway.getInputStream().read();
            });
    assertArrayEquals(many, agent.getInputStream().readNBytes(many.length));
    agent.getOutputStream().write(42);
    agent.getOutputStream().flush();
    assertEquals(42, sent.value());
    agent.close();
    assertEquals(-1, gateway.getInputStream().read());
  }

  /** Bouncy Castle's goodbye is not kept from a record that another thread is writing. */
  @Test
  void closingWhileAnotherWritesIsNeverTakenForAlteredBytes() throws Exception {
    RelayTls agent = fixture.agent();
    RelayTls gateway = fixture.gateway();
    for (int i = 0; i < 20; i++) {
      Ends ends = fixture.handshake(agent, gateway);
      Secured opener = ends.opener().value();
      Secured acceptor = ends.acceptor().value();
      CountDownLatch begun = new CountDownLatch(1);
      Outcome<Long> writer =
          RelayTlsFixture.start(
              () -> {
                long written = 0;
                try {
                  OutputStream out = opener.socket().getOutputStream();
                  while (true) {
                    out.write(new byte[50]);
                    out.flush();
                    written += 50;
                    begun.countDown();
                  }
                } catch (IOException e) {
                  return written;
                }
              });
      Outcome<Long> reader =
          RelayTlsFixture.start(
              () -> acceptor.socket().getInputStream().transferTo(OutputStream.nullOutputStream()));
      begun.await();
      opener.socket().close();
      assertEquals(writer.value(), reader.value(), "round " + i);
      assertFalse(acceptor.tampered());
      acceptor.socket().close();
    }
  }

  @Test
  void aSecondConnectionResumesNothing() throws Exception {
    RelayTls agent = fixture.agent();
    RelayTls gateway = fixture.gateway();
    for (int i = 0; i < 2; i++) {
      RelayTlsHello heard = new RelayTlsHello();
      RelayTlsFixture.Wire wire = fixture.wire();
      Socket overheard =
          new RelayTlsSocket(wire.acceptor()) {
            @Override
            public InputStream getInputStream() {
              return new java.io.FilterInputStream(uncheckedInput(wire.acceptor())) {
                @Override
                public int read(byte[] bytes, int offset, int length) throws java.io.IOException {
                  int count = in.read(bytes, offset, length);
                  heard.hear(bytes, offset, Math.max(count, 0));
                  return count;
                }
              };
            }
          };
      Ends ends =
          fixture.handshake(agent, gateway, new RelayTlsFixture.Wire(wire.opener(), overheard));
      assertEquals(RelayTlsFixture.AGENT, ends.acceptor().value().peer());
      ends.opener().value().socket().close();
      assertTrue(heard.seen() && heard.version13());
      assertTrue(heard.groups().contains(0x11EC), heard.groups().toString());
      assertFalse(heard.resumes());
    }
  }

  @Test
  void theChannelEndsWithTheFirstCertificate() throws Exception {
    SampleLeaf brief =
        fixture
            .pki
            .relay()
            .issue(
                SampleRequest.agent("plant-1", "agent-a")
                    .withValidity(
                        fixture.now.minusSeconds(60), fixture.now.plus(Duration.ofDays(1))));
    Ends ends = fixture.handshake(fixture.tls(fixture.identity(brief)), fixture.gateway());
    var end = fixture.now.plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
    assertEquals(end, ends.opener().value().notAfter());
    assertEquals(end, ends.acceptor().value().notAfter());
  }

  @Test
  void aSilentPeerIsLeftAtTheDeadline() throws Exception {
    Identity identity = fixture.identity(fixture.pki.gateway("gateway-1"));
    RelayTls hasty = new RelayTls(() -> identity, () -> fixture.now, Duration.ofMillis(200));
    RelayTlsFixture.Wire wire = fixture.wire();
    Outcome<Secured> acceptor =
        RelayTlsFixture.start(() -> hasty.accept(wire.acceptor(), RelayTlsFixture.AGENT));
    assertEquals(RelayTlsException.Reason.TIMEOUT, acceptor.reason());
    assertTrue(wire.acceptor().isClosed());
    Outcome<Secured> opener =
        RelayTlsFixture.start(() -> hasty.connect(wire.opener(), RelayTlsFixture.GATEWAY));
    assertTrue(opener.failure() instanceof RelayTlsException);
  }

  @Test
  void aPeerThatHangsUpHasEndedItAndRefusedNothing() throws Exception {
    RelayTlsFixture.Wire wire = fixture.wire();
    wire.opener().close();
    Outcome<Secured> acceptor =
        RelayTlsFixture.start(
            () -> fixture.gateway().accept(wire.acceptor(), RelayTlsFixture.AGENT));
    assertEquals(RelayTlsException.Reason.ENDED, acceptor.reason());
    assertTrue(fixture.log().stream().noneMatch(line -> line.startsWith("WARNING")));
  }

  @Test
  void aPeerOfAnotherProtocolIsRefusedAndIsNoSecurityEvent() throws Exception {
    RelayTlsFixture.Wire wire = fixture.wire();
    OutputStream out = wire.opener().getOutputStream();
    out.write("GET / HTTP/1.1\r\nHost: gateway\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    Outcome<Secured> acceptor =
        RelayTlsFixture.start(
            () -> fixture.gateway().accept(wire.acceptor(), RelayTlsFixture.AGENT));
    assertEquals(RelayTlsException.Reason.PROTOCOL, acceptor.reason());
    assertTrue(fixture.log().stream().noneMatch(line -> line.contains("security event")));
  }

  private static InputStream uncheckedInput(Socket socket) {
    try {
      return socket.getInputStream();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
