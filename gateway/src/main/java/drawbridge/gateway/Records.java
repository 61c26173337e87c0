package drawbridge.gateway;

import drawbridge.audit.AnchorStore;
import drawbridge.audit.AuditLog;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.AuditRecord.Outcome;
import drawbridge.audit.AuditSettings;
import drawbridge.audit.AuditUnavailable;
import drawbridge.audit.Identity;
import drawbridge.relay.wire.Caller;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's own audit log, and what it keeps of the agents' logs; nothing where gateway.yaml
 * has no section {@code audit}. Thread-safe. The agents' logs hold what happened; this one shows
 * whether they hold all of it. So calls do not wait for it, but while it cannot be written none
 * begins.
 */
final class Records implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.audit");

  private final String gateway;
  private final @Nullable AuditLog log;
  private final Optional<Anchors> anchors;
  private final Measures measures;

  private Records(
      String gateway, @Nullable AuditLog log, Optional<Anchors> anchors, Measures measures) {
    this.gateway = gateway;
    this.log = log;
    this.anchors = anchors;
    this.measures = measures;
  }

  /**
   * Opens the log and records the start.
   *
   * @throws SettingsException where the folder cannot be used
   */
  static Records open(GatewaySettings settings, Measures measures) {
    if (settings.audit().isEmpty()) {
      LOG.log(
          Level.WARNING,
          "gateway.yaml has no section audit: no log of its own, and nothing vouches for those of the"
              + " agents");
      return new Records(settings.name(), null, Optional.empty(), measures);
    }
    AuditSettings audit = settings.audit().get();
    try {
      Path beside = audit.folder().resolveSibling(audit.folder().getFileName() + "-anchors");
      AnchorStore store = AnchorStore.open(beside, InstantSource.system());
      AuditLog log = AuditLog.open(audit);
      Records records =
          new Records(settings.name(), log, Optional.of(new Anchors(store, measures)), measures);
      try {
        log.record(
            AuditRecord.event(
                AuditRecord.Kind.START,
                Map.of("gateway", settings.name(), "service.version", Gateway.VERSION)));
      } catch (AuditUnavailable e) {
        records.close();
        throw unusable(settings, e);
      }
      return records;
    } catch (IOException e) {
      throw unusable(settings, e);
    }
  }

  private static SettingsException unusable(GatewaySettings settings, Exception e) {
    return new SettingsException(
        settings.file().file(),
        0,
        "audit.folder",
        "the audit log cannot be written there: " + e.getMessage(),
        "free the folder, or name one that this program's user may write");
  }

  Optional<Anchors> anchors() {
    return anchors;
  }

  /** False: no call may begin. */
  boolean healthy() {
    return log == null || log.healthy();
  }

  /** A call is sent to an agent. */
  void sent(byte[] id, int attempt, String operation, Caller caller, String trace, Link link) {
    if (log != null) {
      AuditRecord.About about = about(id, attempt, operation, caller, trace);
      offer(
          AuditRecord.begin(about)
              .with(Map.of("site", link.agent().site(), "agent", link.agent().agent())));
    }
  }

  /**
   * A call has ended.
   *
   * @param sent it was sent to an agent
   * @param word as the metrics have it: {@code done}, {@code hung-up}, or a fault's
   */
  void ended(
      byte[] id,
      int attempt,
      String operation,
      Caller caller,
      String trace,
      boolean sent,
      String word,
      long nanos) {
    if (log == null) {
      return;
    }
    Outcome outcome = outcome(word);
    AuditRecord.About about = about(id, attempt, operation, caller, trace);
    AuditRecord.Result result =
        new AuditRecord.Result(
            sent ? outcome : Outcome.REFUSED,
            word.equals("done") ? "" : word,
            0,
            "",
            "",
            0,
            0,
            0,
            nanos / 1_000);
    if (sent) {
      offer(AuditRecord.end(about, result));
    } else {
      Map<String, String> more = new HashMap<>();
      more.put("sent", "no");
      offer(AuditRecord.refused(about, result).with(more));
    }
  }

  private static Outcome outcome(String word) {
    return switch (word) {
      case "done" -> Outcome.OK;
      case "hung-up", "cancelled" -> Outcome.CANCELLED;
      case "outcome-unknown" -> Outcome.UNKNOWN;
      case "broken-off", "internal", "source-error", "deadline-exceeded" -> Outcome.FAILED;
      default -> Outcome.REFUSED;
    };
  }

  private AuditRecord.About about(
      byte[] id, int attempt, String operation, Caller caller, String trace) {
    Identity.Builder identity =
        Identity.builder()
            .proven(Identity.SUBJECT, caller.getSubject())
            .proven(Identity.ISSUER, caller.getIssuer())
            .proven(Identity.FINGERPRINT, caller.getFingerprint())
            .proven(Identity.ADDRESS, caller.getAddress());
    caller
        .getHeadersList()
        .forEach(header -> identity.claimed(Identity.HEADER + header.getName(), header.getValue()));
    return new AuditRecord.About(
        HexFormat.of().formatHex(id),
        attempt,
        operation,
        gateway,
        identity.build(),
        "",
        "",
        List.of(),
        "",
        trace);
  }

  /** Records something that is no call, such as a channel that opened. */
  void event(AuditRecord.Kind kind, String peer, Map<String, String> details) {
    if (log != null) {
      Map<String, String> all = new java.util.LinkedHashMap<>();
      all.put("gateway", gateway);
      all.put("peer", peer);
      all.putAll(details);
      offer(AuditRecord.event(kind, all));
    }
  }

  private void offer(AuditRecord record) {
    if (log != null && !log.offer(record)) {
      measures.alarm("audit-record-lost");
    }
  }

  @Override
  public void close() {
    if (log != null) {
      try {
        log.close();
      } catch (IOException e) {
        LOG.log(Level.WARNING, "the audit log did not close cleanly: " + e);
      }
    }
  }
}
