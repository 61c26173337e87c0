package drawbridge.agent.policy;

/** Whether a caller is one whom a rule is for, and why not; for logs and explanations. */
sealed interface Fit {
  Fit YES = new Yes();

  /** All conditions hold. */
  record Yes() implements Fit {}

  /** One does not. */
  record No(String why) implements Fit {
    private static final int LONGEST = 200;

    static No of(String what, String expected, String came) {
      String cut = came.length() > LONGEST ? came.substring(0, LONGEST) + "…" : came;
      return new No(what + ": expected " + expected + ", came " + (cut.isEmpty() ? "none" : cut));
    }
  }

  /** Nobody can tell: such a caller is refused what the rule allows, and what it denies. */
  record Unsure(String why) implements Fit {}
}
