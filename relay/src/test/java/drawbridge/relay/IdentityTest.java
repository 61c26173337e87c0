package drawbridge.relay;

import static drawbridge.relay.RelayTlsFixture.AGENT;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.certs.SampleRequest;
import drawbridge.certs.SampleRequest.Usage;
import drawbridge.relay.RelayTlsException.Reason;
import drawbridge.relay.RelayTlsFixture.Ends;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The identity section: its mistakes, and files that change while the program runs. */
final class IdentityTest {
  private static final Duration LATER = Duration.ofSeconds(6);

  @TempDir Path folder;
  private final RelayTlsFixture fixture = new RelayTlsFixture();
  private final SamplePki pki = fixture.pki;
  private final AtomicReference<Instant> clock = new AtomicReference<>(fixture.now);

  @BeforeEach
  void write() throws Exception {
    pki.agent("plant-1", "agent-a").write(folder, "agent-a");
    pki.relay().writeCertificate(folder.resolve("relay-ca.pem"));
    pki.relay().writeCrl(folder.resolve("relay.crl"));
  }

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  void theSampleFilesAreAnIdentity() {
    IdentitySettings settings = read();
    assertEquals(folder.resolve("relay.crl"), settings.crl());
    assertEquals(Duration.ofHours(24), settings.grace());
  }

  @Test
  void classicalPeersAreAcceptedOnlyWhereTheSettingSaysSo() throws Exception {
    assertFalse(read().classical());
    for (boolean classical : new boolean[] {true, false}) {
      more = "  classical: " + classical;
      assertEquals(classical, read().classical());
      assertEquals(classical, Identity.load(read(), AGENT, fixture.now).classical());
    }
    more = "  classical: perhaps";
    assertTrue(mistake("identity.classical").contains("classical"));
  }

  @Test
  void aKeyOfAnotherCertificateIsToldAtItsLine() throws Exception {
    pki.agent("plant-1", "agent-b").write(folder, "other");
    Files.copy(folder.resolve("other.key"), folder.resolve("agent-a.key"), REPLACE);
    assertEquals(
        "agent.yaml:3: identity.key: this key does not belong to the certificate in “certificate”."
            + " Fix: name the key from which that certificate was requested",
        mistake("identity.key").replace(folder + "/", ""));
  }

  @Test
  void everyOtherMistakeNamesItsKey() throws Exception {
    SampleRequest good = SampleRequest.agent("plant-1", "agent-a");
    Instant now = fixture.now;
    own(good.withValidity(now.minusSeconds(100), now.minusSeconds(50)), "it expired at");
    own(good.withValidity(now.plusSeconds(100), now.plusSeconds(150)), "not valid before");
    own(good.withUsage(Usage.SERVER), "extended key usage is not clientAuth");
    own(good.asAuthority(), "it is the certificate of a CA");
    own(SampleRequest.agent("plant-1", "agent-b"), "it belongs to agent agent-b of plant-1");
    own(SampleRequest.connector("apim"), "no one of ours is named in it");
    Files.writeString(folder.resolve("agent-a.pem"), "nothing");
    assertTrue(mistake("identity.certificate").contains("there is no certificate in it"));
    write();

    Files.writeString(folder.resolve("agent-a.key"), "nothing");
    assertTrue(mistake("identity.key").contains("there is no key in it"));
    Files.copy(folder.resolve("agent-a.pem"), folder.resolve("agent-a.key"), REPLACE);
    assertTrue(mistake("identity.key").contains("it is “CERTIFICATE”"));
    write();

    SampleFiles.certificate(folder.resolve("relay-ca.pem"), pki.gateway("gateway-1").certificate());
    assertTrue(mistake("identity.peers").contains("is not a CA"));
    write();

    pki.connectors().writeCrl(folder.resolve("relay.crl"));
    assertTrue(mistake("identity.crl.file").contains("there is no CRL of"));
    Files.writeString(folder.resolve("relay.crl"), "nothing");
    assertTrue(mistake("identity.crl.file").contains("in it"));
  }

