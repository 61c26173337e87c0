package drawbridge.adapters.sql;

import drawbridge.adapters.Alarms;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;

/**
 * A connection while an operation has it; closing gives it back. For the thread that borrowed it,
 * which should be a virtual one: some time beyond the deadline of its call that thread is
 * interrupted, which closes the socket it waits on, so that a source which falls silent holds
 * nobody. (Reads with a limit would do the same, and take longer each.) What is kept for long even
 * then is told in the log, with the operation and what its thread does, and once more should it
 * come back.
 */
final class Loan implements AutoCloseable {
  /**
   * What is done about a connection that is kept.
   *
   * @param ended beyond the deadline: nothing is waited for any more
   * @param told from then: it counts as lost
   */
  record Patience(Duration ended, Duration told) {
    static final Patience USUAL = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(50));
  }

  private static final System.Logger LOG = System.getLogger(Loan.class.getName());

  private final String source;
  private final String operation;
  private final Connection connection;
  private final Thread borrower = Thread.currentThread();
  private final long begun = System.nanoTime();
  private ScheduledFuture<?> alarm;
  private boolean ended;
  private boolean told;
  private boolean closed;

  /**
   * @param left until the deadline
   */
  Loan(String source, String operation, Connection connection, Duration left, Patience patience) {
    this.source = source;
    this.operation = operation;
    this.connection = connection;
    synchronized (this) { // an alarm that is due soon waits until it is known
      this.alarm = Alarms.after(left.plus(patience.ended()).toNanos(), () -> end(patience.told()));
    }
  }

  Connection connection() {
    return connection;
  }

  private synchronized void end(Duration left) {
    if (closed) {
      return;
    }
    ended = true;
    alarm = Alarms.after(left.toNanos(), this::tell);
    interrupt();
  }

  /** Within the lock, so that it never reaches what the thread does afterwards. */
  private void interrupt() {
    if (borrower.isVirtual()) {
      borrower.interrupt();
    }
  }

  private synchronized void tell() {
    if (closed) {
      return;
    }
    told = true;
    IllegalStateException where = new IllegalStateException("what the call does now");
    where.setStackTrace(borrower.getStackTrace());
    LOG.log(
        Level.WARNING,
        "source " + source + ": a connection leaks: " + operation + " has kept it for " + lasted(),
        where);
    interrupt(); // whatever it did the first time may have taken that for itself
  }

  private String lasted() {
    return Duration.ofNanos(System.nanoTime() - begun).toSeconds() + " s";
  }

  /**
   * Whoever gives it back has ended its transaction, or dropped it, so that what goes wrong here
   * says nothing of the call: JTOpen, for one, fails with a null pointer where another thread has
   * just disconnected.
   */
  @Override
  public void close() {
    boolean late;
    synchronized (this) {
      closed = true;
      alarm.cancel(false);
      late = told;
      if (ended && borrower.isVirtual()) {
        // It was meant for the call, and must not reach what comes after.
        Thread.interrupted();
      }
    }
    try {
      connection.close();
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.DEBUG, "source " + source + ": a connection breaks as it is given back", e);
    }
    if (late) {
      LOG.log(
          Level.WARNING,
          "source " + source + ": " + operation + " gave its connection back after " + lasted());
    }
  }
}
