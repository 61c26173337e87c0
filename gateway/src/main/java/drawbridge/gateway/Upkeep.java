package drawbridge.gateway;

import drawbridge.audit.AuditRecord;
import drawbridge.relay.Expiry;
import drawbridge.relay.RelayTls;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks after what the gateway proves itself by, and believes others by, while it runs: replaced
 * files count without a restart, another certificate of its own is recorded, and what ends or is
 * overdue stands in health, metrics and log. Thread-safe.
 */
final class Upkeep implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.tls");

  // ---- names in metrics and records
  static final String FRONT_DOOR = "front-door";
  static final String RELAY = "relay";
  static final String CALLERS = "callers";

  private static final long LOOK_SECONDS = 2;
  private static final Duration ALARM_EVERY = Duration.ofHours(1);

  private final FrontDoorFiles door;
  private final Records records;
  private final Measures measures;
  private final InstantSource clock;
  private final Expiry expiry = new Expiry("the front door's certificate");
  private final Map<String, X509Certificate> own = new HashMap<>();
  private final Map<String, Instant> alarmed = new HashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable RelayTls relay;

  Upkeep(FrontDoorFiles door, Records records, Measures measures, InstantSource clock) {
    this.door = door;
    this.records = records;
    this.measures = measures;
    this.clock = clock;
    measures.certificate(FRONT_DOOR, () -> days(door.now().notAfter()));
    measures.revocation(CALLERS, () -> overdue(callersDue()));
  }

  /** The channels' identity is looked after too, from now on; the relay reads its files itself. */
  void relay(RelayTls tls) {
    relay = tls;
    measures.certificate(RELAY, () -> days(tls.notAfter()));
    measures.revocation(RELAY, () -> overdue(tls.crlNextUpdate()));
  }

  void start() {
    Thread.ofVirtual()
        .name("upkeep")
        .start(
            () -> {
              try {
                do {
                  try {
                    look();
                  } catch (RuntimeException e) {
                    // What was found before stays; nobody else would look again.
                    LOG.log(Level.WARNING, "looking after certificates failed", e);
                  }
                } while (!closing.await(LOOK_SECONDS, TimeUnit.SECONDS));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  synchronized void look() {
    records.look();
    door.look();
    X509Certificate certificate = door.now().certificate();
    expiry.look(certificate, clock.instant());
    note(FRONT_DOOR, certificate);
    if (alarm(CALLERS, callersDue())) {
      LOG.log(
          Level.WARNING,
          "the revocation list of callers was due for an update at {0}: callers of its CA are"
              + " refused. Fix: put a new one into callers.certificates.crl.file",
          callersDue());
    }
    RelayTls tls = relay;
    if (tls != null) {
      note(RELAY, tls.certificate());
      var _ = alarm(RELAY, tls.crlNextUpdate()); // which the relay logs
    }
  }

  /** Records that one of the gateway's own certificates is another one. */
  private void note(String name, X509Certificate now) {
    X509Certificate before = own.put(name, now);
    if (before != null && !before.equals(now)) {
      records.event(
          AuditRecord.Kind.CERTIFICATE,
          Map.of("what", name, "not_after", now.getNotAfter().toInstant().toString()));
    }
  }

  /** At once, and hourly while it lasts. */
  private boolean alarm(String list, Instant due) {
    Instant now = clock.instant();
    if (!overdue(due) || now.isBefore(alarmed.getOrDefault(list, Instant.MIN).plus(ALARM_EVERY))) {
      return false;
    }
    alarmed.put(list, now);
    measures.alarm("crl-overdue");
    return true;
  }

  private Instant callersDue() {
    return door.now().listsDue().orElse(Instant.MAX);
  }

  private boolean overdue(Instant due) {
    return clock.instant().isAfter(due);
  }

  private long days(Instant notAfter) {
    return Duration.between(clock.instant(), notAfter).toDays();
  }

  /** Sentences for the health page. */
  List<String> problems() {
    List<String> all = new ArrayList<>();
    if (!records.healthy()) {
      all.add(Records.UNRECORDED);
    }
    if (!door.complaint().isEmpty()) {
      all.add("new files of the front door are not used: " + door.complaint());
    }
    ends(all, "the front door's certificate", door.now().notAfter());
    late(
        all,
        "the revocation list of callers",
        callersDue(),
        "callers of its CA are refused. Fix: put a new one into callers.certificates.crl.file");
    RelayTls tls = relay;
    if (tls != null) {
      ends(all, "the certificate for channels", tls.notAfter());
      late(
          all,
          "the CRL for channels",
          tls.crlNextUpdate(),
          "past its grace no agent is trusted. Fix: put a new one into identity.crl.file");
    }
    return all;
  }

  private void ends(List<String> problems, String what, Instant notAfter) {
    Expiry.ahead(notAfter, clock.instant())
        .ifPresent(
            days ->
                problems.add(
                    what
                        + " ends at "
                        + notAfter
                        + ", in less than "
                        + days
                        + " days. Fix: put a renewed one in its place"));
  }

  private void late(List<String> problems, String what, Instant due, String so) {
    if (overdue(due)) {
      problems.add(what + " was due for an update at " + due + ": " + so);
    }
  }

  @Override
  public void close() {
    closing.countDown();
  }
}
