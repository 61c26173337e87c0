package drawbridge.namespace;

/**
 * What goes wrong with messages on their way into a queue. Each is the probability, from 0 to 1,
 * that it happens to a message; the sender is told that all went well. Immutable.
 *
 * @param lose the message is never seen again
 * @param repeat the message is put into the queue twice
 * @param reorder the message is held back until 1 to 4 others have passed, at most 50 ms
 * @param corrupt one byte of the body is changed; properties stay as they are
 * @param seed the same seed and the same messages give the same faults, per queue
 */
public record Faults(double lose, double repeat, double reorder, double corrupt, long seed) {
  public static final Faults NONE = new Faults(0, 0, 0, 0, 1);

  public Faults {
    for (double probability : new double[] {lose, repeat, reorder, corrupt}) {
      if (!(probability >= 0 && probability <= 1)) {
        throw new IllegalArgumentException(probability + " is not a probability from 0 to 1");
      }
    }
  }

  public Faults lose(double probability) {
    return new Faults(probability, repeat, reorder, corrupt, seed);
  }

  public Faults repeat(double probability) {
    return new Faults(lose, probability, reorder, corrupt, seed);
  }

  public Faults reorder(double probability) {
    return new Faults(lose, repeat, probability, corrupt, seed);
  }

  public Faults corrupt(double probability) {
    return new Faults(lose, repeat, reorder, probability, seed);
  }

  public Faults seed(long value) {
    return new Faults(lose, repeat, reorder, corrupt, value);
  }
}