  @Test
  void aCaOfOneSiteCannotVouchForAgentsOfAnother() throws Exception {
    SamplePki other = new SamplePki(fixture.now, Duration.ofDays(1));
    other.relay().writeCertificate(folder.resolve("other.pem"));
    more = "  sites: { plant-1: other.pem }";
    assertTrue(mistake("identity.sites").contains("is not in “peers”"));

    Path peers = folder.resolve("relay-ca.pem");
    Files.copy(peers, folder.resolve("own.pem"));
    Files.writeString(peers, Files.readString(folder.resolve("other.pem")), APPEND);
    other.relay().writeCrl(folder.resolve("other.crl"));
    Files.writeString(
        folder.resolve("relay.crl"), Files.readString(folder.resolve("other.crl")), APPEND);
    for (boolean pinned : new boolean[] {false, true}) {
      more = pinned ? "  sites: { plant-1: own.pem, plant-2: other.pem }" : "";
      Identity gateway = gateway();
      Ends own = fixture.handshake(fixture.agent(), fixture.tls(gateway));
      assertEquals(AGENT, own.acceptor().value().peer());
      Identity forged = fixture.identity(other.agent("plant-1", "agent-a"));
      Ends ends = fixture.handshake(fixture.tls(forged), fixture.tls(gateway));
      if (pinned) {
        assertEquals(Reason.UNKNOWN_CA, ends.acceptor().reason());
        assertTrue(fixture.log().toString().contains("may not vouch for agents of that site"));
      } else {
        assertEquals(AGENT, ends.acceptor().value().peer());
      }
    }
  }

  private Identity gateway() throws Exception {
    pki.gateway("gateway-1").write(folder, "agent-a");
    Section file = Section.parse(folder.resolve("gateway.yaml"), text());
    PeerName self = RelayTlsFixture.GATEWAY;
    return Identity.load(
        IdentitySettings.read(file.section("identity"), self, fixture.now), self, fixture.now);
  }

