package drawbridge.agent;

import drawbridge.adapters.Answer;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Request;
import drawbridge.adapters.Restrictions;
import drawbridge.agent.policy.Budgets;
import drawbridge.agent.policy.Caller;
import drawbridge.agent.policy.Decision;
import drawbridge.agent.policy.Limits;
import drawbridge.relay.GatewayLink;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import drawbridge.tokens.TokenRefused;
import drawbridge.tokens.TokenVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call may run: everything that is asked before the audit log and the source are touched.
 * Used once, by the call's own thread.
 */
final class Admission {
  static final int CALL_ID_BYTES = 16;
  private static final int MOST_METHODS = 10;

  private final Calls calls;
  private final Served served;
  private final GatewayLink link;
  private final Head head;
  private volatile Caller caller;
  private final RequestBody body;
  private final Lifeline life;
  private final Instant began;
  private String rule = "";
  private volatile Decision.@Nullable Allowed allowed;
  private Budgets.@Nullable Granted granted;

  Admission(
      Calls calls,
      Served served,
      GatewayLink link,
      Head head,
      Caller caller,
      RequestBody body,
      Lifeline life) {
    this.calls = calls;
    this.served = served;
    this.link = link;
    this.head = head;
    this.caller = caller;
    this.began = calls.guards().clock().instant();
    this.body = body;
    this.life = life;
  }

  /** The rule that decided; empty while none has. */
  String rule() {
    return rule;
  }

  /** Who calls, with what a token proved once it was looked at. */
  Caller caller() {
    return caller;
  }

  /** What was taken from the caller's budget; null: nothing. */
  Budgets.@Nullable Granted granted() {
    return granted;
  }

  /**
   * What was decided would be decided so again; true also while nothing has been. A token that has
   * grown old since does not count: the call began in time.
   */
  boolean stillAllowed(Served now) {
    Decision.Allowed had = allowed;
    Operation operation = served.operation(head.getOperation());
    if (had == null || operation == null) {
      return true;
    }
    return calls.guards().pauses().of(caller, served.source(operation.id())).isEmpty()
        && now.operation(operation.id()) != null
        && now.policy().decide(link.gateway(), caller, operation.id(), began)
            instanceof Decision.Allowed again
        && again.restrictions().equals(had.restrictions());
  }

  /** What came of it. */
  sealed interface Decided {}

  /** It ends here, and nothing ran. */
  record Refused(Problem problem) implements Decided {}

  /** It may run. */
  record Admitted(
      Operation operation,
      Limits limits,
      Restrictions restrictions,
      Answer.Format format,
      Map<String, Object> arguments,
      Request request)
      implements Decided {}

