package drawbridge.adapters;

import java.time.Duration;
import java.util.List;

/**
 * What an attempt to reach a source found.
 *
 * @param message a sentence that is safe outside the agent
 * @param details for the admin at the agent only: what the driver said, statements that the source
 *     refuses
 * @param latency from the start of the attempt until the source answered its first statement
 */
public record SourceCheck(
    String name, boolean ok, String message, List<String> details, Duration latency) {
  public SourceCheck {
    details = List.copyOf(details);
  }
}
