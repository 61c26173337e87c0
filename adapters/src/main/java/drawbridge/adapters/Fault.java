package drawbridge.adapters;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A failure that is expected: the closed set of what an adapter may answer instead of a result.
 *
 * @param message a safe sentence for the caller: nothing of SQL, drivers, hosts or values
 * @param parameter the parameter that is wrong; empty: none is
 * @param retryAfter when trying again may help; zero: not known
 * @param cause for the log only, never for the caller
 */
public record Fault(
    Code code, String message, String parameter, Duration retryAfter, @Nullable Throwable cause) {
  public Fault {
    Objects.requireNonNull(code);
    Objects.requireNonNull(message);
  }

  public static Fault of(Code code, String message) {
    return new Fault(code, message, "", Duration.ZERO, null);
  }

  public static Fault of(Code code, String message, Throwable cause) {
    return new Fault(code, message, "", Duration.ZERO, cause);
  }

  public static Fault argument(String parameter, String message) {
    return new Fault(Code.INVALID_ARGUMENT, message, parameter, Duration.ZERO, null);
  }

  public FaultException thrown() {
    return new FaultException(this);
  }

  /** Each maps to exactly one code of the wire. */
  public enum Code {
    INVALID_ARGUMENT,
    NOT_FOUND,
    NOT_ACCEPTABLE,
    /** The result is larger than the caller's limits allow. */
    TOO_LARGE,
    /** No connection to the source was free in time; nothing ran. */
    BUSY,
    /** The source cannot be reached; nothing ran. */
    SOURCE_UNAVAILABLE,
    /** The source refused or failed; whatever it had begun is rolled back. */
    SOURCE_ERROR,
    DEADLINE_EXCEEDED,
    /** A change may or may not have been made. */
    OUTCOME_UNKNOWN,
    CANCELLED,
    CONFLICT,
    /** If-Match names another state than the row is in; nothing was changed. */
    PRECONDITION_FAILED,
    /** Well-formed, and against a rule: a row beyond the filter, a used idempotency key. */
    UNPROCESSABLE,
    /** The policy takes something away that this operation can't do without. */
    FORBIDDEN,
    INTERNAL
  }
}
