package drawbridge.relay;

import drawbridge.settings.Finding;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What an admin wants to know of a program's certificate before anybody refuses it. */
public final class IdentityCheck {
  private static final long SOON_DAYS = 30;

  private IdentityCheck() {}

  /** By files that {@link IdentitySettings#read} found right. */
  public static List<Finding> run(IdentitySettings settings, PeerName self, Instant now) {
    Identity identity;
    try {
      identity = Identity.load(settings, self, now);
    } catch (IdentityException e) {
      return List.of(Finding.failed("certificate", e.problem(), e.fix()));
    }
    return List.of(
        certificate(identity.certificate(), self, now),
        crl(identity.revocation().nextUpdate(), settings, now));
  }

  private static Finding certificate(X509Certificate own, PeerName self, Instant now) {
    Instant end = own.getNotAfter().toInstant();
    long days = Duration.between(now, end).toDays();
    String what = "certificate of " + self;
    String detail =
        "issued by “%s”, %d days left, until %s"
            .formatted(own.getIssuerX500Principal().getName(), days, end);
    return days < SOON_DAYS
        ? Finding.warning(
            what, detail, "let a new one be issued and put it in its place; no restart is needed")
        : Finding.ok(what, detail);
  }

  private static Finding crl(Instant due, IdentitySettings settings, Instant now) {
    String what = "revocation list " + settings.crl();
    return now.isAfter(due)
        ? Finding.warning(
            what,
            "was due for an update at %s; from %s on nobody is trusted"
                .formatted(due, due.plus(settings.grace())),
            "fetch a new one, or name its URL in identity.crl.url")
        : Finding.ok(what, "next one due " + due);
  }
}
