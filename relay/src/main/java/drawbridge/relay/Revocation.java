package drawbridge.relay;

import drawbridge.relay.IdentityException.Field;
import drawbridge.relay.RelayTlsException.Reason;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What our CAs revoked, from CRLs on disk: their signatures are checked once, when read. A CRL is
 * believed until its next update is due, and for the grace after it; then nobody is trusted, since
 * somebody revoked could not be told from the others. Immutable.
 */
final class Revocation {
  private final Map<X509Certificate, X509CRL> crls;
  private final Duration grace;

  private Revocation(Map<X509Certificate, X509CRL> crls, Duration grace) {
    this.crls = Map.copyOf(crls);
    this.grace = grace;
  }

  /** One CRL of every CA given must be among those in the file. */
  static Revocation parse(byte[] file, List<X509Certificate> authorities, Duration grace)
      throws IdentityException {
    List<X509CRL> all;
    try {
      all =
          CertificateFactory.getInstance("X.509")
              .generateCRLs(new ByteArrayInputStream(file))
              .stream()
              .map(X509CRL.class::cast)
              .toList();
    } catch (CRLException | CertificateException e) {
      throw new IdentityException(
          Field.CRL, "there is no CRL in it", "put PEM (-----BEGIN X509 CRL-----) or DER there", e);
    }
    Map<X509Certificate, X509CRL> crls = new HashMap<>();
    for (X509Certificate ca : authorities) {
      X509CRL newest =
          all.stream()
              .filter(crl -> signed(crl, ca))
              .max(Comparator.comparing(X509CRL::getThisUpdate))
              .orElseThrow(
                  () ->
                      new IdentityException(
                          Field.CRL,
                          "there is no CRL of “" + ca.getSubjectX500Principal() + "” in it",
                          "add the CRL of every CA in “peers”, below each other"));
      if (newest.getNextUpdate() == null) {
        throw new IdentityException(
            Field.CRL,
            "the CRL of “" + ca.getSubjectX500Principal() + "” does not say when the next is due",
            "let the CA set nextUpdate");
      }
      Set<String> critical = newest.getCriticalExtensionOIDs();
      if (critical != null && !critical.isEmpty()) {
        throw new IdentityException(
            Field.CRL,
            "the CRL of “" + ca.getSubjectX500Principal() + "” lists only a part",
            "use a full CRL of the CA: no delta, no distribution point of its own");
      }
      crls.put(ca, newest);
    }
    return new Revocation(crls, grace);
  }

  /** Why the certificate can't be trusted, if so. */
  Optional<Reason> objection(X509Certificate leaf, X509Certificate issuer, Instant now) {
    X509CRL crl = crls.get(issuer);
    if (crl == null || now.isAfter(crl.getNextUpdate().toInstant().plus(grace))) {
      return Optional.of(Reason.STALE_CRL);
    }
    return crl.getRevokedCertificate(leaf.getSerialNumber()) == null
        ? Optional.empty()
        : Optional.of(Reason.REVOKED);
  }

  /** When the first of the CRLs should have been replaced. */
  Instant nextUpdate() {
    return crls.values().stream()
        .map(crl -> crl.getNextUpdate().toInstant())
        .min(Comparator.naturalOrder())
        .orElse(Instant.MIN);
  }

  private static boolean signed(X509CRL crl, X509Certificate ca) {
    try {
      if (!crl.getIssuerX500Principal().equals(ca.getSubjectX500Principal())) {
        return false;
      }
      crl.verify(ca.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
