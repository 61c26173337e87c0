package drawbridge.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import drawbridge.relay.wire.Fault;
import drawbridge.relay.wire.Fault.Code;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Faults as callers see them: {@code application/problem+json} (RFC 9457).
 *
 * <p>Platforms resend 408, 429 and 5xx by themselves. So those are sent only when a resend can do
 * no harm: nothing ran, or the operation is safe. Otherwise it is 409.
 */
final class Faults {
  static final HeaderName ERROR_CODE = HeaderNames.create("x-ms-error-code");
  private static final JsonFactory JSON = new JsonFactory();

  /** What agents say reaches callers in this form or not at all. */
  private static final Pattern REASON = Pattern.compile("[a-z-]{1,40}");

  /** The same whatever was asked for and whoever says so: unknown and forbidden must look alike. */
  private static final String FORBIDDEN = "There is no such operation, or you may not call it.";

  private Faults() {}

  /** A fault whose call has not run, so that trying again can help if {@code retryable}. */
  static Fault of(Code code, String message, boolean retryable, String reference) {
    return Fault.newBuilder()
        .setCode(code)
        .setMessage(message)
        .setRetryable(retryable)
        .setRetryAfterS(retryable ? 1 : 0)
        .setReference(reference)
        .build();
  }

  static Fault argument(String parameter, String message) {
    return Fault.newBuilder()
        .setCode(Code.INVALID_ARGUMENT)
        .setParameter(parameter)
        .setMessage(message)
        .build();
  }

  /**
   * The status of a code where a resend can do no harm. Every code of the wire stands here, and in
   * docs/gateway.md.
   */
  static int status(Code code) {
    return switch (code) {
      case INVALID_ARGUMENT -> 400;
      case UNAUTHENTICATED -> 401;
      case FORBIDDEN, REVOKED -> 403;
      case NOT_FOUND -> 404;
      case METHOD_NOT_ALLOWED -> 405;
      case NOT_ACCEPTABLE -> 406;
      case CONFLICT, OUTCOME_UNKNOWN -> 409;
      case PRECONDITION_FAILED -> 412;
      // 413 would blame the request's body; nothing is wrong with it but what it asks for.
      case TOO_LARGE, UNPROCESSABLE -> 422;
      case TOO_MANY_CALLS -> 429;
      case INTERNAL, UNSPECIFIED, UNRECOGNIZED -> 500;
      case SOURCE_ERROR -> 502;
      // CANCELLED by the agent, for the caller who cancels hears nothing any more.
      case BUSY, SOURCE_UNAVAILABLE, AUDIT_UNAVAILABLE, SITE_UNAVAILABLE, CANCELLED -> 503;
      case DEADLINE_EXCEEDED -> 504;
    };
  }

  /**
   * Decides what the caller is told.
   *
   * @param safe the operation changes nothing, so that a resend does no harm whatever happened
   */
  static Told told(Fault fault, boolean safe) {
    Code code =
        switch (fault.getCode()) {
          case UNSPECIFIED, UNRECOGNIZED -> Code.INTERNAL;
          default -> fault.getCode();
        };
    int status = status(code);
    if (!resent(status) || safe || fault.getRetryable()) {
      return new Told(status, code, fault.getRetryable() && resent(status));
    }
    return switch (code) {
      // Nobody can say how far it came.
      case DEADLINE_EXCEEDED, INTERNAL, CANCELLED -> new Told(409, Code.OUTCOME_UNKNOWN, false);
      default -> new Told(409, code, false);
    };
  }

  /**
   * What the caller is told.
   *
   * @param retry a Retry-After goes with it
   */
  record Told(int status, Code code, boolean retry) {}

  /** Statuses that platforms resend by themselves. */
  static boolean resent(int status) {
    return status == 408 || status == 429 || status >= 500;
  }

  /** What an agent said of the source, if it is a word. */
  static String reason(Fault fault) {
    return REASON.matcher(fault.getReason()).matches() ? fault.getReason() : "";
  }

  /** As it stands in {@code code} and {@code x-ms-error-code}. */
  static String word(Code code) {
    return code.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Answers with it. */
  static void send(ServerResponse response, Fault fault, Told told) {
    String word = word(told.code());
    response.status(Status.create(told.status()));
    response.header(HeaderNames.CONTENT_TYPE, "application/problem+json");
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    response.header(ERROR_CODE, word);
    if (told.retry()) {
      response.header(
          HeaderNames.RETRY_AFTER, Integer.toString(Math.max(1, fault.getRetryAfterS())));
    }
    if (told.code() == Code.METHOD_NOT_ALLOWED) {
      response.header(HeaderNames.ALLOW, String.join(", ", fault.getAllowList()));
    }
    response.send(problem(fault, told));
  }

  static byte[] problem(Fault fault, Told told) {
    String word = word(told.code());
    String detail = told.code() == Code.FORBIDDEN ? FORBIDDEN : fault.getMessage();
    if (told.code() == Code.OUTCOME_UNKNOWN && fault.getCode() != Code.OUTCOME_UNKNOWN) {
      detail = "The call may or may not have been carried out. " + detail;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(384);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("type", "urn:drawbridge:fault:" + word);
      json.writeStringField("title", title(told.code()));
      json.writeNumberField("status", told.status());
      json.writeStringField("detail", detail);
      json.writeStringField("code", word);
      json.writeStringField("reference", fault.getReference());
      if (told.code() == Code.INVALID_ARGUMENT && !fault.getParameter().isEmpty()) {
        json.writeStringField("parameter", fault.getParameter());
      }
      if (!reason(fault).isEmpty()) {
        json.writeStringField("reason", reason(fault));
      }
      json.writeObjectFieldStart("error");
      json.writeStringField("code", word);
      json.writeStringField("message", detail);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static String title(Code code) {
    return switch (code) {
      case INVALID_ARGUMENT -> "An argument is wrong";
      case UNAUTHENTICATED -> "Prove who you are";
      case FORBIDDEN -> "Forbidden";
      case REVOKED -> "No longer allowed";
      case NOT_FOUND -> "Not found";
      case METHOD_NOT_ALLOWED -> "This path has other methods";
      case NOT_ACCEPTABLE -> "No such format";
      case CONFLICT -> "In conflict with what is there";
      case OUTCOME_UNKNOWN -> "The outcome is unknown";
      case TOO_LARGE -> "The result is larger than you may have";
      case PRECONDITION_FAILED -> "It has changed meanwhile";
      case UNPROCESSABLE -> "Against a rule";
      case TOO_MANY_CALLS -> "Too many calls";
      case INTERNAL, UNSPECIFIED, UNRECOGNIZED -> "Something broke";
      case SOURCE_ERROR -> "The source refused or failed";
      case BUSY -> "Too busy";
      case SOURCE_UNAVAILABLE -> "The source cannot be reached";
      case AUDIT_UNAVAILABLE -> "The call could not be recorded, so it was not carried out";
      case SITE_UNAVAILABLE -> "The site cannot be reached";
      case CANCELLED -> "Broken off";
      case DEADLINE_EXCEEDED -> "It took too long";
    };
  }
}
