package drawbridge.certs;

import drawbridge.certs.SampleRequest.Validity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * A self-signed sample CA of path length 0: it issues leaves and a CRL, and remembers what it
 * revoked. Thread-safe.
 */
public final class SampleAuthority {
  /** Stands in the subject of every sample certificate. */
  public static final String MARK = "Drawbridge SAMPLE - not for production";

  private static final SecureRandom RANDOM = new SecureRandom();

  private final SampleKey kind;
  private final KeyPair keys;
  private final Validity validity;
  private final X500Name name;
  private final X509Certificate certificate;
  private final Map<BigInteger, Instant> revoked = new LinkedHashMap<>();
  private long crls;

  public SampleAuthority(String commonName, SampleKey kind, Instant from, Instant until) {
    this.kind = kind;
    this.keys = kind.generate();
    this.validity = new Validity(from, until);
    this.name = subject(commonName);
    this.certificate = certify(name, keys.getPublic(), validity, CERTIFICATE_AUTHORITY);
  }

  private SampleAuthority(SampleKey kind, KeyPair keys, X509Certificate certificate) {
    this.kind = kind;
    this.keys = keys;
    this.validity =
        new Validity(certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
    this.name = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    this.certificate = certificate;
  }

  /**
   * The CA whose {@code NAME.pem} and {@code NAME.key} {@code certs sample} wrote. What it revoked
   * before is not known to it, so it makes no CRL.
   */
  static SampleAuthority read(Path folder, String name)
      throws IOException, GeneralSecurityException {
    Path file = folder.resolve(name + ".pem");
    Path key = folder.resolve(name + ".key");
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
    SampleKey kind = SampleKey.of(certificate.getPublicKey());
    try (PemReader reader =
        new PemReader(new StringReader(Files.readString(key, StandardCharsets.US_ASCII)))) {
      PemObject object = reader.readPemObject();
      if (object == null) {
        throw new IOException(key + " has no key");
      }
      return new SampleAuthority(
          kind,
          new KeyPair(certificate.getPublicKey(), kind.decode(object.getContent())),
          certificate);
    }
  }

  /** The CA's own, self-signed. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** A new key and a certificate for it, with a random serial number. */
  public SampleLeaf issue(SampleRequest request) {
    KeyPair leaf = request.key().generate();
    X509Certificate issued = sign(request, leaf.getPublic());
    return new SampleLeaf(leaf.getPrivate(), /* certificate= */ issued, /* issuer= */ certificate);
  }

  /** A certificate for a key that somebody else has, with a random serial number. */
  public X509Certificate sign(SampleRequest request, PublicKey key) {
    return certify(
        subject(request.commonName()),
        key,
        request.validity().orElse(validity),
        builder -> {
          if (request.authority()) {
            CERTIFICATE_AUTHORITY.to(builder);
          } else {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
          }
          if (!request.usage().purposes().isEmpty()) {
            builder.addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(request.usage().purposes().toArray(KeyPurposeId[]::new)));
          }
          if (!request.names().isEmpty()) {
            builder.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(request.names().toArray(GeneralName[]::new)));
          }
        });
  }

  /** From the next CRL on. */
  public synchronized void revoke(X509Certificate leaf, Instant at) {
    revoked.put(leaf.getSerialNumber(), at);
  }

  /** The CRL as it stands now, with the dates given, so that a stale one can be made too. */
  public synchronized X509CRL crl(Instant thisUpdate, Instant nextUpdate) {
    try {
      var builder =
          new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(thisUpdate));
      builder.setNextUpdate(Date.from(nextUpdate));
      revoked.forEach(
          (serial, at) -> builder.addCRLEntry(serial, Date.from(at), CRLReason.keyCompromise));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(++crls)));
      return new JcaX509CRLConverter().getCRL(builder.build(signer()));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException("a CRL of " + name + " could not be made", e);
    }
  }

  /** The CRL as it stands now, good for as long as the CA's certificate. */
  public X509CRL crl() {
    return crl(validity.from(), validity.until());
  }

  /** Writes {@link #crl()} as PEM, over an older one. */
  public void writeCrl(Path file) throws IOException {
    SampleFiles.crl(file, crl());
  }

  /** Writes the CA's certificate as PEM, over an older one. */
  public void writeCertificate(Path file) throws IOException {
    SampleFiles.certificate(file, certificate);
  }

  void writeKey(Path file) throws IOException {
    SampleFiles.key(file, keys.getPrivate());
  }

  private interface Extensions {
    void to(JcaX509v3CertificateBuilder builder) throws IOException;
  }

  private static final Extensions CERTIFICATE_AUTHORITY =
      builder -> {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      };

  private X509Certificate certify(
      X500Name subject, PublicKey key, Validity valid, Extensions extensions) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              new BigInteger(127, RANDOM).setBit(126),
              Date.from(valid.from()),
              Date.from(valid.until()),
              subject,
              key);
      var identifiers = new JcaX509ExtensionUtils();
      builder.addExtension(
          Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          identifiers.createAuthorityKeyIdentifier(keys.getPublic()));
      extensions.to(builder);
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer()));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate for " + subject + " could not be made", e);
    }
  }

  private ContentSigner signer() throws OperatorCreationException {
    return new JcaContentSignerBuilder(kind.signature()).build(keys.getPrivate());
  }

  private static X500Name subject(String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, MARK)
        .addRDN(BCStyle.CN, commonName)
        .build();
  }
}
