package drawbridge.gateway;

import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CRL;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * One reading of the front door's files: its certificate and key, the CAs whose callers it
 * believes, and what they revoked. Thread-safe; unchanged but for what it remembers of callers.
 */
final class Front {
  /** A judgement costs a signature or two, so one does for all that a caller asks meanwhile. */
  private static final Duration BELIEVED = Duration.ofMinutes(1);

  private final SSLContext context;
  private final X509Certificate certificate;
  private final X509TrustManager trust;
  private final Optional<Instant> listsDue;

  /** By fingerprint: until when a certificate that was found good is not looked at again. */
  private final Map<String, Instant> good = new ConcurrentHashMap<>();

  private Front(
      SSLContext context,
      X509Certificate certificate,
      X509TrustManager trust,
      Optional<Instant> listsDue) {
    this.context = context;
    this.certificate = certificate;
    this.trust = trust;
    this.listsDue = listsDue;
  }

  /**
   * Reads the files as they are now.
   *
   * @throws SettingsException names the file that is wrong
   */
  static Front read(GatewaySettings.Listen listen, GatewaySettings.Certificates callers) {
    List<X509Certificate> chain = Pem.certificates(listen.certificate());
    PrivateKey key = Pem.key(listen.key(), chain.getFirst());
    List<X509Certificate> authorities = Pem.certificates(callers.trust());
    Path crl = callers.crl().orElse(null);
    Collection<? extends CRL> lists = crl == null ? List.of() : Pem.revocationLists(crl);
    if (crl != null) {
      signed(crl, lists, authorities);
    }
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry("front", key, new char[0], chain.toArray(X509Certificate[]::new));
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(keys, new char[0]);
      X509TrustManager trust = trust(authorities, crl != null, lists);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), new TrustManager[] {trust}, null);
      return new Front(context, chain.getFirst(), trust, due(lists));
    } catch (GeneralSecurityException | IOException e) {
      throw new SettingsException(
          listen.certificate(),
          1,
          "",
          "TLS cannot be set up with it (" + e.getClass().getSimpleName() + ")",
          "check certificate, key and the callers' CAs",
          e);
    }
  }

  /** A list that bears a CA's name and another's signature would shut all its callers out. */
  private static void signed(
      Path file, Collection<? extends CRL> lists, List<X509Certificate> authorities) {
    for (CRL one : lists) {
      X509CRL list = (X509CRL) one;
      List<X509Certificate> named =
          authorities.stream()
              .filter(ca -> ca.getSubjectX500Principal().equals(list.getIssuerX500Principal()))
              .toList();
      if (!named.isEmpty() && named.stream().noneMatch(ca -> signed(list, ca))) {
        throw new SettingsException(
            file,
            1,
            "",
            "holds a revocation list that “" + list.getIssuerX500Principal() + "” did not sign",
            "put there what the CA publishes");
      }
    }
  }

  private static boolean signed(X509CRL list, X509Certificate authority) {
    try {
      list.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Optional<Instant> due(Collection<? extends CRL> lists) {
    return lists.stream()
        .map(list -> ((X509CRL) list).getNextUpdate())
        .filter(Objects::nonNull)
        .map(java.util.Date::toInstant)
        .min(Comparator.naturalOrder());
  }

  private static X509TrustManager trust(
      List<X509Certificate> authorities, boolean revocation, Collection<? extends CRL> lists)
      throws GeneralSecurityException, IOException {
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    int n = 0;
    for (X509Certificate authority : authorities) {
      anchors.setCertificateEntry("ca-" + n++, authority);
    }
    PKIXBuilderParameters path = new PKIXBuilderParameters(anchors, new X509CertSelector());
    path.setRevocationEnabled(revocation);
    if (revocation) {
      path.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
      // Lists only, and no way round a missing or a stale one.
      PKIXRevocationChecker checker =
          (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
      checker.setOptions(
          EnumSet.of(
              PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
      path.addCertPathChecker(checker);
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(new CertPathTrustManagerParameters(path));
    return (X509TrustManager) factory.getTrustManagers()[0];
  }

  /** For the next handshakes. */
  SSLContext context() {
    return context;
  }

  X509Certificate certificate() {
    return certificate;
  }

  /** When the front door's own certificate ends. */
  Instant notAfter() {
    return certificate.getNotAfter().toInstant();
  }

  /** When the first of the callers' revocation lists should be replaced; empty: there are none. */
  Optional<Instant> listsDue() {
    return listsDue;
  }

  /**
   * Why a caller whom TLS believed once is not believed by these files, if so. The handshake may
   * have been long ago, or another session's: where one is resumed TLS does not look again.
   *
   * @param chain as the caller showed it
   * @param fingerprint of its first certificate
   */
  Optional<String> objection(List<X509Certificate> chain, String fingerprint, Instant now) {
    Instant until = good.get(fingerprint);
    if (until != null && now.isBefore(until)) {
      return Optional.empty();
    }
    try {
      trust.checkClientTrusted(
          chain.toArray(X509Certificate[]::new), chain.getFirst().getPublicKey().getAlgorithm());
    } catch (CertificateException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    if (good.size() >= Gateway.CONNECTIONS) {
      good.clear();
    }
    good.put(fingerprint, now.plus(BELIEVED));
    return Optional.empty();
  }
}
