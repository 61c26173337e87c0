package drawbridge.relay;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/**
 * Warns that a certificate ends soon: once 30, 14, 7 and 1 day ahead, and at each start within that
 * time. Not thread-safe.
 */
final class Expiry {
  private static final Logger LOG = System.getLogger("drawbridge.relay.tls");
  private static final int[] DAYS = {1, 7, 14, 30};

  /** The last step that was told of; a new certificate is told of anew. */
  private long told = Long.MAX_VALUE;

  private Instant end = Instant.MIN;

  /** Logs where another step has been reached. */
  void look(X509Certificate certificate, Instant now) {
    Instant notAfter = certificate.getNotAfter().toInstant();
    if (!notAfter.equals(end)) {
      end = notAfter;
      told = Long.MAX_VALUE;
    }
    long step = step(notAfter, now);
    if (step < told) {
      told = step;
      LOG.log(
          Level.WARNING,
          "the certificate {0} ends at {1}, in less than {2} days. Fix: put a renewed one in its place",
          certificate.getSubjectX500Principal(),
          notAfter,
          step);
    }
  }

  private static long step(Instant notAfter, Instant now) {
    for (int days : DAYS) {
      if (now.plus(Duration.ofDays(days)).isAfter(notAfter)) {
        return days;
      }
    }
    return Long.MAX_VALUE;
  }
}
