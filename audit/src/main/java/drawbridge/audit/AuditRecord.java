package drawbridge.audit;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the log. Immutable. Texts that came from outside are cut to a bounded length when
 * they are written.
 *
 * @param about the call that it is about; null for an event
 * @param result of that call; null while it is not known
 * @param details more fields, as they shall stand in the line
 */
public record AuditRecord(
    Instant time,
    Kind kind,
    @Nullable About about,
    @Nullable Result result,
    Map<String, String> details) {
  /** A call is about to reach its source. */
  public static AuditRecord begin(About about) {
    return new AuditRecord(Instant.now(), Kind.BEGIN, about, null, Map.of());
  }

  /** How a begun call ended. */
  public static AuditRecord end(About about, Result result) {
    return new AuditRecord(Instant.now(), Kind.END, about, result, Map.of());
  }

  /** Begin and end of a call of which nothing has left the agent yet. */
  public static AuditRecord call(About about, Result result) {
    return new AuditRecord(Instant.now(), Kind.CALL, about, result, Map.of());
  }

  /** A call that never reached its source. */
  public static AuditRecord refused(About about, Result result) {
    return new AuditRecord(Instant.now(), Kind.REFUSED, about, result, Map.of());
  }

  public static AuditRecord event(Kind kind, Map<String, String> details) {
    return new AuditRecord(Instant.now(), kind, null, null, details);
  }

  /** The same with more fields. */
  public AuditRecord with(Map<String, String> more) {
    return new AuditRecord(time, kind, about, result, more);
  }

  /** What a line tells of; written in lower case with hyphens. */
  public enum Kind {
    /** The program began to serve. */
    START,
    /** The log was closed in order; its own, and the last of a process. */
    STOP,
    CHANNEL_OPEN,
    CHANNEL_CLOSE,
    BEGIN,
    END,
    CALL,
    REFUSED,
    /** The site folder was read again, and something else is served. */
    RELOAD,
    /** The site folder has changed and cannot be served. */
    RELOAD_REFUSED,
    /** The admin paused something, or resumed it. */
    PAUSE,
    /** Somebody did what only an attacker or a mistake does. */
    SECURITY,
    /** Somebody signed in to the console, failed to, or looked at records there. */
    CONSOLE,
    /** The program's own certificate changed, or is about to end. */
    CERTIFICATE,
    /** The first line of a segment; the log's own. */
    SEGMENT,
    /** Where reading a long segment can begin; the log's own. */
    MARK,
    /** A torn end was cut off; the log's own. */
    REPAIR,
    /** A closed segment got its index, and was compressed; the log's own. */
    SEALED,
    /** Segments that were kept long enough are gone; the log's own. */
    REMOVED;

    final String text = name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /**
   * Who asked for what.
   *
   * @param call id, 32 hexadecimal digits
   * @param attempt from 1
   * @param gateway by which it came, proven by TLS
   * @param caller what is known of who called
   * @param rule that allowed it; empty: none
   * @param digest of the site folder that decided; empty: none did
   * @param arguments as they shall stand in the line
   * @param valuesKey of their hashes; empty: none is hashed
   */
  public record About(
      String call,
      int attempt,
      String operation,
      String gateway,
      Identity caller,
      String rule,
      String digest,
      List<Recorded> arguments,
      String valuesKey,
      String traceparent) {}

  /**
   * How it ended.
   *
   * @param code of the fault; empty: none
   * @param status HTTP; 0: there was no answer
   * @param reason for people, of a refusal or failure; empty: none
   * @param reference given to the caller with a fault
   * @param sourceMicros spent in the adapter
   * @param totalMicros since the call reached the program
   * @param keys of the rows that were returned, where the operation says so
   * @param keysCut there were more than are kept
   * @param job of the source that did the work, such as {@code 123456/QUSER/QZRCSRVS}; empty: the
   *     source told none
   */
  public record Result(
      Outcome outcome,
      String code,
      int status,
      String reason,
      String reference,
      long rows,
      long bytes,
      long sourceMicros,
      long totalMicros,
      List<Recorded> keys,
      boolean keysCut,
      String job) {
    public Result(
        Outcome outcome,
        String code,
        int status,
        String reason,
        String reference,
        long rows,
        long bytes,
        long sourceMicros,
        long totalMicros) {
      this(
          outcome,
          code,
          status,
          reason,
          reference,
          rows,
          bytes,
          sourceMicros,
          totalMicros,
          List.of(),
          false,
          "");
    }

    /**
     * The same with what the adapter told of its work.
     *
     * @param some keys of the rows
     * @param cut there were more
     * @param by the job that did it; empty: none was told
     */
    public Result told(List<Recorded> some, boolean cut, String by) {
      return new Result(
          outcome,
          code,
          status,
          reason,
          reference,
          rows,
          bytes,
          sourceMicros,
          totalMicros,
          some,
          cut,
          by);
    }
  }

  /** Written in lower case. */
  public enum Outcome {
    OK,
    /** Nothing ran. */
    REFUSED,
    /** It ran, or began to, and failed. */
    FAILED,
    /** The caller went away. */
    CANCELLED,
    /** It may or may not have changed something. */
    UNKNOWN;

    final String text = name().toLowerCase(java.util.Locale.ROOT);
  }
}
