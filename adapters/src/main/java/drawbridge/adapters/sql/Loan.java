package drawbridge.adapters.sql;

import drawbridge.adapters.Alarms;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;

/**
 * A connection while an operation has it; closing gives it back. What is kept for long beyond the
 * deadline of its call is told in the log, with the operation and what its thread does, and once
 * more should it come back.
 */
final class Loan implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Loan.class.getName());

  private final String source;
  private final String operation;
  private final Connection connection;
  private final long begun = System.nanoTime();
  private final ScheduledFuture<?> alarm;
  private volatile boolean told;

  /**
   * @param due when it counts as lost
   */
  Loan(String source, String operation, Connection connection, Duration due) {
    this.source = source;
    this.operation = operation;
    this.connection = connection;
    Thread borrower = Thread.currentThread();
    this.alarm = Alarms.after(due.toNanos(), () -> tell(borrower));
  }

  Connection connection() {
    return connection;
  }

  private void tell(Thread borrower) {
    told = true;
    IllegalStateException where = new IllegalStateException("what the call does now");
    where.setStackTrace(borrower.getStackTrace());
    LOG.log(
        Level.WARNING,
        "source " + source + ": a connection leaks: " + operation + " has kept it for " + lasted(),
        where);
  }

  private String lasted() {
    return Duration.ofNanos(System.nanoTime() - begun).toSeconds() + " s";
  }

  @Override
  public void close() throws SQLException {
    alarm.cancel(false);
    connection.close();
    if (told) {
      LOG.log(
          Level.WARNING,
          "source " + source + ": " + operation + " gave its connection back after " + lasted());
    }
  }
}
