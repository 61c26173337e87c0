package drawbridge.adapters;

import java.util.Map;

/**
 * What the policy takes away from a call that it allows; immutable. An adapter that can't enforce
 * one of these must refuse the call.
 *
 * @param filter only rows for which this expression, in the grammar of {@code $filter} over the
 *     names of the answer's columns, holds; empty: all
 * @param masks by column; a masked column takes part in no filter, order, ETag or page key
 */
public record Restrictions(String filter, Map<String, Mask> masks) {
  public static final Restrictions NONE = new Restrictions("", Map.of());

  public Restrictions {
    masks = Map.copyOf(masks);
  }

  /** What is left of a column. */
  public enum Mask {
    /** Null. */
    NULL,
    /** A keyed hash: equal values stay equal. */
    HASH,
    /** Stars, and the last four characters. */
    LAST_FOUR
  }
}
