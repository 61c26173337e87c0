package drawbridge.agent.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Which rule decides, and what every rule says to it; for people.
 *
 * @param lines one a rule that names the operation, in the order of the file
 */
record Explanation(Decision decision, List<String> lines) {
  static Explanation of(
      Policy policy, String gateway, Caller claimed, String operation, Instant now) {
    Caller caller = Policy.readable(claimed);
    List<String> lines = new ArrayList<>();
    if (policy.requiresProof() && caller.token() == null) {
      lines.add("the file requires a token as proof");
    }
    for (Rule rule : policy.rules()) {
      String does = rule.denies(operation) ? "denies" : rule.allows(operation) ? "allows" : "";
      if (!does.isEmpty()) {
        lines.add(
            "rule " + rule.name() + " " + does + " it to " + toWhom(rule, gateway, caller, now));
      }
    }
    if (lines.isEmpty()) {
      lines.add("no rule names " + operation);
    }
    return new Explanation(policy.decide(gateway, claimed, operation, now), lines);
  }

  private static String toWhom(Rule rule, String gateway, Caller caller, Instant now) {
    return switch (rule.fit(gateway, caller)) {
      case Fit.Yes _ ->
          rule.to().tooOld(caller, now).map(why -> "others: " + why).orElse("this caller");
      case Fit.No no -> "others: " + no.why();
      case Fit.Unsure unsure -> "nobody can tell whom: " + unsure.why();
    };
  }

  /** {@code allow by rule a}, or {@code deny} with the reason. */
  String verdict() {
    return switch (decision) {
      case Decision.Allowed allowed -> "allow, by rule " + allowed.rule();
      case Decision.Forbidden forbidden -> "deny: " + forbidden.reason();
    };
  }
}
