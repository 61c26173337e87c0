package drawbridge.gateway;

import drawbridge.relay.wire.Fault;

/**
 * Ends a call with a fault, before or instead of its reply; without a stack trace, since expected.
 */
final class Refusal extends Exception {
  private final transient Fault fault;
  private final String why;

  /** The caller is told all that there is to say. */
  Refusal(Fault fault) {
    this(fault, fault.getMessage());
  }

  /**
   * As above.
   *
   * @param why for log and audit, where the caller is told less
   */
  Refusal(Fault fault, String why) {
    super(fault.getCode().name(), null, false, false);
    this.fault = fault;
    this.why = why;
  }

  /** As an agent said, whose own log has more of it under the same reference. */
  static Refusal by(Link link, Fault fault) {
    String reason = Faults.reason(fault);
    return new Refusal(
        fault,
        link.agent().agent()
            + " of "
            + link.agent().site()
            + " said so"
            + (reason.isEmpty() ? "" : ": " + reason));
  }

  Fault fault() {
    return fault;
  }

  String why() {
    return why;
  }
}
