package drawbridge.agent;

import drawbridge.adapters.Fault;
import drawbridge.relay.wire.Fault.Code;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a call has no answer, in the words of the wire, and what only log and audit may know.
 *
 * @param message a safe sentence for the caller
 * @param reason for log and audit; empty: the message says it all
 * @param ran the operation's action had been started
 */
record Problem(
    Code code,
    String message,
    String parameter,
    Duration retryAfter,
    List<String> allow,
    String reason,
    boolean ran,
    @Nullable Throwable cause,
    Fault.Reason onTheSource) {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");

  Problem(
      Code code,
      String message,
      String parameter,
      Duration retryAfter,
      List<String> allow,
      String reason,
      boolean ran,
      @Nullable Throwable cause) {
    this(code, message, parameter, retryAfter, allow, reason, ran, cause, Fault.Reason.NONE);
  }

  static Problem of(Code code, String message) {
    return because(code, message, "");
  }

  static Problem because(Code code, String message, String reason) {
    return new Problem(code, message, "", Duration.ZERO, List.of(), reason, false, null);
  }

  /** One message for what is forbidden and what does not exist, so that neither can be told. */
  static Problem forbidden(String reason) {
    return because(
        Code.FORBIDDEN, "This caller may not call this operation, or there is none.", reason);
  }

  static Problem auditUnavailable(String reason) {
    return because(
        Code.AUDIT_UNAVAILABLE, "The call could not be recorded, so it was not answered.", reason);
  }

  /** Nobody waits any more. */
  static Problem gone(Lifeline life) {
    return switch (life.state()) {
      case CANCELLED -> of(Code.CANCELLED, "The caller went away.");
      case REVOKED -> revoked();
      case WANTED, LATE -> of(Code.DEADLINE_EXCEEDED, "The call took longer than it was given.");
    };
  }

  /** What was allowed when it began is not allowed any more. */
  static Problem revoked() {
    return because(
        Code.REVOKED,
        "The permission for this call was withdrawn while it ran.",
        "revoked: the policy or a pause does not allow it any more");
  }

  static Problem outcomeUnknown(String reason, @Nullable Throwable cause) {
    return new Problem(
        Code.OUTCOME_UNKNOWN,
        "The call may or may not have been carried out. Look before you try again.",
        "",
        Duration.ZERO,
        List.of(),
        reason,
        true,
        cause);
  }

  /** The one place that turns what nobody expected into a fault. */
  static Problem internal(Throwable cause) {
    return new Problem(
        Code.INTERNAL,
        "Something went wrong in the agent.",
        "",
        Duration.ZERO,
        List.of(),
        cause.getClass().getName(),
        false,
        cause);
  }

  static Problem from(Fault fault) {
    return new Problem(
        code(fault.code()),
        fault.message(),
        fault.parameter(),
        fault.retryAfter(),
        List.of(),
        "",
        false,
        fault.cause(),
        fault.reason());
  }

  private static Code code(Fault.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT -> Code.INVALID_ARGUMENT;
      case NOT_FOUND -> Code.NOT_FOUND;
      case NOT_ACCEPTABLE -> Code.NOT_ACCEPTABLE;
      case TOO_LARGE -> Code.TOO_LARGE;
      case BUSY -> Code.BUSY;
      case SOURCE_UNAVAILABLE -> Code.SOURCE_UNAVAILABLE;
      case SOURCE_ERROR -> Code.SOURCE_ERROR;
      case DEADLINE_EXCEEDED -> Code.DEADLINE_EXCEEDED;
      case OUTCOME_UNKNOWN -> Code.OUTCOME_UNKNOWN;
      case CANCELLED -> Code.CANCELLED;
      case CONFLICT -> Code.CONFLICT;
      case PRECONDITION_FAILED -> Code.PRECONDITION_FAILED;
      case UNPROCESSABLE -> Code.UNPROCESSABLE;
      case FORBIDDEN -> Code.FORBIDDEN;
      case INTERNAL -> Code.INTERNAL;
    };
  }

  /** The action had been started, so only what it says of itself is known. */
  Problem afterRun() {
    return new Problem(
        code, message, parameter, retryAfter, allow, reason, true, cause, onTheSource);
  }

  Problem retryAfter(Duration wait) {
    return new Problem(code, message, parameter, wait, allow, reason, ran, cause, onTheSource);
  }

  Problem allow(List<String> methods) {
    return new Problem(
        code, message, parameter, retryAfter, methods, reason, ran, cause, onTheSource);
  }

  /**
   * Trying the very same call again can help, and cannot do harm: nothing ran, or what ran changes
   * nothing. BUSY and SOURCE_UNAVAILABLE say themselves that nothing ran.
   */
  boolean retryable(boolean safe) {
    return switch (code) {
      case TOO_MANY_CALLS, BUSY, SOURCE_UNAVAILABLE -> true;
      case SOURCE_ERROR, DEADLINE_EXCEEDED, CANCELLED, INTERNAL, AUDIT_UNAVAILABLE -> safe || !ran;
      case UNSPECIFIED,
          FORBIDDEN,
          UNAUTHENTICATED,
          NOT_FOUND,
          METHOD_NOT_ALLOWED,
          INVALID_ARGUMENT,
          NOT_ACCEPTABLE,
          TOO_LARGE,
          OUTCOME_UNKNOWN,
          CONFLICT,
          PRECONDITION_FAILED,
          UNPROCESSABLE,
          SITE_UNAVAILABLE,
          REVOKED,
          UNRECOGNIZED ->
          false;
    };
  }

  /**
   * Once an action that changes something has been started, these leave open whether it did: it was
   * interrupted, or failed in a way that it does not speak of.
   */
  boolean leavesOutcomeOpen() {
    return switch (code) {
      case DEADLINE_EXCEEDED, CANCELLED, REVOKED, INTERNAL, AUDIT_UNAVAILABLE, OUTCOME_UNKNOWN ->
          true;
      case UNSPECIFIED,
          FORBIDDEN,
          UNAUTHENTICATED,
          NOT_FOUND,
          METHOD_NOT_ALLOWED,
          INVALID_ARGUMENT,
          NOT_ACCEPTABLE,
          TOO_LARGE,
          TOO_MANY_CALLS,
          BUSY,
          SOURCE_UNAVAILABLE,
          SOURCE_ERROR,
          CONFLICT,
          PRECONDITION_FAILED,
          UNPROCESSABLE,
          SITE_UNAVAILABLE,
          UNRECOGNIZED ->
          false;
    };
  }

  /** What the admin can do about it; empty: only the caller can, or nobody need. */
  String fix() {
    return switch (code) {
      case FORBIDDEN ->
          "if it shall be allowed: “drawbridge policy explain” says which rule is missing";
      case UNAUTHENTICATED ->
          "see the reason; compare tokens in agent.yaml with what the caller sends";
      case TOO_MANY_CALLS ->
          "if the caller needs more: raise the limits of its rule in policy.yaml";
      case BUSY ->
          "add an agent to the site, raise the source's pool, or lower the callers' limits";
      case SOURCE_UNAVAILABLE -> "run “drawbridge agent check”: it names the cause";
      case SOURCE_ERROR -> "find the reference in the log: what the source said stands there";
      case DEADLINE_EXCEEDED ->
          "see whether the source is slow, or raise time in the rule's limits";
      case TOO_LARGE -> "if the caller needs more: raise rows or bytes in the rule's limits";
      case OUTCOME_UNKNOWN ->
          "look in the source whether it was carried out; the audit log has the call";
      case AUDIT_UNAVAILABLE -> "make room or mend the disk of the audit log; no restart is needed";
      case INTERNAL -> "find the reference in the log and report it with the lines around it";
      case UNSPECIFIED,
          NOT_FOUND,
          METHOD_NOT_ALLOWED,
          INVALID_ARGUMENT,
          NOT_ACCEPTABLE,
          CANCELLED,
          CONFLICT,
          PRECONDITION_FAILED,
          UNPROCESSABLE,
          SITE_UNAVAILABLE,
          REVOKED,
          UNRECOGNIZED ->
          "";
    };
  }

  drawbridge.relay.wire.Fault onTheWire(boolean safe, String reference) {
    drawbridge.relay.wire.Fault.Builder fault =
        drawbridge.relay.wire.Fault.newBuilder()
            .setCode(code)
            .setMessage(message)
            .setParameter(parameter)
            .setReference(reference)
            .setReason(onTheSource.word())
            .addAllAllow(allow);
    if (retryable(safe)) {
      fault.setRetryable(true).setRetryAfterS(seconds(retryAfter));
    }
    return fault.build();
  }

  /** Up, so that whoever waits as told is not refused again. */
  private static int seconds(Duration wait) {
    return (int) Math.min(Integer.MAX_VALUE, wait.plusNanos(999_999_999).toSeconds());
  }

  /** The code as callers and spans have it. */
  String word() {
    return code.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * One line in the log. What somebody should act on is a warning; what callers do wrong stands in
   * the audit log.
   *
   * @param operation that was called, for people
   * @param job at the host that served it; empty: none
   */
  void log(String reference, String operation, String gateway, String job) {
    System.Logger.Level level =
        switch (code) {
          case INTERNAL, SOURCE_ERROR, SOURCE_UNAVAILABLE, OUTCOME_UNKNOWN ->
              System.Logger.Level.WARNING;
          case FORBIDDEN, UNAUTHENTICATED, REVOKED -> System.Logger.Level.INFO;
          // What a host job did is looked for in the log, however it ended.
          default -> job.isEmpty() ? System.Logger.Level.DEBUG : System.Logger.Level.INFO;
        };
    if (!LOG.isLoggable(level)) {
      return;
    }
    String text =
        "call %s of %s by %s%s: %s%s%s"
            .formatted(
                reference,
                operation,
                gateway,
                job.isEmpty() ? "" : " in job " + job,
                code,
                reason.isEmpty() ? "" : ", " + reason,
                cause == null ? "" : ", " + cause);
    // A trace of what nobody expected; the rest is one line.
    if (cause instanceof RuntimeException || cause instanceof Error) {
      LOG.log(level, text, cause);
    } else {
      LOG.log(level, text);
    }
  }
}
