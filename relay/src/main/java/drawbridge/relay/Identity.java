package drawbridge.relay;

import drawbridge.relay.IdentityException.Field;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * The files of an identity, read and found right: our certificate and key, the CAs that we believe,
 * and what they revoked. Immutable.
 */
record Identity(
    X509Certificate certificate,
    OwnKey key,
    List<X509Certificate> authorities,
    Map<String, List<X509Certificate>> sites,
    Revocation revocation,
    boolean classical) {
  /** Set by the start scripts of packages. */
  private static final boolean PACKAGED = Boolean.getBoolean("drawbridge.packaged");

  /** The organisation in every certificate that {@code certs sample} makes. */
  static final String SAMPLE = "Drawbridge SAMPLE - not for production";

  Identity {
    authorities = List.copyOf(authorities);
    sites = Map.copyOf(sites);
  }

  /** Whether a CA of ours may vouch for this peer. */
  boolean vouches(X509Certificate ca, PeerName peer) {
    return !(peer instanceof PeerName.Agent agent)
        || !sites.containsKey(agent.site())
        || sites.getOrDefault(agent.site(), List.of()).contains(ca);
  }

  /** Reads the files as they are now. */
  static Identity load(IdentitySettings settings, PeerName self, Instant now)
      throws IdentityException {
    return parse(IdentityContent.read(settings), self, settings, now);
  }

  /** The identity that the files' bytes are, for the program of the name given. */
  static Identity parse(
      IdentityContent content, PeerName self, IdentitySettings settings, Instant now)
      throws IdentityException {
    X509Certificate certificate = own(content.certificate().array(), self, now);
    OwnKey key =
        settings.token().isPresent()
            ? settings.token().get().content().key()
            : privateKey(content.key().array(), kind(certificate));
    if (!belongs(key, certificate)) {
      throw new IdentityException(
          Field.KEY,
          "this key does not belong to the certificate in “certificate”",
          "name the key from which that certificate was requested");
    }
    List<X509Certificate> authorities = authorities(content.peers().array());
    if (PACKAGED && !settings.samples()) {
      refuseSamples(certificate, authorities);
    }
    return new Identity(
        certificate,
        key,
        authorities,
        sites(content, authorities),
        Revocation.parse(content.crl().array(), authorities, settings.grace()),
        settings.classical());
  }

  private static Map<String, List<X509Certificate>> sites(
      IdentityContent content, List<X509Certificate> authorities) throws IdentityException {
    Map<String, List<X509Certificate>> all = new HashMap<>();
    for (Map.Entry<String, ByteBuffer> site : content.sites().entrySet()) {
      List<X509Certificate> own = certificates(Field.SITES, site.getValue().array());
      if (!authorities.containsAll(own)) {
        throw new IdentityException(
            Field.SITES,
            "a CA of " + site.getKey() + " is not in “peers”, so nobody would believe it",
            "name it there too");
      }
      all.put(site.getKey(), own);
    }
    return all;
  }

  /** Keys of samples lie about in folders that people copy and share. */
  static void refuseSamples(X509Certificate own, List<X509Certificate> authorities)
      throws IdentityException {
    if (sample(own)) {
      throw new IdentityException(
          Field.CERTIFICATE,
          "it is a sample, made for trying things out",
          "request one from your own CA, or write “samples: true” below identity");
    }
    for (X509Certificate ca : authorities) {
      if (sample(ca)) {
        throw new IdentityException(
            Field.PEERS,
            "“" + ca.getSubjectX500Principal() + "” in it is a sample, made for trying things out",
            "name your own CA, or write “samples: true” below identity");
      }
    }
  }

  private static boolean sample(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName().contains(SAMPLE)
        || certificate.getIssuerX500Principal().getName().contains(SAMPLE);
  }

  private static X509Certificate own(byte[] pem, PeerName self, Instant now)
      throws IdentityException {
    X509Certificate own = certificates(Field.CERTIFICATE, pem).getFirst();
    var _ = kind(own);
    if (now.isAfter(own.getNotAfter().toInstant())) {
      throw new IdentityException(
          Field.CERTIFICATE,
          "it expired at " + own.getNotAfter().toInstant(),
          "put a renewed certificate there");
    }
    if (now.isBefore(own.getNotBefore().toInstant())) {
      throw new IdentityException(
          Field.CERTIFICATE,
          "it is not valid before " + own.getNotBefore().toInstant(),
          "set this machine's clock right, or wait");
    }
    Optional<PeerName> name = PeerTrust.name(own);
    if (!name.equals(Optional.of(self))) {
      throw new IdentityException(
          Field.CERTIFICATE,
          name.map(n -> "it belongs to " + n).orElse("no one of ours is named in it")
              + ", and this is "
              + self,
          "request one with the subject alternative name URI:" + self.uri());
    }
    Optional<String> usage = PeerTrust.wrongUsage(own, self);
    if (usage.isPresent()) {
      throw new IdentityException(
          Field.CERTIFICATE,
          usage.get(),
          "request one with key usage digitalSignature and extended key usage "
              + PeerTrust.usageName(self));
    }
    return own;
  }

  private static KeyKind kind(X509Certificate own) throws IdentityException {
    Optional<KeyKind> kind = KeyKind.of(own.getPublicKey());
    if (kind.isEmpty()) {
      throw new IdentityException(
          Field.CERTIFICATE,
          "its key, "
              + own.getPublicKey().getAlgorithm()
              + ", is of a kind that channels don't know",
          "request a certificate for an Ed25519, P-256 or RSA key, RSA of 2,048 bits or more");
    }
    return kind.get();
  }

  private static List<X509Certificate> authorities(byte[] pem) throws IdentityException {
    List<X509Certificate> authorities = certificates(Field.PEERS, pem);
    for (X509Certificate ca : authorities) {
      // A leaf as an anchor would be believed without any check of its path.
      if (ca.getBasicConstraints() < 0) {
        throw new IdentityException(
            Field.PEERS,
            "“" + ca.getSubjectX500Principal() + "” in it is not a CA",
            "name the CA that issued the other ends' certificates, not one of these");
      }
      if (ca.getKeyUsage() != null
          && !(ca.getKeyUsage()[PeerTrust.KEY_CERT_SIGN] && ca.getKeyUsage()[PeerTrust.CRL_SIGN])) {
        throw new IdentityException(
            Field.PEERS,
            "“" + ca.getSubjectX500Principal() + "” in it may not sign certificates and CRLs",
            "use a CA with key usage keyCertSign and cRLSign");
      }
    }
    return authorities;
  }

  /** All that stand in a file, in its order. */
  static List<X509Certificate> certificates(Field key, byte[] pem) throws IdentityException {
    try {
      List<X509Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!all.isEmpty()) {
        return all;
      }
    } catch (CertificateException e) {
      throw noCertificate(key, e);
    }
    throw noCertificate(key, new CertificateException("empty"));
  }

  private static IdentityException noCertificate(Field key, CertificateException cause) {
    return new IdentityException(
        key, "there is no certificate in it", "put PEM (-----BEGIN CERTIFICATE-----) there", cause);
  }

  private static OwnKey privateKey(byte[] pem, KeyKind kind) throws IdentityException {
    String convert = "convert it with: openssl pkey -in OLD -out NEW";
    try (PemReader reader =
        new PemReader(new StringReader(new String(pem, StandardCharsets.US_ASCII)))) {
      PemObject object = reader.readPemObject();
      if (object == null) {
        throw new IdentityException(
            Field.KEY, "there is no key in it", "put PEM (-----BEGIN PRIVATE KEY-----) there");
      }
      if (!object.getType().equals("PRIVATE KEY")) {
        throw new IdentityException(
            Field.KEY, "it is “" + object.getType() + "”, not “PRIVATE KEY”", convert);
      }
      return new OwnKey(
          KeyFactory.getInstance(kind.algorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(object.getContent())),
          kind,
          null);
    } catch (IOException | GeneralSecurityException e) {
      throw new IdentityException(
          Field.KEY, "there is no " + kind + " key in it, as the certificate's is", convert, e);
    }
  }

  private static boolean belongs(OwnKey key, X509Certificate certificate) {
    try {
      byte[] challenge =
          "does this key belong to this certificate?".getBytes(StandardCharsets.UTF_8);
      Signature signature = new RelayTlsSignature(key.kind().signature());
      if (key.kind() == KeyKind.RSA) {
        signature.setParameter(
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      }
      signature.initSign(key);
      signature.update(challenge);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(challenge);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Hides the key. */
  @Override
  public String toString() {
    return "Identity[" + certificate.getSubjectX500Principal() + "]";
  }
}
