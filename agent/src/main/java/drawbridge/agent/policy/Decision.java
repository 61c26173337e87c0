package drawbridge.agent.policy;

/** What the policy says of one call. */
public sealed interface Decision {
  /**
   * It may run.
   *
   * @param rule the name of the first rule of the file that allows it
   * @param limits of that rule
   * @param payer whose budget the call is taken from: the same for every call of one caller by one
   *     rule
   */
  record Allowed(String rule, Limits limits, Payer payer) implements Decision {}

  /**
   * It may not run.
   *
   * @param rule that denies it; empty where none allows it
   */
  record Forbidden(String rule) implements Decision {
    /** For log and audit, never for the caller. */
    public String reason() {
      return rule.isEmpty() ? "no rule allows it" : "rule " + rule + " denies it";
    }
  }

  /**
   * Who pays with a budget.
   *
   * @param rule its name
   * @param caller canonical subject and issuer
   */
  record Payer(String rule, String caller) {}
}
