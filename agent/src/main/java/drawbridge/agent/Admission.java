package drawbridge.agent;

import drawbridge.adapters.Answer;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Request;
import drawbridge.adapters.Restrictions;
import drawbridge.agent.policy.Caller;
import drawbridge.agent.policy.Decision;
import drawbridge.agent.policy.Limits;
import drawbridge.relay.GatewayLink;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import java.time.Duration;
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
  private final Caller caller;
  private final RequestBody body;
  private final Lifeline life;
  private String rule = "";

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
    this.body = body;
    this.life = life;
  }

  /** The rule that decided; empty while none has. */
  String rule() {
    return rule;
  }

  /** What came of it. */
  sealed interface Decided {}

  /** It ends here, and nothing ran. */
  record Refused(Problem problem) implements Decided {}

  /** It may run. */
  record Admitted(
      Operation operation,
      Limits limits,
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
    Operation operation = served.operation(head.getOperation());
    if (operation == null) {
      return new Refused(unknown());
    }
    Decision.Allowed allowed;
    switch (served.policy().decide(link.gateway(), caller, operation.id())) {
      case Decision.Forbidden forbidden -> {
        rule = forbidden.rule();
        return new Refused(Problem.forbidden(forbidden.reason()));
      }
      case Decision.Allowed decided -> allowed = decided;
    }
    rule = allowed.rule();
    Limits limits = allowed.limits();
    Duration wait = calls.budgets().take(allowed.payer(), limits.calls());
    if (!wait.isZero()) {
      return new Refused(
          Problem.of(Code.TOO_MANY_CALLS, "This caller has made too many calls.").retryAfter(wait));
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
          format,
          calls.arguments().read(operation, head.getArgumentsList(), body.bytes()),
          Requests.of(
              operation, head, Requests.attributes(caller), Restrictions.NONE, calls.pageKey()));
    } catch (FaultException e) {
      return new Refused(Problem.from(e.fault()));
    } catch (RuntimeException e) {
      return new Refused(Problem.internal(e));
    }
  }

  /**
   * Inside an API that the caller may view, what is missing is named; elsewhere it is forbidden.
   */
  private Problem unknown() {
    String id = head.getOperation();
    String api = id.substring(0, Math.max(0, id.lastIndexOf('/')));
    if (!served.policy().views(link.gateway(), caller, api)) {
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
