package drawbridge.agent.console;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a running agent stands at one moment: what {@code agent status} prints and the console shows.
 * As JSON its members have the names of the components; docs/console.md lists them. Immutable. Some
 * of its texts come from callers, sources and files: whoever shows them escapes them.
 *
 * @param ok nothing needs anybody
 * @param now when it was looked at
 * @param connected to Service Bus
 * @param way to Service Bus, such as {@code AMQP, port 5671}; empty: not known yet
 * @param notAfter end of the agent's certificate; null: not known yet
 * @param paused what the admin has paused; empty: nothing
 * @param console its URL; empty: there is none
 * @param troubles what needs somebody now
 * @param recent problems of calls and channels, newest first; the same one again is counted
 * @param minutes calls of the last hour, where there were any, oldest first
 */
public record Status(
    boolean ok,
    String version,
    String site,
    String agent,
    Instant now,
    Instant started,
    boolean draining,
    boolean connected,
    String way,
    List<Channel> channels,
    Calls calls,
    List<Source> sources,
    @Nullable Instant notAfter,
    Audit audit,
    List<String> paused,
    Folder folder,
    String console,
    List<Trouble> troubles,
    List<Recent> recent,
    List<Minute> minutes) {

  /**
   * The channel to one gateway.
   *
   * @param suspect open, but answers are overdue
   * @param since when it has been so
   */
  public record Channel(
      String gateway, boolean open, boolean suspect, Instant since, String detail) {}

  /**
   * Calls since the start.
   *
   * @param running under way
   * @param failed also those cancelled or of unknown outcome
   */
  public record Calls(long running, long answered, long refused, long failed, Last last) {}

  /**
   * The last minute.
   *
   * @param p50 median time of the answered ones in microseconds; 0: there was none
   * @param p99 the same of the slowest hundredth
   */
  public record Last(long answered, long refused, long failed, long p50, long p99) {}

  /**
   * A system of record.
   *
   * @param figures of its pool; none where the adapter has none
   */
  public record Source(String name, boolean available, String detail, List<Figure> figures) {}

  /** Such as {@code active}. */
  public record Figure(String name, long value) {}

  /**
   * The audit log.
   *
   * @param healthy records become durable
   * @param records that the newest checkpoint covers
   */
  public record Audit(boolean healthy, String folder, long records) {}

  /**
   * The site folder.
   *
   * @param digest of what is served
   * @param loaded since when
   */
  public record Folder(String path, String digest, Instant loaded) {}

  /** What is wrong now, and what to do. */
  public record Trouble(String what, String fix) {}

  /**
   * What went wrong lately.
   *
   * @param code of the fault, or {@code SECURITY}
   * @param reference of the last time; empty: none
   * @param count how often since {@code first}
   */
  public record Recent(
      Instant first,
      Instant last,
      long count,
      String code,
      String operation,
      String what,
      String reference,
      String fix) {}

  /** Calls that ended within a minute. */
  public record Minute(Instant from, long answered, long refused, long failed) {}
}
