package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400Exception;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.CommandCall;
import com.ibm.as400.access.ErrorCompletingRequestException;
import com.ibm.as400.access.IllegalObjectTypeException;
import com.ibm.as400.access.ObjectDoesNotExistException;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Restrictions;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;

/**
 * Runs one operation on a host job that is its own, and turns whatever JTOpen throws into the fault
 * that is true: once a change may have begun, nothing says that it may be sent again. Thread-safe.
 */
final class HostAction implements Operation.Action {
  private static final System.Logger LOG = System.getLogger(HostAction.class.getName());

  /** To ask for the end of a job, on another one. */
  private static final Duration ENDING = Duration.ofSeconds(20);

  /** What an operation does between borrowing and giving back. */
  interface Work {
    /** Runs on the caller's thread, which is interrupted at the deadline. */
    void run(HostJob job, Call call, Answer answer, Step step)
        throws FaultException,
            IOException,
            InterruptedException,
            AS400SecurityException,
            ErrorCompletingRequestException,
            ObjectDoesNotExistException,
            IllegalObjectTypeException,
            PropertyVetoException;
  }

  /** How far an operation came; for one thread. */
  static final class Step {
    private boolean begun;
    private boolean done;

    /** From here on the host may have changed something. */
    void begun() {
      begun = true;
    }

    /** The host said that it is done; what fails from here on is the delivery of the answer. */
    void done() {
      done = true;
    }
  }

  /**
   * What the file says beside the work.
   *
   * @param safe may run twice without harm
   * @param service JTOpen's number of the server whose job does it
   * @param keepsJob the host job may serve other calls afterwards
   * @param endsJob at the deadline the host job itself is ended
   * @param object the answer is one object, which CSV has no form for
   */
  record Manner(
      String id,
      boolean safe,
      int service,
      boolean keepsJob,
      boolean endsJob,
      boolean object,
      ChosenMessages messages) {}

  private final HostPools pools;
  private final Optional<Announcement> announcement;
  private final Manner manner;
  private final Work work;

  HostAction(HostPools pools, Optional<Announcement> announcement, Manner manner, Work work) {
    this.pools = pools;
    this.announcement = announcement;
    this.manner = manner;
    this.work = work;
  }

  @Override
  public void run(Call call, Answer answer) throws FaultException {
    if (!call.request().restrictions().equals(Restrictions.NONE)) {
      throw Fault.of(
              Code.FORBIDDEN,
              "the policy restricts this call in a way that this operation can't keep")
          .thrown();
    }
    if (manner.object() && answer.format() == Answer.Format.CSV) {
      throw Fault.of(Code.NOT_ACCEPTABLE, "one object is answered as JSON only").thrown();
    }
    HostPool pool = pools.of(call);
    try (HostJob job = pool.borrow(call)) {
      Step step = new Step();
      boolean whole = false;
      try {
        if (announcement.isPresent()) {
          announcement.get().tell(job, call, manner.id());
        }
        work.run(job, call, answer, step);
        whole = true;
      } catch (HostMessages.Told e) {
        whole = true;
        throw told(job, e, step).thrown();
      } catch (AS400Exception e) {
        whole = true;
        throw told(job, new HostMessages.Told(e.getAS400MessageList()), step).thrown();
      } catch (FaultException e) {
        whole = true;
        throw step.done && !manner.safe() ? undelivered(e).thrown() : e;
      } catch (ObjectDoesNotExistException | IllegalObjectTypeException e) {
        whole = true;
        LOG.log(Level.WARNING, manner.id() + ": " + e.getMessage());
        throw HostFaults.missing(e).thrown();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw broken(job, call, step, e).thrown();
      } catch (AS400SecurityException e) {
        LOG.log(Level.WARNING, manner.id() + ": " + e.getMessage());
        throw HostFaults.authority(e).thrown();
      } catch (IOException
          | ErrorCompletingRequestException
          | PropertyVetoException
          | RuntimeException
          | OutOfMemoryError e) { // JTOpen makes room for whatever length the other end claims
        throw broken(job, call, step, e).thrown();
      } finally {
        finish(pool, job, answer, whole);
      }
    }
  }

  private Fault told(HostJob job, HostMessages.Told told, Step step) {
    LOG.log(Level.WARNING, manner.id() + ": job " + name(job) + " says: " + told.detail());
    return HostFaults.of(told.messages(), manner, unsafe(step));
  }

  private void finish(HostPool pool, HostJob job, Answer answer, boolean whole) {
    String name = name(job);
    answer.servedBy(name);
    if (!whole || !manner.keepsJob()) {
      job.poison();
    }
    LOG.log(Level.DEBUG, () -> manner.id() + ": job " + name);
    if (job.ended() && manner.endsJob()) {
      endJob(pool, name);
    }
  }

  private String name(HostJob job) {
    String name = job.jobName(manner.service());
    return name.isEmpty() ? job.jobName() : name;
  }

  private boolean unsafe(Step step) {
    return step.begun && !manner.safe();
  }

  private static Fault undelivered(FaultException e) {
    return Fault.of(
        Code.OUTCOME_UNKNOWN, "it is done, and the answer could not be understood or delivered", e);
  }

  /** The connection is gone, in whatever way JTOpen says it. */
  private Fault broken(HostJob job, Call call, Step step, Throwable e) {
    LOG.log(Level.DEBUG, () -> manner.id() + ": job " + name(job) + " is lost", e);
    if (unsafe(step)) {
      return Fault.of(
          Code.OUTCOME_UNKNOWN,
          job.ended()
              ? "it took longer than allowed: what the source has begun may still complete"
              : "the connection to the source broke: the change may be made",
          e);
    }
    if (call.cancellation().cancelled()) {
      return Fault.of(Code.CANCELLED, "the caller went away", e);
    }
    if (job.ended() || call.deadline() - System.nanoTime() <= 0) {
      return Fault.of(Code.DEADLINE_EXCEEDED, "the operation took longer than allowed", e);
    }
    return e instanceof RuntimeException
        ? Fault.of(Code.INTERNAL, "the operation failed in an unforeseen way", e)
        : new Fault(
            Code.SOURCE_UNAVAILABLE,
            "the connection to the source broke",
            "",
            Duration.ofSeconds(5),
            e);
  }

  /** In the background, on another job: the one meant may be in a loop. */
  private void endJob(HostPool pool, String name) {
    if (name.isEmpty()) {
      return;
    }
    Thread.ofVirtual()
        .name("ibmi-end-job")
        .start(
            () -> {
              try (HostJob other = pool.borrow(System.nanoTime() + ENDING.toNanos())) {
                other.poison();
                CommandCall command = new CommandCall(other.system());
                boolean ended = command.run("ENDJOB JOB(" + name + ") OPTION(*IMMED)");
                LOG.log(
                    Level.INFO,
                    manner.id()
                        + ": job "
                        + name
                        + (ended ? " is ended" : " is not ended: ")
                        + (ended ? "" : HostMessages.brief(command.getMessageList())));
              } catch (FaultException
                  | IOException
                  | AS400SecurityException
                  | ErrorCompletingRequestException
                  | PropertyVetoException e) {
                LOG.log(Level.WARNING, manner.id() + ": job " + name + " could not be ended", e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }
}
