package drawbridge.relay;

import drawbridge.relay.IdentityException.Field;
import drawbridge.relay.PeerTrust.Distrust;
import drawbridge.relay.RelayTlsException.Reason;
import drawbridge.settings.Finding;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What an admin wants to know of a program's certificate before anybody refuses it. */
public final class IdentityCheck {
  private static final long SOON_DAYS = 30;
  private static final String RENEW =
      "let a new one be issued and put it in its place; no restart is needed";

  private IdentityCheck() {}

  /** By files that {@link IdentitySettings#read} found right. */
  public static List<Finding> run(IdentitySettings settings, PeerName self, Instant now) {
    try {
      IdentityContent content = IdentityContent.read(settings);
      Identity identity = Identity.parse(content, self, settings, now);
      List<X509Certificate> file =
          Identity.certificates(Field.CERTIFICATE, content.certificate().array());
      return List.of(
          certificate(identity.certificate(), self, now),
          issuer(identity, file, self, now),
          crl(identity.revocation().nextUpdate(), settings, now));
    } catch (IdentityException e) {
      return List.of(Finding.failed("certificate", e.problem(), e.fix()));
    }
  }

  private static Finding certificate(X509Certificate own, PeerName self, Instant now) {
    long days = daysLeft(own, now);
    String what = "certificate of " + self;
    String detail =
        "issued by “%s”, %d days left, until %s"
            .formatted(own.getIssuerX500Principal().getName(), days, own.getNotAfter().toInstant());
    return days < SOON_DAYS ? Finding.warning(what, detail, RENEW) : Finding.ok(what, detail);
  }

  /**
   * Judges our certificate as the other end will. Usually one CA issues both ends, so ours is among
   * the peers' and we hold its CRL. Where each side has its own, the CA is named by putting it
   * below our certificate; then only the other end knows what it revoked.
   */
  private static Finding issuer(
      Identity identity, List<X509Certificate> file, PeerName self, Instant now) {
    String what = "issuer of the certificate";
    try {
      return until(
          PeerTrust.judge(identity.certificate(), identity, self, now),
          what,
          "in identity.peers; not revoked",
          now);
    } catch (Distrust e) {
      if (e.reason() == Reason.UNKNOWN_CA) {
        return named(identity.certificate(), file)
            .map(ca -> until(ca, what, "named below the certificate; peers must believe it", now))
            .orElseGet(
                () ->
                    Finding.failed(
                        what,
                        e.getMessage() + ": peers that believe the same CAs refuse it",
                        "request a certificate from a CA in identity.peers; where peers believe"
                            + " another, put that CA below the certificate, in its file"));
      }
      return Finding.failed(what, String.valueOf(e.getMessage()), fix(e.reason()));
    }
  }

  private static Optional<X509Certificate> named(X509Certificate own, List<X509Certificate> file) {
    return file.stream().filter(ca -> ca.getBasicConstraints() >= 0 && issued(ca, own)).findFirst();
  }

  private static boolean issued(X509Certificate ca, X509Certificate leaf) {
    try {
      leaf.verify(ca.getPublicKey());
      return ca.getSubjectX500Principal().equals(leaf.getIssuerX500Principal());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Finding until(X509Certificate ca, String what, String where, Instant now) {
    long days = daysLeft(ca, now);
    String detail =
        "“%s”, %s; %d days left"
            .formatted(ca.getSubjectX500Principal().getName(), where, Math.max(0, days));
    if (now.isAfter(ca.getNotAfter().toInstant())) {
      return Finding.failed(what, detail, fix(Reason.EXPIRED));
    }
    return days < SOON_DAYS
        ? Finding.warning(what, detail, "roll its successor in: list it beside the old one")
        : Finding.ok(what, detail);
  }

  private static String fix(Reason reason) {
    return switch (reason) {
      case REVOKED ->
          "let the CA issue one for a new key, put both in place, and learn why it was revoked";
      case STALE_CRL -> "fetch a new CRL, or name its URL in identity.crl.url";
      case EXPIRED -> "list the CA's successor in identity.peers, and request a certificate of it";
      case NOT_YET_VALID -> "set this machine's clock right, or wait";
      case BAD_CERTIFICATE, NO_CERTIFICATE, UNKNOWN_CA, WRONG_NAME, WRONG_USAGE ->
          "request one as docs/certificates.md has it";
      case TLS_VERSION, WEAK_GROUP, TAMPERED, PEER_REFUSED, PROTOCOL, TIMEOUT, ENDED -> "";
    };
  }

  private static Finding crl(Instant due, IdentitySettings settings, Instant now) {
    String what = "revocation list " + settings.crl();
    if (!now.isAfter(due)) {
      return Finding.ok(what, "next one due " + due);
    }
    Instant end = due.plus(settings.grace());
    String fix = fix(Reason.STALE_CRL);
    return now.isAfter(end)
        ? Finding.failed(
            what,
            "was due for an update at %s; since %s nobody is trusted".formatted(due, end),
            fix)
        : Finding.warning(
            what,
            "was due for an update at %s; from %s on nobody is trusted".formatted(due, end),
            fix);
  }

  private static long daysLeft(X509Certificate certificate, Instant now) {
    return Duration.between(now, certificate.getNotAfter().toInstant()).toDays();
  }
}
