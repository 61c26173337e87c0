package drawbridge.relay;

import static drawbridge.relay.Constants.PROBE_AFTER;
import static drawbridge.relay.Constants.PROBE_EVERY;

/**
 * Keeps account of whether the channel gets anywhere: probes, suspicion, patience. Pure; not
 * thread-safe.
 */
final class Progress {
  private static final long NEVER = Long.MAX_VALUE;

  private final boolean opener;
  private final Tuning tuning;
  private long last;
  private long activeSince = -1;
  private long dueSince = -1;
  private boolean owed;
  private boolean healthy = true;
  private long healthySince;
  private long probes;
  private long answered;
  private long probedAt;
  private boolean askNow;

  Progress(boolean opener, Tuning tuning, long now) {
    this.opener = opener;
    this.tuning = tuning;
    this.last = now;
    this.probedAt = now;
    this.healthySince = now;
  }

  void opened(long now) {
    made(now);
  }

  /** The peer told something new. */
  void made(long now) {
    last = now;
    dueSince = waiting() ? now : -1;
  }

  /** The channel waits for the peer to acknowledge, or it does not. */
  void due(boolean isDue, long now) {
    owed = isDue;
    if (!waiting()) {
      dueSince = -1;
    } else if (dueSince < 0) {
      dueSince = now;
    }
  }

  private boolean waiting() {
    return owed || probes > answered;
  }

  /** As {@link #due}, and also while bytes are held back by the limit. */
  void active(boolean isActive, long now) {
    if (!isActive) {
      activeSince = -1;
    } else if (activeSince < 0) {
      activeSince = now;
    }
  }

  /** Whether the answer is to the newest probes and so is progress. */
  boolean answered(long probe, long now) {
    if (probe <= answered || probe > probes) {
      return false;
    }
    answered = probe;
    made(now);
    return true;
  }

  void link(boolean isHealthy, long now) {
    if (isHealthy && !healthy) {
      healthySince = now;
    }
    healthy = isHealthy;
  }

  /** A probe is due whatever the timers say. */
  void askNow() {
    askNow = true;
  }

  /** When a probe is due. */
  long probeAt(boolean active) {
    if (askNow) {
      return Long.MIN_VALUE;
    }
    if (active) {
      long since = Math.max(last, activeSince);
      return Math.max(since + PROBE_AFTER, probes > 0 ? probedAt + PROBE_EVERY : 0);
    }
    if (probes > answered) {
      return probedAt + PROBE_EVERY;
    }
    return opener ? Math.max(last, probedAt) + tuning.idle() : NEVER;
  }

  /** Counts a probe and gives its number. */
  long probe(long now) {
    askNow = false;
    probedAt = now;
    probes++;
    if (dueSince < 0) {
      dueSince = now;
    }
    return probes;
  }

  long probes() {
    return probes;
  }

  long last() {
    return last;
  }

  /** An answer is due for that long, not counting the time before our own link came back. */
  boolean overdue(long milliseconds, long now) {
    return dueSince >= 0 && healthy && now - Math.max(dueSince, healthySince) >= milliseconds;
  }

  /** When suspicion or patience may change. */
  long wake() {
    if (dueSince < 0 || !healthy) {
      return NEVER;
    }
    long since = Math.max(dueSince, healthySince);
    return since + tuning.patience();
  }

  void ended() {
    dueSince = -1;
  }
}
