package drawbridge.agent;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Short ids that a person can read over the telephone: no letter that looks or sounds like another.
 */
final class Reference {
  private static final char[] LETTERS = "23456789bcdfghjkmnpqrstvwxz".toCharArray();
  private static final int LENGTH = 10;

  private Reference() {}

  static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    char[] text = new char[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      text[i] = LETTERS[random.nextInt(LETTERS.length)];
    }
    return new String(text);
  }
}
