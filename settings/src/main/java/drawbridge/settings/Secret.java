package drawbridge.settings;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The content of a secret file, without a line end. Prints as {@code ***} wherever it strays.
 *
 * <p>It is kept masked: who looks through a dump of the heap for words does not come upon it, as
 * who takes the dump apart still can.
 */
public final class Secret {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final char[] masked;
  private final char[] mask;

  public Secret(String value) {
    mask = new char[value.length()];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (char) RANDOM.nextInt(1 << Character.SIZE);
    }
    masked = applied(value.toCharArray());
  }

  private char[] applied(char[] other) {
    char[] result = new char[mask.length];
    for (int i = 0; i < mask.length; i++) {
      result[i] = (char) (other[i] ^ mask[i]);
    }
    return result;
  }

  /** The secret itself, for the one call that needs it. */
  public String reveal() {
    return new String(applied(masked));
  }

  /** Nothing was given. */
  public boolean isEmpty() {
    return masked.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret
        && Arrays.equals(applied(masked), secret.applied(secret.masked));
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(applied(masked));
  }

  @Override
  public String toString() {
    return "***";
  }
}
