package drawbridge.relay;

import static drawbridge.relay.RelayTlsFixture.AGENT;
import static drawbridge.relay.RelayTlsFixture.GATEWAY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.certs.SampleRequest;
import drawbridge.certs.SampleRequest.Usage;
import drawbridge.relay.RelayTlsException.Reason;
import drawbridge.relay.RelayTlsFixture.Ends;
import drawbridge.relay.RelayTlsFixture.Outcome;
import drawbridge.relay.RelayTlsFixture.Wire;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Each refusal: its reason at the end that refuses, and that the other end never takes it for a
 * yes.
 */
final class RelayTlsRefusalTest {
  private final RelayTlsFixture fixture = new RelayTlsFixture();
  private final SamplePki pki = fixture.pki;
  private final Instant now = fixture.now;

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  void anAgentOfAnotherCaIsRefusedThoughTheCaHasTheSameName() throws Exception {
    gatewayRefuses(
        Reason.UNKNOWN_CA, new SamplePki(now, Duration.ofDays(1)).agent("plant-1", "agent-a"));
  }

  @Test
  void anExpiredAgentIsRefused() throws Exception {
    gatewayRefuses(
        Reason.EXPIRED,
        agent(good().withValidity(now.minusSeconds(3000), now.minusSeconds(10))),
        now.minusSeconds(60));
  }

  @Test
  void anAgentThatIsNotYetValidIsRefused() throws Exception {
    gatewayRefuses(
        Reason.NOT_YET_VALID,
        agent(good().withValidity(now.plusSeconds(60), now.plusSeconds(3600))));
  }

  @Test
  void aRevokedAgentIsRefused() throws Exception {
    SampleLeaf leaf = agent(good());
    pki.relay().revoke(leaf.certificate(), now.minusSeconds(5));
    gatewayRefuses(Reason.REVOKED, leaf);
  }

  @Test
  void aStaleCrlRefusesEverybodyOnceTheGraceIsOver() throws Exception {
    Duration grace = Duration.ofHours(2);
    var crl = pki.relay().crl(now.minusSeconds(9000), now.minusSeconds(3600));
    Identity gateway = RelayTlsFixture.identity(pki.gateway("gateway-1"), pki.relay(), crl, grace);
    Ends within = fixture.handshake(fixture.agent(), fixture.tls(gateway));
    assertEquals(AGENT, within.acceptor().value().peer());
    Ends past =
        fixture.handshake(fixture.agent(), fixture.tls(gateway, now.plus(Duration.ofHours(2))));
    refused(Reason.STALE_CRL, past.acceptor(), past.opener());
  }

  @Test
  void anAgentOfAnotherNameIsRefused() throws Exception {
    gatewayRefuses(Reason.WRONG_NAME, pki.agent("plant-1", "agent-b"));
    gatewayRefuses(Reason.WRONG_NAME, pki.agent("plant-2", "agent-a"));
  }

  @Test
  void aCertificateOfTwoNamesOrOfNoneIsRefused() throws Exception {
    gatewayRefuses(
        Reason.WRONG_NAME,
        agent(good().withUris(AGENT.uri(), "drawbridge://plant-1/agent/agent-b")));
    gatewayRefuses(Reason.WRONG_NAME, agent(good().withUris()));
    gatewayRefuses(Reason.WRONG_NAME, agent(good().withUris(AGENT.uri() + "/")));
  }

  @Test
  void anAgentWithoutTheUsageOfAClientIsRefused() throws Exception {
    gatewayRefuses(Reason.WRONG_USAGE, agent(good().withUsage(Usage.SERVER)));
    gatewayRefuses(Reason.WRONG_USAGE, agent(good().withUsage(Usage.CODE_SIGNING)));
    gatewayRefuses(Reason.WRONG_USAGE, agent(good().withUsage(Usage.NONE)));
  }

  @Test
  void theCertificateOfACaIsNoAgents() throws Exception {
    gatewayRefuses(Reason.WRONG_USAGE, agent(good().asAuthority()));
  }

  @Test
  void theAgentRefusesAGatewayThatItDidNotDial() throws Exception {
    agentRefuses(Reason.WRONG_NAME, pki.gateway("gateway-2"));
    agentRefuses(
        Reason.WRONG_USAGE,
        pki.relay().issue(SampleRequest.gateway("gateway-1").withUsage(Usage.CLIENT)));
    agentRefuses(Reason.UNKNOWN_CA, new SamplePki().gateway("gateway-1"));
  }

  @Test
  void anAgentIsNoGateway() throws Exception {
    agentRefuses(Reason.WRONG_USAGE, pki.agent("plant-1", "agent-b"));
  }

  @Test
  void aPeerWithoutACertificateIsRefused() throws Exception {
    Wire wire = fixture.wire();
    Outcome<Secured> acceptor =
        RelayTlsFixture.start(() -> fixture.gateway().accept(wire.acceptor(), AGENT));
    Outcome<Integer> opener =
        RelayTlsFixture.start(
            () -> {
              SSLContext context =
                  RelayTlsProvider.context(
                      null,
                      new TrustManager[] {
                        new PeerTrust(fixture.identity(agent(good())), GATEWAY, now)
                      });
              SSLSocket tls =
                  (SSLSocket) context.getSocketFactory().createSocket(wire.opener(), null, 0, true);
              RelayTlsProvider.demand(tls, false);
              tls.startHandshake();
              return tls.getInputStream().read();
            });
    refused(Reason.NO_CERTIFICATE, acceptor, opener);
  }

