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
import drawbridge.tokens.Token;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
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

  /** What people are told while it is so. */
  static final String UNRECORDED =
      "the gateway's audit log cannot be written, so no call begins. Fix: make room on its disk, or"
          + " mend it; no restart is needed";

  private final String gateway;
  private final @Nullable AuditLog log;
  private final Optional<Anchors> anchors;
  private final Measures measures;
  private boolean told;

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
          "gateway.yaml has no section audit: no log of its own, and nothing vouches for those of"
              + " the agents");
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

  /** Tells people once that the log cannot be written, and once that it can. */
  synchronized void look() {
    boolean well = healthy();
    if (!well && !told) {
      measures.alarm("audit-not-written");
      LOG.log(Level.WARNING, UNRECORDED);
    } else if (well && told) {
      LOG.log(Level.INFO, "the gateway's audit log is written again, and calls begin");
    }
    told = !well;
  }

  /**
   * Who asked for what.
   *
   * @param id of the call, 32 hexadecimal digits
   * @param token that was verified here; null: none came
   */
  record Asked(
      String id,
      int attempt,
      String operation,
      Caller caller,
      @Nullable Token token,
      String trace) {}

  /**
   * How it ended.
   *
   * @param sent it was sent to an agent
   * @param word as the metrics have it: {@code done}, {@code hung-up}, or a fault's
   * @param status that the caller got; 0: a reply's, or none
   * @param why for people; empty: nothing went wrong
   * @param reference that the caller got; empty: none
   */
  record Ending(boolean sent, String word, int status, String why, String reference, long nanos) {}

  /** A call is sent to an agent. */
  void sent(Asked asked, Link link) {
    if (log != null) {
      offer(
          AuditRecord.begin(about(asked))
              .with(Map.of("site", link.agent().site(), "agent", link.agent().agent())));
    }
  }

  /** A call has ended, or something else that the gateway answered itself. */
  void ended(Asked asked, Ending ending) {
    if (log == null) {
      return;
    }
    boolean done = ending.word().equals("done");
    AuditRecord.About about = about(asked);
    AuditRecord.Result result =
        new AuditRecord.Result(
            ending.sent() || done ? outcome(ending.word()) : Outcome.REFUSED,
            done ? "" : ending.word(),
            ending.status(),
            ending.why(),
            ending.reference(),
            0,
            0,
            0,
            ending.nanos() / 1_000);
    if (ending.sent()) {
      offer(AuditRecord.end(about, result));
    } else {
      offer(
          (done ? AuditRecord.call(about, result) : AuditRecord.refused(about, result))
              .with(Map.of("sent", "no")));
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

  private AuditRecord.About about(Asked asked) {
    Caller caller = asked.caller();
    Token token = asked.token();
    Identity.Builder identity =
        Identity.builder()
            .proven(Identity.SUBJECT, caller.getSubject())
            .proven(Identity.ISSUER, caller.getIssuer())
            .proven(Identity.FINGERPRINT, caller.getFingerprint())
            .proven(Identity.ADDRESS, caller.getAddress());
    if (token != null) {
      identity
          .proven(Identity.PROOF, "token")
          .proven(Identity.TOKEN_HASH, token.hash())
          .proven(Identity.TENANT, token.tenant())
          .proven(Identity.APP, token.app())
          .proven(token.delegated() ? Identity.USER : Identity.OBJECT, token.user());
    }
    caller
        .getHeadersList()
        .forEach(header -> identity.claimed(Identity.HEADER + header.getName(), header.getValue()));
    return new AuditRecord.About(
        asked.id(),
        asked.attempt(),
        asked.operation(),
        gateway,
        identity.build(),
        "",
        "",
        List.of(),
        "",
        asked.trace());
  }

  /** Records something of a channel, such as that it opened. */
  void event(AuditRecord.Kind kind, String peer, Map<String, String> details) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("peer", peer);
    all.putAll(details);
    event(kind, all);
  }

  /** Records something that is no call, of the gateway itself. */
  void event(AuditRecord.Kind kind, Map<String, String> details) {
    if (log != null) {
      Map<String, String> all = new LinkedHashMap<>();
      all.put("gateway", gateway);
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
