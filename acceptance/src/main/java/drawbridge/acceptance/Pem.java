package drawbridge.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the JDK from PEM files: what a connector brings along. Not the code of the programs, on
 * purpose: it stands for strangers.
 */
public final class Pem {
  private Pem() {}

  static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  /** Trusts the CA alone and shows no certificate. */
  static SSLContext anonymous(Path ca) throws IOException, GeneralSecurityException {
    return context(ca, null);
  }

  /** Trusts the CA alone and shows the certificate. */
  public static SSLContext identified(Path ca, Path certificate, Path key)
      throws IOException, GeneralSecurityException {
    X509Certificate own = certificate(certificate);
    KeyStore store = empty();
    store.setKeyEntry("own", key(key, own), new char[0], new Certificate[] {own});
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(store, new char[0]);
    return context(ca, managers.getKeyManagers());
  }

  private static SSLContext context(Path ca, KeyManager @Nullable [] keys)
      throws IOException, GeneralSecurityException {
    KeyStore trusted = empty();
    trusted.setCertificateEntry("ca", certificate(ca));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys, trust.getTrustManagers(), null);
    return context;
  }

  private static PrivateKey key(Path file, X509Certificate certificate)
      throws IOException, GeneralSecurityException {
    StringBuilder base64 = new StringBuilder();
    for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
      if (!line.startsWith("-----")) {
        base64.append(line.strip());
      }
    }
    return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64.toString())));
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
