package drawbridge.ibmi.stub;

/** What runs when a client calls a program, or a procedure of a service program. */
@FunctionalInterface
public interface HostProgram {
  /**
   * Runs once for each call.
   *
   * @throws HostError to end with an escape message
   * @throws InterruptedException the host is closing
   */
  void call(Parameters parameters) throws InterruptedException;
}
