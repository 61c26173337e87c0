package drawbridge.agent;

import drawbridge.agent.policy.Difference;
import drawbridge.audit.AuditLog;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.AuditUnavailable;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * What the audit log says of the agent itself, beside its calls. What somebody changed is recorded
 * for certain: while the disk takes nothing it is kept, and written before anything else happens on
 * it again. Thread-safe.
 */
final class Records {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");
  private static final int MOST_OWED = 1_000;

  /** Of the texts in one field; audit lines cut longer ones. */
  private static final int LONGEST = 500;

  private final AuditLog audit;

  /** What the disk would not take yet, oldest first; also the lock on it. */
  private final Queue<AuditRecord> owed = new ArrayDeque<>();

  Records(AuditLog audit) {
    this.audit = audit;
  }

  /**
   * Another reading of the site folder is served.
   *
   * @param ended calls that are not allowed any more
   */
  void reloaded(Served before, Served now, int ended) {
    List<String> changes =
        Difference.of(
            before.policy(),
            before.operations().keySet(),
            now.policy(),
            now.operations().keySet(),
            before.files(),
            now.files());
    for (String change : changes) {
      LOG.log(System.Logger.Level.INFO, "site folder read again: {0}", change);
    }
    LOG.log(
        System.Logger.Level.INFO,
        "the site folder is served as {0} from now on; calls ended: {1}",
        now.digest(),
        ended);
    Map<String, String> details = new LinkedHashMap<>();
    details.put("digest", now.digest());
    details.put("before", before.digest());
    details.put("revoked", Integer.toString(ended));
    for (String part : parts(changes)) {
      details.put("changes", part);
      certain(AuditRecord.Kind.RELOAD, new LinkedHashMap<>(details));
    }
  }

  /** As many texts as it takes, each short enough for a field; at least one. */
  private static List<String> parts(List<String> changes) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (String change : changes) {
      if (!part.isEmpty() && part.length() + change.length() > LONGEST) {
        parts.add(part.toString());
        part.setLength(0);
      }
      part.append(part.isEmpty() ? "" : "; ").append(change);
    }
    parts.add(part.toString());
    return parts;
  }

  /** Changed files are not served. */
  void reloadRefused(String why) {
    LOG.log(
        System.Logger.Level.WARNING,
        "the site folder has changed and cannot be served; the last good one stays: {0}",
        why);
    certain(AuditRecord.Kind.RELOAD_REFUSED, Map.of("why", why));
  }

  /**
   * The admin paused or resumed something.
   *
   * @param paused all that is now
   * @param ended calls that are not allowed any more
   */
  void paused(String paused, int ended) {
    LOG.log(System.Logger.Level.INFO, "paused: {0}; calls ended: {1}", paused, ended);
    certain(AuditRecord.Kind.PAUSE, Map.of("paused", paused, "revoked", Integer.toString(ended)));
  }

  void certificateChanged(Instant notAfter) {
    certain(AuditRecord.Kind.CERTIFICATE, Map.of("not_after", notAfter.toString()));
  }

  /** Of a channel, what happens by itself and must not wait for a disk. */
  void channel(AuditRecord.Kind kind, String gateway, Map<String, String> details) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("gateway", gateway);
    all.putAll(details);
    if (!audit.offer(AuditRecord.event(kind, all))) {
      LOG.log(System.Logger.Level.WARNING, "an audit record was lost: {0} {1}", kind, all);
    }
  }

  private void certain(AuditRecord.Kind kind, Map<String, String> details) {
    synchronized (owed) {
      if (owed.size() == MOST_OWED) {
        LOG.log(System.Logger.Level.ERROR, "an audit record was lost: {0}", owed.remove());
      }
      owed.add(AuditRecord.event(kind, details));
      settle();
    }
  }

  /** Tries again what the disk would not take; at most some seconds. Called every second. */
  void settle() {
    synchronized (owed) {
      try {
        while (!owed.isEmpty()) {
          audit.record(owed.element());
          owed.remove();
        }
      } catch (AuditUnavailable e) {
        // The log says so itself, and no call is carried out meanwhile.
      }
    }
  }
}
