package drawbridge.relay;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The identity as its files have it now. They are looked at when somebody asks and the last look is
 * some seconds old; no thread watches them. New files that are wrong, or only half replaced yet,
 * leave the old identity in force, with a warning. Thread-safe.
 */
final class IdentityFiles implements Supplier<Identity> {
  private static final Logger LOG = System.getLogger("drawbridge.relay.tls");
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration ALARM_EVERY = Duration.ofHours(1);

  private final IdentitySettings settings;
  private final PeerName self;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private Identity identity;

  /** Of the files that it was read from: their bytes, a key among them, are not kept. */
  private ByteBuffer digest;

  private String complaint = "";
  private Instant looked;
  private Instant alarmed = Instant.MIN;
  private final Expiry expiry = new Expiry("the certificate");

  IdentityFiles(IdentitySettings settings, PeerName self, InstantSource clock)
      throws IdentityException {
    this.settings = settings;
    this.self = self;
    this.clock = clock;
    this.looked = clock.instant();
    IdentityContent content = IdentityContent.read(settings);
    this.digest = content.digest();
    this.identity = Identity.parse(content, self, settings, looked);
    this.expiry.look(identity.certificate(), looked);
  }

  @Override
  public Identity get() {
    lock.lock();
    try {
      Instant now = clock.instant();
      if (!now.isBefore(looked.plus(EVERY)) || now.isBefore(looked)) {
        looked = now;
        settings.url().ifPresent(url -> url.refresh(now));
        look(now);
        expiry.look(identity.certificate(), now);
      }
      alarm(now);
      return identity;
    } finally {
      lock.unlock();
    }
  }

  private void look(Instant now) {
    try {
      IdentityContent found = IdentityContent.read(settings);
      if (!found.digest().equals(digest)) {
        // Kept only once it was found right: what is wrong now may be right at the next look.
        identity = Identity.parse(found, self, settings, now);
        digest = found.digest();
        LOG.log(
            Level.INFO,
            "identity files read again: certificate until {0}, next CRL due {1}",
            identity.certificate().getNotAfter().toInstant(),
            identity.revocation().nextUpdate());
      }
      complaint = "";
    } catch (IdentityException e) {
      String problem = e.key() + ": " + e.problem() + ". Fix: " + e.fix();
      if (!problem.equals(complaint)) {
        complaint = problem;
        LOG.log(
            Level.WARNING,
            "the new identity files cannot be used, the old ones stay in force: {0}",
            problem);
      }
    }
  }

  private void alarm(Instant now) {
    Instant due = identity.revocation().nextUpdate();
    if (now.isAfter(due) && !now.isBefore(alarmed.plus(ALARM_EVERY))) {
      alarmed = now;
      LOG.log(
          Level.WARNING,
          "the CRL {0} was due for an update at {1}; from {2} on no peer is trusted. Fix: fetch a new one",
          settings.crl(),
          due,
          due.plus(settings.grace()));
    }
  }
}
