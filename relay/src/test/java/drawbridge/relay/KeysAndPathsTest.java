package drawbridge.relay;

import static drawbridge.relay.RelayTlsFixture.AGENT;
import static drawbridge.relay.RelayTlsFixture.GATEWAY;
import static org.junit.jupiter.api.Assertions.assertEquals;

import drawbridge.certs.SampleKey;
import drawbridge.relay.RelayTlsException.Reason;
import drawbridge.relay.RelayTlsFixture.Ends;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Certificates as CAs of enterprises make them, of each kind of key, and such as no CA should have
 * made for a peer: with a CA in between, or for another use.
 */
final class KeysAndPathsTest {
  private static final int SIGNATURE = KeyUsage.digitalSignature;

  private final RelayTlsFixture fixture = new RelayTlsFixture();
  private int serial = 1;

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  /** A CA of the test's own, which certifies whatever it is asked for. */
  private final class Ca {
    final KeyPair keys;
    final SampleKey kind;
    final X509Certificate certificate;

    /** Its own root. */
    Ca(SampleKey kind) throws Exception {
      this.kind = kind;
      this.keys = kind.generate();
      this.certificate = certify(this, "CN=Root", keys, Optional.of(0), Optional.empty(), 0);
    }

    /** Below another one. */
    Ca(SampleKey kind, Ca above) throws Exception {
      this.kind = kind;
      this.keys = kind.generate();
      this.certificate = certify(above, "CN=Between", keys, Optional.of(0), Optional.empty(), 0);
    }

    String name() {
      return certificate == null ? "CN=Root" : certificate.getSubjectX500Principal().getName();
    }

    ContentSigner signer() throws OperatorCreationException {
      String algorithm =
          switch (kind) {
            case ED25519 -> "Ed25519";
            case P256 -> "SHA256withECDSA";
            case RSA -> "SHA256withRSA";
          };
      return new JcaContentSignerBuilder(algorithm).build(keys.getPrivate());
    }

    X509CRL crl() throws GeneralSecurityException, OperatorCreationException {
      var builder =
          new JcaX509v2CRLBuilder(
              certificate.getSubjectX500Principal(), Date.from(fixture.now.minusSeconds(60)));
      builder.setNextUpdate(Date.from(fixture.now.plusSeconds(86_400)));
      return new JcaX509CRLConverter().getCRL(builder.build(signer()));
    }
  }

  /** A CA's certificate where a path length is given, otherwise a leaf's. */
  private X509Certificate certify(
      Ca by,
      String subject,
      KeyPair keys,
      Optional<Integer> pathLength,
      Optional<PeerName> peer,
      int usage)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    Instant now = fixture.now;
    var builder =
        new JcaX509v3CertificateBuilder(
            new X500Name(by.name()),
            BigInteger.valueOf(serial++),
            Date.from(now.minusSeconds(3_600)),
            Date.from(now.plus(Duration.ofDays(20))),
            new X500Name(subject),
            keys.getPublic());
    if (pathLength.isPresent()) {
      builder.addExtension(
          Extension.basicConstraints, true, new BasicConstraints(pathLength.get()));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    } else {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    }
    if (usage != 0) {
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
    }
    if (peer.isPresent()) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(
              new GeneralName(GeneralName.uniformResourceIdentifier, peer.get().uri())));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              peer.get() instanceof PeerName.Agent
                  ? KeyPurposeId.id_kp_clientAuth
                  : KeyPurposeId.id_kp_serverAuth));
    }
    return new JcaX509CertificateConverter().getCertificate(builder.build(by.signer()));
  }

  /** Of a peer that believes the root, whoever certified the peer itself. */
  private RelayTls peer(Ca root, Ca by, SampleKey kind, PeerName name, int usage) throws Exception {
    KeyPair keys = kind.generate();
    X509Certificate leaf =
        certify(by, "CN=" + name, keys, Optional.empty(), Optional.of(name), usage);
    List<X509Certificate> believed = List.of(root.certificate);
    return fixture.tls(
        new Identity(
            leaf,
            new OwnKey(keys.getPrivate(), KeyKind.of(keys.getPublic()).orElseThrow(), null),
            believed,
            Map.of(),
            Revocation.parse(root.crl().getEncoded(), believed, Duration.ofHours(1)),
            false));
  }

  @ParameterizedTest
  @CsvSource({
    "RSA, RSA, RSA",
    "P256, P256, P256",
    "RSA, P256, ED25519",
    "P256, RSA, ED25519",
    "ED25519, RSA, P256"
  })
  void casAndPeersOfEveryKindOfKeyTrustOneAnother(
      SampleKey root, SampleKey agent, SampleKey gateway) throws Exception {
    Ca ca = new Ca(root);
    Ends ends =
        fixture.handshake(
            peer(ca, ca, agent, AGENT, SIGNATURE), peer(ca, ca, gateway, GATEWAY, SIGNATURE));
    assertEquals(AGENT, ends.acceptor().value().peer());
    assertEquals(GATEWAY, ends.opener().value().peer());
    assertEquals("X25519MLKEM768", ends.opener().value().group());
  }

  /** A CA of path length 0 has none below it, and only those that we name certify our peers. */
  @ParameterizedTest
  @CsvSource({"RSA", "P256", "ED25519"})
  void aPeerCertifiedByACaBelowOursIsRefusedByBothEnds(SampleKey kind) throws Exception {
    Ca root = new Ca(kind);
    Ca between = new Ca(kind, root);
    assertEquals(
        Reason.UNKNOWN_CA,
        fixture
            .handshake(
                peer(root, between, kind, AGENT, SIGNATURE),
                peer(root, root, kind, GATEWAY, SIGNATURE))
            .acceptor()
            .reason());
    assertEquals(
        Reason.UNKNOWN_CA,
        fixture
            .handshake(
                peer(root, root, kind, AGENT, SIGNATURE),
                peer(root, between, kind, GATEWAY, SIGNATURE))
            .opener()
            .reason());
  }

  @Test
  void aKeyForAnotherUseIsRefused() throws Exception {
    Ca root = new Ca(SampleKey.P256);
    RelayTls gateway = peer(root, root, SampleKey.P256, GATEWAY, SIGNATURE);
    for (int usage :
        new int[] {
          0,
          KeyUsage.keyAgreement,
          KeyUsage.keyEncipherment,
          KeyUsage.nonRepudiation,
          SIGNATURE | KeyUsage.keyCertSign
        }) {
      RelayTls agent = peer(root, root, SampleKey.P256, AGENT, usage);
      assertEquals(
          Reason.WRONG_USAGE,
          fixture.handshake(agent, gateway).acceptor().reason(),
          "usage " + usage);
    }
    RelayTls agent = peer(root, root, SampleKey.P256, AGENT, SIGNATURE | KeyUsage.keyAgreement);
    assertEquals(AGENT, fixture.handshake(agent, gateway).acceptor().value().peer());
  }
}
