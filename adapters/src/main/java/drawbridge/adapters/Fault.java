package drawbridge.adapters;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A failure that is expected: the closed set of what an adapter may answer instead of a result.
 *
 * @param message a safe sentence for the caller: nothing of SQL, drivers, hosts or values
 * @param parameter the parameter that is wrong; empty: none is
 * @param retryAfter when trying again may help; zero: not known
 * @param cause for the log only, never for the caller
 * @param reason what it was on the source, where that is known
 */
public record Fault(
    Code code,
    String message,
    String parameter,
    Duration retryAfter,
    @Nullable Throwable cause,
    Reason reason) {
  public Fault {
    Objects.requireNonNull(code);
    Objects.requireNonNull(message);
    Objects.requireNonNull(reason);
  }

  public Fault(
      Code code, String message, String parameter, Duration retryAfter, @Nullable Throwable cause) {
    this(code, message, parameter, retryAfter, cause, Reason.NONE);
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

  /** The same, with what it was on the source. */
  public Fault because(Reason why) {
    return new Fault(code, message, parameter, retryAfter, cause, why);
  }

  public FaultException thrown() {
    return new FaultException(this);
  }

  /**
   * What it was on the source, beside what it means for the caller: the code says whether anything
   * may have been changed, and this what has to be mended. docs/protocol.md lists the words.
   */
  public enum Reason {
    /** Nothing is known of it, or it had nothing to do with the source. */
    NONE,
    OBJECT_NOT_FOUND,
    NO_AUTHORITY,
    OBJECT_LOCKED,
    RECORD_LOCKED,
    DECIMAL_DATA,
    /** A program on the source ended abnormally. */
    PROGRAM_ENDED;

    /** As callers read it, such as {@code object-not-found}; empty for {@link #NONE}. */
    public String word() {
      return this == NONE ? "" : name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
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
