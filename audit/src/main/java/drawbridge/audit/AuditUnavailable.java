package drawbridge.audit;

/**
 * A record could not be made durable in time; the log says why. Whoever waits for it must not go
 * on.
 */
public final class AuditUnavailable extends Exception {
  private final String reason;

  public AuditUnavailable(String message) {
    // No stack trace: it says nothing, and a full disk brings many at once.
    super(message, null, false, false);
    this.reason = message;
  }

  /** For log and audit. */
  public String reason() {
    return reason;
  }
}
