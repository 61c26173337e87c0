package drawbridge.agent;

import drawbridge.agent.policy.Budgets;
import drawbridge.tokens.TokenVerifier;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What stands between a call and its operation beside the policy, and outlives every reload.
 *
 * @param tokens empty: nobody is proven to this agent by a token
 */
record Guards(Budgets budgets, Optional<TokenVerifier> tokens, Pauses pauses, InstantSource clock) {
  /** Fresh budgets, no tokens, nothing paused and nothing kept. */
  static Guards none() {
    return new Guards(
        new Budgets(System::nanoTime),
        Optional.empty(),
        new Pauses(Path.of("nowhere", "pauses.yaml")),
        InstantSource.system());
  }
}
