package drawbridge.adapters;

/**
 * What documents and callers need to know of an operation beyond its shape; immutable.
 *
 * @param paged its list may go on at a {@code nextLink}
 * @param trigger whether it lists what is new, for platforms that poll
 * @param deprecated a date such as {@code 2026-01-31}; empty: it is not
 * @param sunset the date when it ends; empty: not known
 * @param seconds the longest that it may run; 0: not said
 * @param consumes media type of a body that is no JSON object; empty: JSON, if it has body
 *     parameters
 * @param produces media type of an answer that is no rows, such as {@code
 *     application/octet-stream}; empty: rows
 * @param conditional answers an ETag, and heeds If-Match
 * @param status HTTP, when all went well
 */
public record Traits(
    Visibility visibility,
    boolean paged,
    Trigger trigger,
    String deprecated,
    String sunset,
    int seconds,
    String consumes,
    String produces,
    boolean conditional,
    int status) {
  /** An operation of which there is nothing to say. */
  public static final Traits PLAIN =
      new Traits(Visibility.NORMAL, false, Trigger.NONE, "", "", 0, "", "", false, 200);

  public Traits asPaged() {
    return new Traits(
        visibility,
        true,
        trigger,
        deprecated,
        sunset,
        seconds,
        consumes,
        produces,
        conditional,
        status);
  }

  public Traits asConditional() {
    return new Traits(
        visibility, paged, trigger, deprecated, sunset, seconds, consumes, produces, true, status);
  }

  /** The same of an operation whose answer is no rows but this media type. */
  public Traits producing(String type) {
    return new Traits(
        visibility,
        paged,
        trigger,
        deprecated,
        sunset,
        seconds,
        consumes,
        type,
        conditional,
        status);
  }

  /** The same of an operation that answers another status than 200. */
  public Traits answering(int code) {
    return new Traits(
        visibility,
        paged,
        trigger,
        deprecated,
        sunset,
        seconds,
        consumes,
        produces,
        conditional,
        code);
  }

  /** What a polling platform makes of an operation. */
  public enum Trigger {
    NONE,
    NEW_ROWS,
    CHANGED_ROWS
  }
}
