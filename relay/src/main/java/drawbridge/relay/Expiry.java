package drawbridge.relay;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * Warns that a certificate ends soon: once 30, 14, 7 and 1 day ahead, and at each start within that
 * time. Not thread-safe.
 */
public final class Expiry {
  private static final Logger LOG = System.getLogger("drawbridge.relay.tls");
  private static final int[] DAYS = {1, 7, 14, 30};

  /** The last step that was told of; a new certificate is told of anew. */
  private long told = Integer.MAX_VALUE;

  private Instant end = Instant.MIN;

  private final String what;

  /**
   * Of a certificate that follows itself when it is renewed.
   *
   * @param what begins the line: {@code the certificate}, say
   */
  public Expiry(String what) {
    this.what = what;
  }

  /** Logs where another step has been reached. */
  public void look(X509Certificate certificate, Instant now) {
    Instant notAfter = certificate.getNotAfter().toInstant();
    if (!notAfter.equals(end)) {
      end = notAfter;
      told = Integer.MAX_VALUE;
    }
    long step = ahead(notAfter, now).orElse(Integer.MAX_VALUE);
    if (step < told) {
      told = step;
      LOG.log(
          Level.WARNING,
          "{0} {1} ends at {2}, in less than {3} days. Fix: put a renewed one in its place",
          what,
          certificate.getSubjectX500Principal(),
          notAfter,
          step);
    }
  }

  /** In less than how many days it ends: 1, 7, 14 or 30; empty: it has longer than that. */
  public static OptionalInt ahead(Instant notAfter, Instant now) {
    for (int days : DAYS) {
      if (now.plus(Duration.ofDays(days)).isAfter(notAfter)) {
        return OptionalInt.of(days);
      }
    }
    return OptionalInt.empty();
  }
}
