package drawbridge.adapters;

import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** Where an action puts its answer; the agent makes one a call. Used by one thread. */
public interface Answer {
  /** The format that the caller wants; JSON where it does not say. */
  Format format();

  /**
   * Begins the answer. Bytes written to the stream go towards the caller as they come, and wait
   * there while the caller reads slowly; the stream throws {@link java.io.InterruptedIOException}
   * when the call is cancelled or late and {@link java.io.IOException} when the caller's byte limit
   * is passed, which the action passes on by ending.
   *
   * @param status HTTP, such as 200 or 201
   * @param contentType of the bytes
   */
  default OutputStream begin(int status, String contentType) {
    return begin(status, contentType, Map.of());
  }

  /**
   * The same with more headers, such as {@code ETag} and {@code Location}. The status may be 304
   * too, without a body.
   */
  OutputStream begin(int status, String contentType, Map<String, String> headers);

  /** Counts what was written, for audit and metrics. */
  void rows(long rows);

  /** The columns whose values the audit log keeps; most often none. */
  default List<String> keyColumns() {
    return List.of();
  }

  /**
   * One value of such a column, of a row that is written.
   *
   * @param value as text; empty: null
   */
  default void key(String column, String value) {}

  /**
   * Names the job of the source that did the work, such as {@code 123456/QUSER/QZRCSRVS}, for log
   * and audit.
   */
  default void servedBy(String job) {}

  /**
   * Says what an answer takes one of once it is so long that it goes at the pace of its reader,
   * because the action holds meanwhile what others need, such as a connection. Where none is left
   * the call is refused as busy. To be called before {@link #begin}.
   */
  default void places(Semaphore places) {}

  /** How rows are written. */
  enum Format {
    JSON,
    NDJSON,
    CSV
  }
}
