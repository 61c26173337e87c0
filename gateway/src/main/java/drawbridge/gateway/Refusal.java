package drawbridge.gateway;

import drawbridge.relay.wire.Fault;

/**
 * Ends a call with a fault, before or instead of its reply; without a stack trace, since expected.
 */
final class Refusal extends Exception {
  private final transient Fault fault;

  Refusal(Fault fault) {
    super(fault.getCode().name(), null, false, false);
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }
}
