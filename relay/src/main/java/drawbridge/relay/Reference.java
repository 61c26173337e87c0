package drawbridge.relay;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Short ids of faults that a person can read over the telephone: no letter that looks or sounds
 * like another. Both ends make them alike, so that nobody can tell by its form who refused a call.
 */
public final class Reference {
  private static final char[] LETTERS = "23456789bcdfghjkmnpqrstvwxz".toCharArray();
  private static final int LENGTH = 10;

  private Reference() {}

  /** A new one. */
  public static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    char[] text = new char[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      text[i] = LETTERS[random.nextInt(LETTERS.length)];
    }
    return new String(text);
  }
}
