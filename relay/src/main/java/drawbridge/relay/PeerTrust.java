package drawbridge.relay;

import drawbridge.relay.RelayTlsException.Reason;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges the certificate of one peer in one handshake. A CA of ours must have issued it itself, so
 * there is no path to be led astray on; then its time, usage and name, and that it is not revoked.
 * What else the peer sends along is not looked at.
 */
final class PeerTrust extends X509ExtendedTrustManager {
  static final int DIGITAL_SIGNATURE = 0;
  static final int KEY_CERT_SIGN = 5;
  static final int CRL_SIGN = 6;

  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final int URI = 6;

  /** A certificate was refused. Its message is for our log alone. */
  static final class Distrust extends CertificateException {
    private final Reason reason;

    Distrust(Reason reason, String message) {
      super(message);
      this.reason = reason;
    }

    Reason reason() {
      return reason;
    }
  }

  private final Identity identity;
  private final PeerName expected;
  private final Instant now;

  PeerTrust(Identity identity, PeerName expected, Instant now) {
    this.identity = identity;
    this.expected = expected;
    this.now = now;
  }

  /** Finds the CA that issued the certificate, or why it can't be accepted. */
  static X509Certificate judge(
      X509Certificate leaf, Identity identity, PeerName expected, Instant now) throws Distrust {
    X509Certificate ca = issuer(leaf, identity.authorities());
    if (!identity.vouches(ca, expected)) {
      throw new Distrust(
          Reason.UNKNOWN_CA,
          "“" + ca.getSubjectX500Principal() + "” may not vouch for agents of that site");
    }
    current(ca, "its CA", now);
    current(leaf, "it", now);
    path(leaf, ca, now);
    Optional<String> usage = wrongUsage(leaf, expected);
    if (usage.isPresent()) {
      throw new Distrust(Reason.WRONG_USAGE, usage.get());
    }
    Optional<PeerName> name = name(leaf);
    if (!name.equals(Optional.of(expected))) {
      throw new Distrust(
          Reason.WRONG_NAME, name.map(n -> "it is " + n).orElse("it names nobody, or several"));
    }
    Optional<Reason> objection = identity.revocation().objection(leaf, ca, now);
    if (objection.isPresent()) {
      throw new Distrust(
          objection.get(),
          objection.get() == Reason.STALE_CRL
              ? "our CRL is too old to trust anybody"
              : "certificate " + leaf.getSerialNumber().toString(16) + " is on the CRL");
    }
    return ca;
  }

  /** Whom the certificate names: by its one URI, which must be one of ours. */
  static Optional<PeerName> name(X509Certificate leaf) {
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      if (names == null) {
        return Optional.empty();
      }
      List<String> uris =
          names.stream()
              .filter(name -> name.get(0) instanceof Integer kind && kind == URI)
              .map(name -> String.valueOf(name.get(1)))
              .toList();
      return uris.size() == 1 ? PeerName.of(uris.getFirst()) : Optional.empty();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
  }

  /** What makes the certificate unfit for the end that bears the name, if anything. */
  static Optional<String> wrongUsage(X509Certificate leaf, PeerName bearer) {
    if (leaf.getBasicConstraints() >= 0) {
      return Optional.of("it is the certificate of a CA");
    }
    boolean[] usage = leaf.getKeyUsage();
    if (usage == null || !usage[DIGITAL_SIGNATURE] || usage[KEY_CERT_SIGN]) {
      return Optional.of("its key usage is not digitalSignature");
    }
    try {
      List<String> extended = leaf.getExtendedKeyUsage();
      String needed =
          switch (bearer) {
            case PeerName.Agent agent -> CLIENT_AUTH;
            case PeerName.Gateway gateway -> SERVER_AUTH;
          };
      return extended != null && extended.contains(needed)
          ? Optional.empty()
          : Optional.of("its extended key usage is not " + usageName(bearer));
    } catch (CertificateParsingException e) {
      return Optional.of("its extended key usage cannot be read");
    }
  }

  /** The agent opens the channel, so it is TLS's client. */
  static String usageName(PeerName bearer) {
    return switch (bearer) {
      case PeerName.Agent agent -> "clientAuth";
      case PeerName.Gateway gateway -> "serverAuth";
    };
  }

  /** By signature, not by name alone: anybody can call a CA as ours is called. */
  private static X509Certificate issuer(X509Certificate leaf, List<X509Certificate> authorities)
      throws Distrust {
    for (X509Certificate ca : authorities) {
      if (ca.getSubjectX500Principal().equals(leaf.getIssuerX500Principal())) {
        try {
          leaf.verify(ca.getPublicKey());
          return ca;
        } catch (GeneralSecurityException e) {
          // another CA of the same name
        }
      }
    }
    throw new Distrust(
        Reason.UNKNOWN_CA,
        "no CA of ours issued it; its issuer says “" + leaf.getIssuerX500Principal() + "”");
  }

  private static void current(X509Certificate certificate, String what, Instant now)
      throws Distrust {
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      throw new Distrust(
          Reason.EXPIRED, what + " expired at " + certificate.getNotAfter().toInstant());
    }
    if (now.isBefore(certificate.getNotBefore().toInstant())) {
      throw new Distrust(
          Reason.NOT_YET_VALID,
          what + " is not valid before " + certificate.getNotBefore().toInstant());
    }
  }

  /** The rest of RFC 5280: critical extensions, name constraints, algorithms that are allowed. */
  private static void path(X509Certificate leaf, X509Certificate ca, Instant now) throws Distrust {
    try {
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(ca, null)));
      parameters.setRevocationEnabled(false); // ours knows the grace
      parameters.setDate(Date.from(now));
      var _ =
          CertPathValidator.getInstance("PKIX")
              .validate(
                  CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)),
                  parameters);
    } catch (CertPathValidatorException e) {
      throw new Distrust(
          e.getReason() == BasicReason.EXPIRED ? Reason.EXPIRED : Reason.BAD_CERTIFICATE,
          String.valueOf(e.getMessage()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot check certificate paths", e);
    }
  }

  private void judge(X509Certificate @Nullable [] chain) throws CertificateException {
    if (chain == null || chain.length == 0) {
      throw new Distrust(Reason.NO_CERTIFICATE, "it sent none");
    }
    var _ = judge(chain[0], identity, expected, now);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    judge(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    judge(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    judge(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    judge(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    judge(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    judge(chain);
  }

  /** None is told: a stranger need not learn which CAs we believe. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