  @Test
  void aKeyOfAnotherKindOrTooShortIsToldToo() throws Exception {
    for (String[] kind : new String[][] {{"EC", "384"}, {"RSA", "1024"}, {"Ed448", "448"}}) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind[0]);
      generator.initialize(Integer.parseInt(kind[1]));
      KeyPair pair = generator.generateKeyPair();
      SampleFiles.certificate(
          folder.resolve("agent-a.pem"),
          pki.relay().sign(SampleRequest.agent("plant-1", "agent-a"), pair.getPublic()));
      SampleFiles.key(folder.resolve("agent-a.key"), pair.getPrivate());
      assertTrue(mistake("identity.certificate").contains("of a kind that channels don't know"));
    }
  }

  @Test
  void aKeyOfEachKindIsReadFromItsFile() throws Exception {
    for (SampleKey kind : SampleKey.values()) {
      pki.relay()
          .issue(SampleRequest.agent("plant-1", "agent-a").withKey(kind))
          .write(folder, "agent-a");
      Ends ends = fixture.handshake(tls(), fixture.gateway());
      assertEquals(AGENT, ends.acceptor().value().peer());
    }
    pki.agent("plant-1", "agent-a").write(folder, "other");
    Files.copy(folder.resolve("other.key"), folder.resolve("agent-a.key"), REPLACE);
    assertTrue(mistake("identity.key").contains("there is no RSA key in it"));
  }

  @Test
  void aRenewedCertificateIsUsedByTheNextHandshake() throws Exception {
    RelayTls agent = tls();
    Instant end = fixture.now.plus(Duration.ofDays(2));
    pki.relay()
        .issue(SampleRequest.agent("plant-1", "agent-a").withValidity(fixture.now, end))
        .write(folder, "agent-a");
    Instant before = agent.notAfter();
    clock.set(fixture.now.plus(LATER));
    assertTrue(agent.notAfter().isBefore(before));
    Ends ends = fixture.handshake(agent, fixture.gateway());
    assertEquals(agent.notAfter(), ends.acceptor().value().notAfter());
  }

  @Test
  void aHalfReplacedPairLeavesTheOldOneInForceAndWarnsOnce() throws Exception {
    RelayTls agent = tls();
    Instant before = agent.notAfter();
    SampleLeaf renewed =
        pki.relay()
            .issue(
                SampleRequest.agent("plant-1", "agent-a")
                    .withValidity(fixture.now, fixture.now.plus(Duration.ofDays(2))));
    SampleFiles.certificate(folder.resolve("agent-a.pem"), renewed.certificate());
    clock.set(fixture.now.plus(LATER));
    assertEquals(before, agent.notAfter());
    clock.set(fixture.now.plus(LATER).plus(LATER));
    assertEquals(before, agent.notAfter());
    assertEquals(
        1, fixture.log().stream().filter(line -> line.contains("the old ones stay")).count());
    SampleFiles.key(folder.resolve("agent-a.key"), renewed.key());
    clock.set(fixture.now.plus(LATER).plus(LATER).plus(LATER));
    assertTrue(agent.notAfter().isBefore(before));
  }

  @Test
  void aPeerThatIsRevokedOrMovesOutOfTimeIsNoLongerTrusted() throws Exception {
    SampleLeaf gateway = pki.gateway("gateway-1");
    RelayTls agent = tls();
    Secured channel =
        fixture.handshake(agent, fixture.tls(fixture.identity(gateway))).opener().value();
    assertTrue(channel.stillTrusted());
    pki.relay().revoke(gateway.certificate(), fixture.now);
    pki.relay().writeCrl(folder.resolve("relay.crl"));
    assertTrue(channel.stillTrusted(), "the files are not looked at all the time");
    clock.set(fixture.now.plus(LATER));
    assertFalse(channel.stillTrusted());
    assertFalse(channel.stillTrusted());
    assertEquals(
        1,
        fixture.log().stream()
            .filter(line -> line.contains("gateway gateway-1 is no longer trusted: REVOKED"))
            .count());
    Ends again = fixture.handshake(agent, fixture.tls(fixture.identity(gateway)));
    assertEquals(Reason.REVOKED, again.opener().reason());
  }

  @Test
  void aCrlPastItsUpdateIsAlarmedAndPastTheGraceFailsClosed() throws Exception {
    RelayTls agent = tls();
    Secured channel = fixture.handshake(agent, fixture.gateway()).opener().value();
    SampleFiles.crl(
        folder.resolve("relay.crl"),
        pki.relay().crl(fixture.now.minusSeconds(60), fixture.now.plusSeconds(60)));
    clock.set(fixture.now.plus(Duration.ofHours(2)));
    assertTrue(channel.stillTrusted());
    assertTrue(channel.stillTrusted());
    assertEquals(
        1,
        fixture.log().stream().filter(line -> line.contains("was due for an update at")).count());
    clock.set(fixture.now.plus(Duration.ofHours(25)));
    assertFalse(channel.stillTrusted());
    assertTrue(
        fixture.log().stream().anyMatch(line -> line.contains("no longer trusted: STALE_CRL")));
    pki.relay().writeCrl(folder.resolve("relay.crl"));
    clock.set(fixture.now.plus(Duration.ofHours(26)));
    assertTrue(channel.stillTrusted());
  }

  private static final java.nio.file.CopyOption REPLACE =
      java.nio.file.StandardCopyOption.REPLACE_EXISTING;

  private RelayTls tls() {
    return new RelayTls(read(), AGENT, clock::get);
  }

  private String more = "";

  private String text() {
    return """
    identity:
      certificate: agent-a.pem
      key: agent-a.key
      peers: relay-ca.pem
      crl: { file: relay.crl }
    %s
    """
        .formatted(more);
  }

  private IdentitySettings read() {
    Section file = Section.parse(folder.resolve("agent.yaml"), text());
    return IdentitySettings.read(file.section("identity"), AGENT, fixture.now);
  }

  private String mistake(String key) {
    SettingsException wrong = assertThrows(SettingsException.class, this::read);
    assertEquals(key, wrong.key());
    assertFalse(wrong.fix().isEmpty());
    return String.valueOf(wrong.getMessage());
  }

  private void own(SampleRequest request, String problem) throws Exception {
    pki.relay().issue(request).write(folder, "agent-a");
    String message = mistake("identity.certificate");
    assertTrue(message.contains(problem), message);
    write();
  }
}
