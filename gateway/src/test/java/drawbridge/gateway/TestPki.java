package drawbridge.gateway;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** A CA and what it signs, made anew by every test that needs one. */
final class TestPki {
  private static final AtomicLong SERIALS = new AtomicLong(1);

  private final Path folder;
  private final String algorithm;
  private final Pair authority;

  record Pair(X509Certificate certificate, PrivateKey key) {}

  /**
   * A new CA.
   *
   * @param algorithm {@code EC} or {@code Ed25519}
   */
  TestPki(Path folder, String algorithm, String name) {
    this.folder = folder;
    this.algorithm = algorithm;
    try {
      KeyPair keys = keys();
      X509v3CertificateBuilder builder = builder("CN=" + name, "CN=" + name, keys);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      authority = new Pair(signed(builder, keys.getPrivate()), keys.getPrivate());
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  Path authorityFile() {
    return writeObject("ca-" + SERIALS.incrementAndGet() + ".pem", authority.certificate());
  }

  Pair server() {
    return leaf("CN=localhost", KeyPurposeId.id_kp_serverAuth);
  }

  Pair client(String name) {
    return leaf(name, KeyPurposeId.id_kp_clientAuth);
  }

  Path certificateFile(String name, Pair pair) {
    return writeObject(name, pair.certificate());
  }

  Path keyFile(String name, Pair pair) {
    return writeKey(name, pair.key().getEncoded());
  }

  Path revoked(Pair... pairs) {
    try {
      JcaX509v2CRLBuilder builder =
          new JcaX509v2CRLBuilder(authority.certificate(), Date.from(now().minusSeconds(60)));
      builder.setNextUpdate(Date.from(now().plus(Duration.ofDays(1))));
      for (Pair pair : pairs) {
        builder.addCRLEntry(
            pair.certificate().getSerialNumber(), Date.from(now()), CRLReason.keyCompromise);
      }
      Object list =
          new JcaX509CRLConverter()
              .getCRL(builder.build(new JcaContentSignerBuilder(signer()).build(authority.key())));
      return writeObject("crl-" + SERIALS.incrementAndGet() + ".pem", list);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A client's TLS: trusts this CA, and shows the pair if there is one. */
  SSLContext context(TestPki trusted, Pair... shown) {
    try {
      KeyStore trust = KeyStore.getInstance("PKCS12");
      trust.load(null, null);
      trust.setCertificateEntry("ca", trusted.authority.certificate());
      TrustManagerFactory trusts = TrustManagerFactory.getInstance("PKIX");
      trusts.init(trust);
      KeyStore own = KeyStore.getInstance("PKCS12");
      own.load(null, null);
      for (Pair pair : shown) {
        own.setKeyEntry("own", pair.key(), new char[0], new X509Certificate[] {pair.certificate()});
      }
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(own, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Pair leaf(String name, KeyPurposeId purpose) {
    try {
      KeyPair keys = keys();
      X509v3CertificateBuilder builder =
          builder(authority.certificate().getSubjectX500Principal().getName(), name, keys);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
      return new Pair(signed(builder, authority.key()), keys.getPrivate());
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (algorithm.equals("EC")) {
      generator.initialize(256);
    }
    return generator.generateKeyPair();
  }

  private static X509v3CertificateBuilder builder(String issuer, String subject, KeyPair keys)
      throws CertIOException {
    return new JcaX509v3CertificateBuilder(
        new X500Name(issuer),
        BigInteger.valueOf(SERIALS.incrementAndGet()),
        Date.from(now().minusSeconds(3600)),
        Date.from(now().plus(Duration.ofDays(2))),
        new X500Name(subject),
        keys.getPublic());
  }

  private X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder(signer()).build(key)));
  }

  private String signer() {
    return algorithm.equals("EC") ? "SHA256withECDSA" : algorithm;
  }

  private static Instant now() {
    return Instant.now();
  }

  private Path writeObject(String name, Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return write(name, text.toString());
  }

  private Path writeKey(String name, byte[] key) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(new PemObject("PRIVATE KEY", key));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return write(name, text.toString());
  }

  private Path write(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
