package drawbridge.audit;

/**
 * How one value of an argument, or of a returned row's key, stands in the log. Immutable.
 *
 * @param text the keyed hash, or the value itself; empty where it is left out
 */
public record Recorded(String name, Form form, String text) {
  /** What a reader of the log learns of a value. */
  public enum Form {
    /** Whether it is the same as another: a hash under a key that is kept apart. */
    HASH,
    /** The value itself. */
    CLEAR,
    /** That it was given. */
    OMITTED
  }

  public static Recorded omitted(String name) {
    return new Recorded(name, Form.OMITTED, "");
  }

  public static Recorded clear(String name, String value) {
    return new Recorded(name, Form.CLEAR, value);
  }
}