  /** Waits for the body, at most until the deadline. */
  Decided decide() {
    if (head.getCallId().size() != CALL_ID_BYTES) {
      return new Refused(
          Problem.of(Code.INVALID_ARGUMENT, "The gateway sent a call without a valid id."));
    }
    Problem unproven = prove();
    if (unproven != null) {
      return new Refused(unproven);
    }
    Operation operation = served.operation(head.getOperation());
    if (operation == null) {
      return new Refused(unknown());
    }
    Decision.Allowed allowed;
    switch (served.policy().decide(link.gateway(), caller, operation.id(), began)) {
      case Decision.Forbidden forbidden -> {
        rule = forbidden.rule();
        return new Refused(Problem.forbidden(forbidden.reason()));
      }
      case Decision.Allowed decided -> allowed = decided;
    }
    rule = allowed.rule();
    this.allowed = allowed;
    // Whoever reloads or pauses asks calls that have been decided; this one looks by itself.
    Served now = calls.served();
    Problem paused = paused(operation);
    if (paused != null) {
      return new Refused(paused);
    }
    if (!now.equals(served) && !stillAllowed(now)) {
      return new Refused(Problem.revoked());
    }
    Limits limits;
    switch (calls.guards().budgets().take(allowed.payer(), allowed.limits())) {
      case Budgets.Taken.Wait wait -> {
        return new Refused(
            Problem.because(
                    Code.TOO_MANY_CALLS,
                    "This caller has made too many calls.",
                    "no budget left: " + wait.what())
                .retryAfter(wait.time()));
      }
      case Budgets.Granted taken -> {
        granted = taken;
        limits = taken.limits();
      }
    }
    long underWay = Math.max(0, link.elapsed().applyAsLong(head.getClock()));
    long left = Integer.toUnsignedLong(head.getDeadlineMs()) - underWay;
    if (left <= 0) {
      return new Refused(
          Problem.of(
              Code.DEADLINE_EXCEEDED, "The call reached the agent too late and was not started."));
    }
    life.deadline(
        System.nanoTime() + Math.min(Duration.ofMillis(left).toNanos(), limits.time().toNanos()));
    Answer.Format format = format(head.getFormat());
    if (format == null) {
      return new Refused(
          Problem.of(
              Code.NOT_ACCEPTABLE,
              "Answers are application/json, application/x-ndjson or text/csv."));
    }
    if (!life.await(body::complete)) {
      return new Refused(Problem.gone(life));
    }
    if (body.tooLong()) {
      return new Refused(Problem.of(Code.INVALID_ARGUMENT, "The body of the request is too long."));
    }
    try {
      return new Admitted(
          operation,
          limits,
          allowed.restrictions(),
          format,
          calls.arguments().read(operation, head.getArgumentsList(), body.bytes()),
          Requests.of(
              operation, head, caller.attributes(), allowed.restrictions(), calls.pageKey()));
    } catch (FaultException e) {
      return new Refused(Problem.from(e.fault()));
    } catch (RuntimeException e) {
      return new Refused(Problem.internal(e));
    }
  }

  /** Verifies the token that came, if any; null: all is well. */
  private @Nullable Problem prove() {
    TokenVerifier verifier = calls.guards().tokens().orElse(null);
    if (verifier == null || head.getToken().isEmpty()) {
      return null;
    }
    try {
      caller = caller.with(verifier.verify(head.getToken()));
      return null;
    } catch (TokenRefused e) {
      return Problem.because(
          Code.UNAUTHENTICATED,
          "The token was refused: " + e.code() + ".",
          String.valueOf(e.getMessage()));
    }
  }

  /** A paused caller learns nothing; of a paused source everybody may know. */
  private @Nullable Problem paused(Operation operation) {
    Pauses.Pause pause =
        calls.guards().pauses().of(caller, served.source(operation.id())).orElse(null);
    if (pause == null) {
      return null;
    }
    String reason = "paused by the admin: " + pause;
    return pause.kind() == Pauses.Kind.CALLER
        ? Problem.forbidden(reason)
        : Problem.because(Code.SOURCE_UNAVAILABLE, "The admin has paused this.", reason)
            .retryAfter(Duration.ofSeconds(30));
  }

  /**
   * Inside an API that the caller may view, what is missing is named; elsewhere it is forbidden.
   */
  private Problem unknown() {
    String id = head.getOperation();
    String api = id.substring(0, Math.max(0, id.lastIndexOf('/')));
    if (!served.policy().views(link.gateway(), caller, api, began)) {
      return Problem.forbidden("there is no such operation");
    }
    List<String> methods =
        head.getOtherMethodsList().stream()
            .filter(method -> method.matches("[A-Z]{1,10}"))
            .limit(MOST_METHODS)
            .toList();
    return methods.isEmpty()
        ? Problem.of(Code.NOT_FOUND, "There is no such operation in this API.")
        : Problem.of(Code.METHOD_NOT_ALLOWED, "This path has other methods.").allow(methods);
  }

  private static Answer.@Nullable Format format(String wanted) {
    return switch (wanted) {
      case "", "application/json" -> Answer.Format.JSON;
      case "application/x-ndjson" -> Answer.Format.NDJSON;
      case "text/csv" -> Answer.Format.CSV;
      default -> null;
    };
  }
}
