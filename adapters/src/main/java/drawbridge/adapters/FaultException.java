package drawbridge.adapters;

/** Carries a {@link Fault} to the one place that answers with it. */
public final class FaultException extends Exception {
  private final transient Fault fault;

  FaultException(Fault fault) {
    super(fault.code() + ": " + fault.message(), fault.cause());
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }
}