  @Test
  void aClientOfTls12IsRefused() throws Exception {
    refused(Reason.TLS_VERSION, "TLSv1.2");
  }

  @Test
  void aClientWithoutThePostQuantumGroupIsRefused() throws Exception {
    refused(Reason.WEAK_GROUP, "TLSv1.3");
  }

  private void refused(Reason reason, String protocol) throws Exception {
    Wire wire = fixture.wire();
    Outcome<Secured> acceptor =
        RelayTlsFixture.start(() -> fixture.gateway().accept(wire.acceptor(), AGENT));
    refused(reason, acceptor, fixture.foreign(agent(good()), wire.opener(), protocol));
  }

  @Test
  void aServerThatChoosesTls12IsRefused() throws Exception {
    // ServerHello: TLS 1.2, 32 bytes of random, no session, ECDHE-ECDSA with AES-128-GCM
    serverHello(Reason.TLS_VERSION, "");
  }

  @Test
  void aServerThatChoosesAnotherGroupIsRefused() throws Exception {
    // supported_versions: 1.3; key_share: x25519 with 32 bytes
    serverHello(Reason.WEAK_GROUP, "002b00020304" + "00330024" + "001d" + "0020" + "09".repeat(32));
  }

  private void serverHello(Reason reason, String extensions) throws Exception {
    Wire wire = fixture.wire();
    String body = "0303" + "11".repeat(32) + "00" + (extensions.isEmpty() ? "c02b" : "1302") + "00";
    if (!extensions.isEmpty()) {
      body += "%04x".formatted(extensions.length() / 2) + extensions;
    }
    String message = "02" + "%06x".formatted(body.length() / 2) + body;
    byte[] record =
        java.util.HexFormat.of()
            .parseHex("160303" + "%04x".formatted(message.length() / 2) + message);
    Outcome<Secured> opener =
        RelayTlsFixture.start(() -> fixture.agent().connect(wire.opener(), GATEWAY));
    wire.acceptor().getInputStream().readNBytes(5);
    wire.acceptor().getOutputStream().write(record);
    assertEquals(reason, opener.reason());
  }

  @Test
  void ourOwnCertificateIsNotShownOnceItExpired() throws Exception {
    RelayTls late =
        fixture.tls(
            fixture.identity(pki.agent("plant-1", "agent-a")), now.plus(Duration.ofDays(31)));
    Ends ends = fixture.handshake(late, fixture.gateway());
    assertEquals(Reason.EXPIRED, ends.opener().reason());
    assertEquals(Reason.ENDED, ends.acceptor().reason());
  }

  @Test
  void whatAnAcceptorSaysBesidesYesIsAnotherProtocol() throws Exception {
    Wire wire = fixture.wire();
    Outcome<Secured> opener =
        RelayTlsFixture.start(() -> fixture.agent().connect(wire.opener(), GATEWAY));
    Identity identity = fixture.identity(pki.gateway("gateway-1"));
    SSLSocket tls =
        (SSLSocket)
            RelayTlsProvider.context(
                    new KeyManager[] {new RelayTlsKey(identity)},
                    new TrustManager[] {new PeerTrust(identity, AGENT, now)})
                .getSocketFactory()
                .createSocket(wire.acceptor(), null, 0, true);
    tls.setUseClientMode(false);
    RelayTlsProvider.demand(tls, false);
    tls.startHandshake();
    tls.getOutputStream().write(2);
    assertEquals(Reason.PROTOCOL, opener.reason());
  }

  private static SampleRequest good() {
    return SampleRequest.agent("plant-1", "agent-a");
  }

  private SampleLeaf agent(SampleRequest request) {
    return pki.relay().issue(request);
  }

  private void gatewayRefuses(Reason reason, SampleLeaf agent) throws Exception {
    gatewayRefuses(reason, agent, now);
  }

  private void gatewayRefuses(Reason reason, SampleLeaf agent, Instant agentsClock)
      throws Exception {
    Ends ends =
        fixture.handshake(fixture.tls(fixture.identity(agent), agentsClock), fixture.gateway());
    refused(reason, ends.acceptor(), ends.opener());
  }

  private void agentRefuses(Reason reason, SampleLeaf gateway) throws Exception {
    Ends ends = fixture.handshake(fixture.agent(), fixture.tls(fixture.identity(gateway)));
    refused(reason, ends.opener(), ends.acceptor());
  }

  private void refused(Reason reason, Outcome<?> by, Outcome<?> other) throws Exception {
    assertEquals(reason, by.reason());
    Throwable failure = other.failure();
    assertFalse(RelayTls.tampered(failure), failure.toString());
    if (failure instanceof RelayTlsException told) {
      // TCP may drop the alert when the socket is closed with bytes unread.
      assertTrue(
          told.reason() == Reason.PEER_REFUSED || told.reason() == Reason.ENDED, told.toString());
    }
    assertTrue(
        fixture.log().stream()
            .anyMatch(line -> line.startsWith("WARNING handshake") && line.contains(reason.name())),
        fixture.log().toString());
  }
}
