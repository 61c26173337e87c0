package drawbridge.agent.policy;

import drawbridge.adapters.Restrictions;

/** What the policy says of one call. */
public sealed interface Decision {
  /**
   * It may run.
   *
   * @param rule the name of the first rule of the file that allows it
   * @param limits of that rule
   * @param restrictions of that rule: rows and columns that the caller does not see
   * @param payer whose budget the call is taken from
   */
  record Allowed(String rule, Limits limits, Restrictions restrictions, Payer payer)
      implements Decision {}

  /**
   * It may not run.
   *
   * @param rule that denies it; empty where none allows it
   * @param reason for log and audit, never for the caller
   */
  record Forbidden(String rule, String reason) implements Decision {}

  /**
   * Who pays with a budget: the same for every call of one caller by one rule.
   *
   * @param rule its name
   * @param gateway that names the caller; empty: the caller is proven to the agent, so whichever
   * @param caller the token's application and user, or canonical subject and issuer
   * @param operation empty: one budget for all that the rule allows
   */
  record Payer(String rule, String gateway, String caller, String operation) {
    /** Those who find no room of their own by this rule and gateway. */
    Payer others() {
      return new Payer(rule, gateway, "(others)", operation);
    }

    /** What inventing callers cannot multiply. */
    String group() {
      return rule + "\n" + gateway;
    }
  }
}
