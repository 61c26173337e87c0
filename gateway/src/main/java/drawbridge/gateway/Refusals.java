package drawbridge.gateway;

import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Fault.Code;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Writes down why a caller got a fault in place of a reply, under the reference that the caller
 * got: one line of the log for each, up to a bound, since whoever may connect may also ask for
 * nonsense without end. Thread-safe.
 */
final class Refusals {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.calls");

  /** Lines within a minute; beyond that the audit log alone has them. */
  static final int LINES = 600;

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final int LONGEST = 200;

  private final Records records;
  private final LongSupplier clock;
  private final SecureRandom random = new SecureRandom();
  private long since;
  private int lines;
  private long leftOut;

  /**
   * Into these records.
   *
   * @param clock as {@link System#nanoTime()}
   */
  Refusals(Records records, LongSupplier clock) {
    this.records = records;
    this.clock = clock;
    this.since = clock.getAsLong();
  }

  /** Of a call, which is recorded by itself. */
  void call(String id, Code told, Records.Ending ending) {
    line(told, id, ending);
  }

  /** Of a request that was no call yet. */
  void early(Caller caller, Code told, int status, String reference, String why) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    Records.Ending ending = new Records.Ending(false, Faults.word(told), status, why, reference, 0);
    line(told, id, ending);
    records.ended(new Records.Asked(id, 1, "", caller, null, ""), ending);
  }

  private void line(Code told, String id, Records.Ending ending) {
    if (room()) {
      LOG.log(
          told == Code.INTERNAL || told == Code.OUTCOME_UNKNOWN ? Level.WARNING : Level.INFO,
          () ->
              "a call ended as "
                  + ending.word()
                  + ", reference "
                  + ending.reference()
                  + ", call "
                  + id
                  + ": "
                  + ending.why());
    }
  }

  private synchronized boolean room() {
    long now = clock.getAsLong();
    if (now - since >= MINUTE) {
      if (leftOut > 0) {
        LOG.log(
            Level.WARNING,
            "{0} more calls ended so within a minute than are written here; the audit log has them",
            String.valueOf(leftOut));
      }
      since = now;
      lines = 0;
      leftOut = 0;
    }
    if (lines >= LINES) {
      leftOut++;
      return false;
    }
    lines++;
    return true;
  }

  /** What an agent says, for a line: it must not be able to begin another one. */
  static String plain(String text) {
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    return cut.replaceAll("\\p{Cntrl}", " ");
  }
}
