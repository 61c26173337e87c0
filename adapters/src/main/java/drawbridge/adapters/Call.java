package drawbridge.adapters;

import java.util.Map;

/**
 * One request to an action.
 *
 * @param arguments by parameter name, in the Java type of {@link Arguments}; a parameter that was
 *     not given and has no default is absent
 * @param deadline of {@link System#nanoTime()}; what is later is refused, not started
 * @param mostRows more than that is {@link Fault.Code#TOO_LARGE}, never cut in silence
 * @param cancellation tells when nobody waits for the answer any more
 * @param request who calls, and what came with it
 */
public record Call(
    Map<String, Object> arguments,
    long deadline,
    long mostRows,
    Cancellation cancellation,
    Request request) {
  public Call(
      Map<String, Object> arguments, long deadline, long mostRows, Cancellation cancellation) {
    this(arguments, deadline, mostRows, cancellation, Request.NONE);
  }
}
