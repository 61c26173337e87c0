package drawbridge.audit;

import java.time.Instant;
import java.util.List;

/** What {@link Verifier} found. Immutable. */
public sealed interface Verdict {
  /**
   * Something was changed, removed, inserted or moved.
   *
   * @param breaks in the order of the log; at most twenty
   */
  record Broken(List<Break> breaks) implements Verdict {}

  /** Nothing is wrong inside; but the end may have been cut, and whoever has the key may lie. */
  record Consistent(Extent extent) implements Verdict {}

  /**
   * As it was when somebody else saw it.
   *
   * @param upTo time of the last record that the newest anchor covers
   * @param record number of that record
   * @param place where the anchor was kept
   */
  record Anchored(Extent extent, Instant upTo, long record, String place) implements Verdict {}

  /**
   * How far the log reaches.
   *
   * @param first record that is kept, from 1
   * @param last record; 0: there is none
   * @param signed last record that a checkpoint in the folder covers
   * @param key that signed it; empty: none did
   */
  record Extent(long first, long last, long signed, String key) {}

  /**
   * Where it breaks.
   *
   * @param file in the folder; empty: the folder itself
   * @param offset in the file, in bytes (of a compressed one: of what it holds); -1: the whole file
   * @param record number; 0: none in particular
   * @param what a sentence
   */
  record Break(String file, long offset, long record, String what) {
    @Override
    public String toString() {
      return file
          + (offset < 0 ? "" : ", byte " + offset)
          + (record == 0 ? "" : ", record " + record)
          + ": "
          + what;
    }
  }

  /**
   * A checkpoint that was kept elsewhere.
   *
   * @param place for people, such as the file's name
   */
  record Anchor(String place, Checkpoint checkpoint) {}
}
