package drawbridge.adapters.sql;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.util.Map;

/**
 * One call in one transaction on one connection: borrows it, lets the work run, commits or rolls
 * back, releases the answer. Immutable; thread-safe.
 *
 * <p>What may run twice without harm streams its rows as they come. Anything else is committed
 * first and answers then, so that a change is never reported that was not made, and a failure
 * before the commit changes nothing.
 *
 * @param operation its id, for the log
 * @param reads runs read-only, and nothing of it stays
 * @param safe may run twice
 * @param isolation of {@link Connection}; {@link Connection#TRANSACTION_NONE}: the database's own
 * @param seconds the longest that it may run; 0: only the call decides
 */
record Engine(
    SqlSource source, String operation, boolean reads, boolean safe, int isolation, int seconds) {
  /** The statements of a call; returns the rows of its answer. */
  interface Work {
    long run(Session session, Reply reply) throws FaultException, SQLException, IOException;
  }

  void run(Call given, Answer answer, Work work) throws FaultException {
    Call call = bounded(given);
    checkSeconds(call);
    SqlSource own = source.of(call);
    if (safe) {
      answer.places(own.longAnswers());
    }
    for (int attempt = 1; ; attempt++) {
      Reply reply = new Reply(answer, !safe);
      try {
        answer.rows(once(own, call, reply, work));
        return;
      } catch (SQLException e) {
        boolean again =
            attempt == 1
                && !reply.begun()
                && (SqlFaults.stale(e) || (safe && SqlFaults.broken(e)))
                && Watch.over(call) == null;
        if (!again) {
          throw (e instanceof HostCharacters.Lacking lacking ? lacking.fault(call) : fault(e))
              .thrown();
        }
      } catch (IOException | UncheckedIOException e) {
        throw undelivered(call, e).thrown();
      }
    }
  }

  /** Drivers round what is finer than they know, without a word. */
  private void checkSeconds(Call call) throws FaultException {
    int digits = source.dialect().secondDigits();
    for (Map.Entry<String, ?> argument : call.arguments().entrySet()) {
      if (argument.getValue() instanceof Temporal time
          && time.isSupported(ChronoField.NANO_OF_SECOND)
          && Dialect.finer(time.get(ChronoField.NANO_OF_SECOND), digits)) {
        throw Fault.argument(
                argument.getKey(),
                "“" + argument.getKey() + "” has more than " + digits + " digits after the second")
            .thrown();
      }
    }
  }

  private Call bounded(Call call) {
    if (seconds == 0) {
      return call;
    }
    long latest = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    return latest - call.deadline() >= 0
        ? call
        : new Call(call.arguments(), latest, call.mostRows(), call.cancellation(), call.request());
  }

  /** Runs the work on one connection and leaves no trace on it. */
  private long once(SqlSource own, Call call, Reply reply, Work work)
      throws FaultException, SQLException, IOException {
    try (Loan loan = own.lend(call, operation)) {
      Connection connection = loan.connection();
      boolean ended = false;
      try {
        connection.setReadOnly(reads);
        if (isolation != Connection.TRANSACTION_NONE) {
          // The pool puts the database's own back.
          connection.setTransactionIsolation(isolation);
        }
        source.dialect().job(connection).ifPresent(reply.answer()::servedBy);
        own.serve(connection, call);
        Session session = new Session(own, connection, call, reads, safe);
        long rows = work(work, session, reply);
        // A stop that came too late to be noticed by the source still counts before a commit.
        if (!safe) {
          Fault over = Watch.over(call);
          if (over != null) {
            throw over.thrown();
          }
        }
        // Nothing that a read did stays, also where the database only takes read-only for a hint.
        if (reads) {
          own.rollback(connection);
        } else {
          commit(connection);
        }
        ended = true;
        reply.release();
        return rows;
      } finally {
        reply.shut();
        if (!ended) {
          own.rollback(connection);
        }
      }
    }
  }

  /** Where nothing is undone, a change that failed may have been made in part. */
  private long work(Work work, Session session, Reply reply)
      throws FaultException, SQLException, IOException {
    if (safe || source.undoes()) {
      return work.run(session, reply);
    }
    try {
      return work.run(session, reply);
    } catch (FaultException e) {
      throw switch (e.fault().code()) {
        case DEADLINE_EXCEEDED, CANCELLED, SOURCE_ERROR, SOURCE_UNAVAILABLE -> partly(e).thrown();
        default -> e;
      };
    } catch (SQLException e) {
      throw partly(e).thrown();
    }
  }

  private static Fault partly(Exception e) {
    return Fault.of(
        Code.OUTCOME_UNKNOWN,
        "it failed, and the source undoes nothing: a part of the change may be made",
        e);
  }

  private void commit(Connection connection) throws SQLException, FaultException {
    try {
      connection.commit();
    } catch (SQLException e) {
      if (safe || SqlFaults.undone(e)) {
        throw e;
      }
      throw unknown(e).thrown();
    }
  }

  private Fault fault(SQLException e) {
    if (!SqlFaults.broken(e)) {
      return SqlFaults.execution(e, source.dialect());
    }
    return safe ? SqlFaults.unavailable("the connection to the source broke", e) : unknown(e);
  }

  private static Fault unknown(Exception e) {
    return Fault.of(
        Code.OUTCOME_UNKNOWN, "the connection to the source broke: the change may be made", e);
  }

  /** The bytes could not go to the caller. */
  private Fault undelivered(Call call, Exception e) {
    if (e instanceof Reply.TooLong) {
      return Fault.of(Code.TOO_LARGE, "the answer to a change is longer than 1 MB");
    }
    if (!safe) {
      return Fault.of(
          Code.OUTCOME_UNKNOWN, "the change is made, and its answer could not be delivered", e);
    }
    Fault over = Watch.over(call);
    if (over != null) {
      return Fault.of(over.code(), over.message(), e);
    }
    return e instanceof InterruptedIOException
        ? Fault.of(Code.CANCELLED, "the caller went away", e)
        : Fault.of(Code.TOO_LARGE, "the result has more bytes than allowed", e);
  }
}
