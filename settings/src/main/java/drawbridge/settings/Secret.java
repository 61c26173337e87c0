package drawbridge.settings;

import java.util.Arrays;

/** The content of a secret file, without a line end. Prints as {@code ***} wherever it strays. */
public final class Secret {
  private final char[] value;

  public Secret(String value) {
    this.value = value.toCharArray();
  }

  /** The secret itself, for the one call that needs it. */
  public String reveal() {
    return new String(value);
  }

  /** Nothing was given. */
  public boolean isEmpty() {
    return value.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && Arrays.equals(value, secret.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "***";
  }
}
