package drawbridge.acceptance.faults;

/**
 * What a caller saw of one request.
 *
 * @param key of the write, the same for every resend of it; empty: a read
 * @param call the id that the answer named; empty: it named none
 * @param began, ended of {@link System#nanoTime()}
 * @param beganAt wall clock, epoch milliseconds
 * @param patience seconds after which the caller lost interest; 0: it waits as long as the gateway
 *     does
 * @param status HTTP; 0: the connection broke before an answer
 * @param code of the fault; empty: none
 */
record Seen(
    String key,
    String call,
    long began,
    long ended,
    long beganAt,
    int patience,
    int status,
    String code,
    boolean retryAfter) {
  boolean write() {
    return !key.isEmpty();
  }

  boolean good() {
    return status / 100 == 2;
  }

  /** The caller was told, or could see, that nobody knows what came of it. */
  boolean unknown() {
    return write() && (status == 0 || code.equals("outcome-unknown"));
  }

  /** Logic Apps and Power Automate send these again by themselves. */
  boolean resendable() {
    return status == 408 || status == 429 || status / 100 == 5;
  }
}
