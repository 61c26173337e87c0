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
 * @param excess what the bridge's user could do there beyond its operations, a sentence each, as
 *     far as the source tells; for the admin
 */
public record SourceCheck(
    String name,
    boolean ok,
    String message,
    List<String> details,
    Duration latency,
    List<String> excess) {
  public SourceCheck {
    details = List.copyOf(details);
    excess = List.copyOf(excess);
  }

  /** Of a source that tells nothing of rights. */
  public SourceCheck(
      String name, boolean ok, String message, List<String> details, Duration latency) {
    this(name, ok, message, details, latency, List.of());
  }
}
