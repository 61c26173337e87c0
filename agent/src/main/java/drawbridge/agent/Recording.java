package drawbridge.agent;

import drawbridge.adapters.AuditPlan;
import drawbridge.adapters.Request;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.Identity;
import drawbridge.audit.Recorded;
import drawbridge.audit.ValueKeys;
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Header;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What of one call's values goes into the audit log, and how: as a keyed hash, in clear, or only
 * the name. Used by the call's own thread.
 */
final class Recording {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent.jobs");

  /** Of the keys of returned rows; beyond that the record says that there were more. */
  static final int MOST_KEYS = 256;

  private static final int MOST_HEADERS = 16;

  private final ValueKeys.Hashes hashes;
  private final AuditPlan plan;
  private final List<Recorded> keys = new ArrayList<>();
  private boolean keysCut;
  private String job = "";

  Recording(ValueKeys keys, AuditPlan plan) {
    this.hashes = keys.hashes();
    this.plan = plan;
  }

  /** The id of the key that values are hashed with. */
  String valuesKey() {
    return hashes.key();
  }

  /** Of a call that was refused before its arguments were understood. */
  List<Recorded> given(Head head) {
    return head.getArgumentsList().stream()
        .map((Argument one) -> recorded(one.getName(), one.getValue()))
        .toList();
  }

  /** Of a call that may run: as its types say, so that 7 and 07 are the same number. */
  List<Recorded> understood(Map<String, Object> arguments, Request request) {
    List<Recorded> all = new ArrayList<>();
    new TreeMap<>(arguments).forEach((name, value) -> all.add(recorded(name, text(value))));
    new TreeMap<>(request.options()).forEach((name, value) -> all.add(recorded(name, value)));
    new TreeMap<>(request.headers()).forEach((name, value) -> all.add(recorded(name, value)));
    return all;
  }

  private Recorded recorded(String name, String value) {
    if (plan.omitted().contains(name)) {
      return Recorded.omitted(name);
    }
    return plan.clear().contains(name) ? Recorded.clear(name, value) : hashes.hashed(name, value);
  }

  static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case BigDecimal number ->
          number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
      case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
      default -> value.toString();
    };
  }

  /** The columns whose values are kept. */
  List<String> keyColumns() {
    return plan.columns();
  }

  void key(String column, String value) {
    if (keys.size() < MOST_KEYS) {
      keys.add(recorded(column, value));
    } else {
      keysCut = true;
    }
  }

  /** The job of the source that does the work; where there are several, the last one. */
  void servedBy(String name) {
    job = name;
  }

  /** Empty: the source told none. */
  String job() {
    return job;
  }

  /** The log's line of a call that a host job did: who looks there finds the job by the call. */
  void log(String call, String operation, String gateway, long micros) {
    if (!job.isEmpty()) {
      LOG.log(
          System.Logger.Level.INFO,
          "call {0} of {1} by {2} in job {3}: done in {4} ms",
          call,
          operation,
          gateway,
          job,
          Long.toString(micros / 1_000));
    }
  }

  AuditRecord.Result with(AuditRecord.Result result) {
    return keys.isEmpty() && job.isEmpty() ? result : result.told(List.copyOf(keys), keysCut, job);
  }

  /** All of it is the gateway's word, and what headers say is not even that. */
  static Identity.Builder claimed(Caller caller) {
    Identity.Builder identity =
        Identity.builder()
            .claimed(Identity.SUBJECT, caller.getSubject())
            .claimed(Identity.ISSUER, caller.getIssuer())
            .claimed(Identity.FINGERPRINT, caller.getFingerprint())
            .claimed(Identity.ADDRESS, caller.getAddress());
    for (Header header :
        caller.getHeadersList().subList(0, Math.min(MOST_HEADERS, caller.getHeadersCount()))) {
      identity.claimed(Identity.HEADER + header.getName(), header.getValue());
    }
    return identity;
  }
}
