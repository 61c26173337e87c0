package drawbridge.tokens;

import java.util.Locale;

/**
 * A token that is not believed. The caller is told {@link #code()}; what was expected and what came
 * is for the log alone. Without a stack trace, since expected.
 */
public final class TokenRefused extends Exception {
  private static final long serialVersionUID = 1;
  private static final int LONGEST = 200;

  /** Why; docs/gateway.md lists the codes that are made of these. */
  public enum Reason {
    /** Not a signed token of the compact form. */
    MALFORMED,
    ALGORITHM,
    /** Signed with a key that is not known. */
    KEY,
    /** The keys could not be read, or too long ago. */
    KEYS_UNAVAILABLE,
    SIGNATURE,
    ISSUER,
    TENANT,
    AUDIENCE,
    EXPIRED,
    NOT_YET_VALID
  }

  private final Reason reason;

  TokenRefused(Reason reason, String expected, Object came) {
    super(
        code(reason) + ": expected " + expected + ", came " + printable(String.valueOf(came)),
        null,
        false,
        false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** Such as {@code token-expired}. */
  public String code() {
    return code(reason);
  }

  private static String code(Reason reason) {
    return "token-" + reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What came was written by anybody: it stays short and on one line. */
  private static String printable(String text) {
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    return "“" + cut.replaceAll("[^\\p{L}\\p{N}\\p{Punct} …]", "?") + "”";
  }
}
