package drawbridge.ibmi.stub;

import java.util.List;

/** What runs when a client sends a CL command. */
@FunctionalInterface
public interface HostCommand {
  /**
   * Runs once for each command.
   *
   * @param command its whole text
   * @return completion messages
   * @throws HostError to fail with messages
   * @throws InterruptedException the host is closing
   */
  List<HostMessage> run(Job job, String command) throws InterruptedException;
}
