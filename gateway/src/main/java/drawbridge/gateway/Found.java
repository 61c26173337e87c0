package drawbridge.gateway;

import drawbridge.relay.wire.Caller;
import drawbridge.tokens.Token;
import drawbridge.traces.Span;
import org.jspecify.annotations.Nullable;

/** What is known of a call so far, and how it ended. Confined to the call's thread. */
final class Found {
  @Nullable Site site;
  Routes.@Nullable Match match;
  int api;
  @Nullable Target target;
  String format = "";
  String token = "";

  /** What the token proves. */
  @Nullable Token proof;

  boolean replying;

  // ---- of a fault, as the caller got it
  int status;
  String why = "";
  String reference = "";

  /** What is read that is no operation, for the record. */
  String shown = "";

  Caller caller = Caller.getDefaultInstance();
  int attempt;

  /** Of this call in the gateway. */
  final Span span;

  private final String id;
  private final String trace;
  private final Records records;
  private final Measures measures;

  Found(String id, String trace, Span span, Records records, Measures measures) {
    this.records = records;
    this.measures = measures;
    this.span = span;
    this.id = id;
    this.trace = trace;
  }

  /** As the caller and both audit logs know it. */
  String id() {
    return id;
  }

  /** About to be sent to an agent. */
  void sent(Link link, int number) {
    attempt = number;
    if (match != null) {
      records.sent(asked(), link);
    }
  }

  boolean safe() {
    return match != null && match.safe();
  }

  /** Helidon itself answers, and has it recorded then; but an agent may have been asked. */
  void refusedBelow(long start) {
    if (attempt > 0) {
      why = "the rest of the request was refused";
      done("refused", start);
    } else {
      measured("refused", start);
    }
  }

  void done(String outcome, long start) {
    measured(outcome, start);
    records.ended(asked(), ending(outcome, start));
  }

  private Records.Asked asked() {
    return new Records.Asked(
        id, Math.max(1, attempt), match == null ? shown : match.id(), caller, proof, trace);
  }

  Records.Ending ending(String outcome, long start) {
    return new Records.Ending(
        attempt > 0, outcome, status, why, reference, System.nanoTime() - start);
  }

  private void measured(String outcome, long start) {
    String name = site == null ? Measures.NONE : site.name();
    String operation = match == null || match.entry() == null ? Measures.NONE : match.id();
    long nanos = System.nanoTime() - start;
    measures.operation(name, operation).done(outcome, nanos);
    endSpan(name, operation, outcome);
  }

  /**
   * Names from settings and catalogues alone: a path or a query may hold what nobody else shall
   * see.
   */
  private void endSpan(String site, String operation, String outcome) {
    span.name(operation);
    span.note("drawbridge.call", id);
    span.note("drawbridge.site", site);
    span.note("drawbridge.operation", operation);
    span.note("drawbridge.outcome", outcome);
    span.note("drawbridge.attempts", attempt);
    if (!outcome.equals("done")) {
      span.failed(outcome);
    }
    span.end();
  }
}
