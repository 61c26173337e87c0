package drawbridge.audit;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The calls of both sides, put side by side by their ids. Immutable. Only what falls into the time
 * that both sides tell of is compared, but for a minute at its ends, in which one side may have
 * written what the other has not yet.
 *
 * @param same calls that both tell of in the same way
 * @param between there is such a time
 */
public record Reconciliation(List<Difference> differences, long same, boolean between) {
  private static final Duration EDGE = Duration.ofMinutes(1);

  /** Answered without an agent: nothing on the other side is to be expected. */
  private static final String LOCAL = "local";

  /**
   * A call that the two sides do not tell of alike.
   *
   * @param what {@code gateway only}, {@code agent only} or {@code outcome}
   * @param text operation and time, for people
   */
  public record Difference(String what, String call, String text) {}

  private record Side(Map<String, Seen> calls, Instant first, Instant last) {}

  private record Seen(String operation, Instant time, String outcome) {}

  /** Reads the logs of both sides. */
  public static Reconciliation of(List<AuditFolder> agents, List<AuditFolder> gateways)
      throws IOException {
    Side agent = read(agents);
    Side gateway = read(gateways);
    Instant from = agent.first().isAfter(gateway.first()) ? agent.first() : gateway.first();
    Instant to = agent.last().isBefore(gateway.last()) ? agent.last() : gateway.last();
    List<Difference> differences = new ArrayList<>();
    long same = 0;
    for (Map.Entry<String, Seen> one : gateway.calls().entrySet()) {
      Seen here = one.getValue();
      Seen there = agent.calls().get(one.getKey());
      if (there == null) {
        if (inside(here.time(), from, to) && !here.outcome().equals(LOCAL)) {
          differences.add(difference("gateway only", one.getKey(), here));
        }
      } else if (differ(here.outcome(), there.outcome())) {
        differences.add(
            new Difference(
                "outcome",
                one.getKey(),
                "%s at %s: gateway %s, agent %s"
                    .formatted(there.operation(), there.time(), here.outcome(), there.outcome())));
      } else {
        same++;
      }
    }
    for (Map.Entry<String, Seen> one : agent.calls().entrySet()) {
      if (!gateway.calls().containsKey(one.getKey()) && inside(one.getValue().time(), from, to)) {
        differences.add(difference("agent only", one.getKey(), one.getValue()));
      }
    }
    return new Reconciliation(List.copyOf(differences), same, !from.isAfter(to));
  }

  private static boolean inside(Instant time, Instant from, Instant to) {
    return !time.isBefore(from.minus(EDGE)) && !time.isAfter(to.plus(EDGE));
  }

  private static Difference difference(String what, String call, Seen seen) {
    return new Difference(what, call, seen.operation() + " at " + seen.time());
  }

  /** A caller that hangs up, or a channel that breaks, is seen by one side earlier. */
  private static boolean differ(String gateway, String agent) {
    return (gateway.equals("ok") && !agent.equals("ok"))
        || (gateway.equals("refused") && agent.equals("ok"));
  }

  private static Side read(List<AuditFolder> folders) throws IOException {
    Map<String, Seen> calls = new LinkedHashMap<>();
    Instant[] range = {Instant.MAX, Instant.MIN};
    for (AuditFolder folder : folders) {
      folder.each(
          Query.ALL,
          (found, fields) -> {
            range[0] = found.time().isBefore(range[0]) ? found.time() : range[0];
            range[1] = found.time().isAfter(range[1]) ? found.time() : range[1];
            if (Set.of("begin", "end", "call", "refused").contains(fields.get("kind"))) {
              calls.merge(
                  fields.get("call"),
                  new Seen(fields.get("operation"), found.time(), outcome(fields)),
                  Reconciliation::later);
            }
            return true;
          });
    }
    return new Side(calls, range[0], range[1]);
  }

  private static String outcome(Fields fields) {
    return fields.get("sent").equals("no") ? LOCAL : fields.get("outcome");
  }

  /** An attempt that went well counts for more than one that did not. */
  private static Seen later(Seen one, @Nullable Seen other) {
    if (other == null || one.outcome().equals("ok")) {
      return one;
    }
    return new Seen(one.operation(), one.time(), other.outcome());
  }
}
