package drawbridge.agent;

import drawbridge.adapters.AuditPlan;
import drawbridge.adapters.Call;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.agent.policy.Budgets;
import drawbridge.agent.policy.Caller;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.AuditRecord.Outcome;
import drawbridge.audit.AuditUnavailable;
import drawbridge.audit.Identity;
import drawbridge.audit.Recorded;
import drawbridge.relay.GatewayLink;
import drawbridge.relay.Reference;
import drawbridge.relay.wire.End;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Reply;
import drawbridge.tokens.Token;
import drawbridge.traces.Span;
import io.grpc.Status;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call from its head to the end of its reply, on a thread of its own:
 *
 * <pre>
 * look up and policy → budget → deadline → format → body and arguments       refused: one record, one fault
 *   → begin record → action → rest of a stream → end record → end of reply   ran: whatever happens is recorded
 * </pre>
 *
 * An operation that is safe writes its begin record only when its answer becomes a stream; a short
 * answer needs one record, before its first byte leaves.
 */
final class Execution {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");

  private final Calls calls;
  private final GatewayLink link;
  private final Head head;
  private final Lifeline life;
  private final Replies replies;
  private final long received = System.nanoTime();
  private final Admission admission;
  private final Served served;
  private final String digest;
  private final String id;
  private final @Nullable Operation operation;
  private final boolean safe;
  private final Recording recording;
  private final Span span;
  private @Nullable List<Recorded> arguments;

  private boolean begun;
  private long rows;
  private long bytes;

  Execution(
      Calls calls, GatewayLink link, Head head, RequestBody body, Lifeline life, Replies replies) {
    this.calls = calls;
    this.link = link;
    this.head = head;
    this.life = life;
    this.replies = replies;
    this.served = calls.served();
    this.digest = served.digest();
    byte[] callId = head.getCallId().toByteArray();
    this.id = HexFormat.of().formatHex(callId, 0, Math.min(Admission.CALL_ID_BYTES, callId.length));
    this.operation = served.operation(head.getOperation());
    this.span =
        calls
            .traces()
            .begin(
                Span.Kind.SERVER,
                operation == null ? "call" : operation.id(),
                head.getTraceparent());
    this.safe = operation != null && operation.safe();
    this.recording =
        new Recording(calls.values(), operation == null ? AuditPlan.HASHED : operation.audit());
    Caller caller =
        new Caller(
            head.getCaller().getSubject(),
            head.getCaller().getIssuer(),
            head.getCaller().getFingerprint());
    this.admission = new Admission(calls, served, link, head, caller, body, life);
  }

  Lifeline life() {
    return life;
  }

  /** It would be allowed to begin now, or nothing has been decided yet. */
  boolean stillAllowed() {
    return admission.stillAllowed(calls.served());
  }

  boolean began(Served with) {
    return served.equals(with);
  }

  /** Refuses without waiting for anything, the audit log included. */
  void refuseBusy(String reason) {
    Problem problem =
        Problem.because(Code.BUSY, "The agent has no room for another call.", reason)
            .retryAfter(Duration.ofSeconds(1));
    String reference = Reference.next();
    calls.audit().offer(AuditRecord.refused(about(), result(problem, reference, null, 0)));
    fail(problem, reference, End.newBuilder());
    span.end();
  }

  void run() {
    try {
      switch (admission.decide()) {
        case Admission.Refused refused -> refuse(refused.problem());
        case Admission.Admitted admitted -> execute(admitted);
      }
    } catch (RuntimeException | Error e) {
      // Ours, not the action's: what the call did is not known here, so its stream breaks.
      LOG.log(System.Logger.Level.WARNING, "a call broke the agent", e);
      calls.tally().ended(Outcome.FAILED, System.nanoTime() - received);
      calls.tally().problem(Problem.internal(e), head.getOperation(), "");
      span.failed("internal");
      replies.breakOff(Status.INTERNAL);
    } finally {
      span.note("drawbridge.call", id);
      span.note("drawbridge.gateway", link.gateway());
      span.note("drawbridge.rule", admission.rule());
      span.end();
      Budgets.Granted granted = admission.granted();
      if (granted != null) {
        granted.done(rows, bytes, System.nanoTime() - received);
      }
    }
  }

  // ---- before anything runs

  private void refuse(Problem problem) {
    String reference = Reference.next();
    AuditRecord record = AuditRecord.refused(about(), result(problem, reference, null, 0));
    try {
      calls.audit().record(record);
      fail(problem, reference, End.newBuilder());
    } catch (AuditUnavailable e) {
      fail(Problem.auditUnavailable(e.reason()), reference, End.newBuilder());
    }
  }

  // ---- once it may run

  private void execute(Admission.Admitted call) {
    if (!safe && !calls.attempts().begin(id, head.getAttempt())) {
      refuse(Problem.outcomeUnknown("a call that changes something is not begun twice", null));
      return;
    }
    arguments = recording.understood(call.arguments(), call.request());
    AuditRecord.About about = about();
    if (!safe || !calls.audit().healthy()) {
      try {
        calls.audit().record(AuditRecord.begin(about), life.deadline());
        begun = true;
      } catch (AuditUnavailable e) {
        calls.attempts().notBegun(id);
        unrecorded(about, Problem.auditUnavailable(e.reason()));
        return;
      }
    }
    ReplyBody reply =
        new ReplyBody(
            replies,
            life,
            call.format(),
            call.limits().bytes(),
            head.getEncoding().equals("gzip"),
            recording,
            () -> {
              if (!begun) {
                calls.audit().record(AuditRecord.begin(about), life.deadline());
                begun = true;
              }
            });
    long started = System.nanoTime();
    Span source = span.child(Span.Kind.CLIENT, "source " + served.source(call.operation().id()));
    Problem problem = act(call, reply);
    rows = reply.rows();
    bytes = reply.bytes();
    source.note("drawbridge.rows", rows);
    source.note("drawbridge.bytes", bytes);
    if (problem != null) {
      source.failed(problem.word());
    }
    source.end();
    long sourceMicros = Math.max(0, System.nanoTime() - started - reply.waitedNanos()) / 1_000;
    settle(about, reply, problem, sourceMicros);
  }

  /** Begin may have become durable after all; if so, this tells how it went on. */
  private void unrecorded(AuditRecord.About about, Problem problem) {
    String reference = Reference.next();
    calls.audit().offer(AuditRecord.end(about, result(problem, reference, null, 0)));
    fail(problem, reference, End.newBuilder());
  }

  /** Runs the action and judges what came of it; null: it went well. */
  private @Nullable Problem act(Admission.Admitted call, ReplyBody reply) {
    Problem told = null;
    if (life.state() != Lifeline.State.WANTED) {
      return Problem.gone(life);
    }
    try {
      call.operation()
          .action()
          .run(
              new Call(
                  call.arguments(),
                  life.deadline(),
                  call.limits().rows(),
                  life.cancellation(),
                  call.request()),
              reply);
      if (!reply.begun()) {
        throw new IllegalStateException(
            "the action of " + call.operation().id() + " gave no answer");
      }
      reply.drain();
    } catch (FaultException e) {
      told = Problem.from(e.fault()).afterRun();
    } catch (java.io.IOException e) {
      told = Problem.gone(life).afterRun();
    } catch (RuntimeException | Error e) {
      told = Problem.internal(e).afterRun();
    } finally {
      reply.leave();
    }
    return judge(told, reply);
  }

  /**
   * The agent knows better than the action why its stream failed; and an action that changes
   * something and was interrupted leaves open what it did.
   */
  private @Nullable Problem judge(@Nullable Problem told, ReplyBody reply) {
    boolean interrupted = told != null && told.leavesOutcomeOpen();
    Problem known = told;
    if (reply.unrecorded()) {
      known = Problem.auditUnavailable("the begin record").afterRun();
    } else if (reply.crowded()) {
      known =
          Problem.because(
                  Code.BUSY,
                  "The source sends as many long answers as it may. Try again later.",
                  "half of the source's connections are held by long answers")
              .retryAfter(Duration.ofSeconds(5))
              .afterRun();
      interrupted = true;
    } else if (reply.tooLong() && (told == null || interrupted)) {
      known =
          Problem.of(Code.TOO_LARGE, "The answer is longer than this caller's limit allows.")
              .afterRun();
      interrupted = true;
    } else if (life.state() != Lifeline.State.WANTED && (interrupted || (told == null && safe))) {
      known = Problem.gone(life).afterRun();
    }
    if (!safe && known != null && (interrupted || reply.unrecorded())) {
      Throwable cause = told == null ? null : told.cause();
      return Problem.outcomeUnknown(known.code() + ": " + known.message(), cause);
    }
    return known;
  }

  private void settle(
      AuditRecord.About about, ReplyBody reply, @Nullable Problem problem, long sourceMicros) {
    String reference = problem == null ? "" : Reference.next();
    AuditRecord.Result result = result(problem, reference, reply, sourceMicros);
    try {
      calls.audit().record(last(about, result));
    } catch (AuditUnavailable e) {
      problem =
          safe
              ? Problem.auditUnavailable(e.reason()).afterRun()
              : Problem.outcomeUnknown("its end could not be recorded", e);
      reference = Reference.next();
      calls.audit().offer(last(about, result(problem, reference, reply, sourceMicros)));
    }
    End.Builder end =
        End.newBuilder().setRows(reply.rows()).setBytes(reply.bytes()).setSourceUs(sourceMicros);
    if (problem == null) {
      reply.finish(end.build());
      recording.log(id, about.operation(), link.gateway(), sourceMicros);
      calls.tally().ended(Outcome.OK, System.nanoTime() - received);
    } else {
      fail(problem, reference, end);
    }
  }

  private AuditRecord last(AuditRecord.About about, AuditRecord.Result result) {
    return begun ? AuditRecord.end(about, result) : AuditRecord.call(about, result);
  }

  // ---- telling

  private AuditRecord.About about() {
    return new AuditRecord.About(
        id,
        head.getAttempt(),
        head.getOperation(),
        link.gateway(),
        identity(),
        admission.rule(),
        digest,
        arguments == null ? recording.given(head) : arguments,
        recording.valuesKey(),
        head.getTraceparent());
  }

  private Identity identity() {
    Caller caller = admission.caller();
    Identity.Builder identity = Recording.claimed(head.getCaller());
    Token token = caller.token();
    if (token != null) {
      return identity
          .proven(Identity.PROOF, "token")
          .proven(Identity.TOKEN_HASH, token.hash())
          .proven(Identity.TENANT, token.tenant())
          .proven(Identity.APP, token.app())
          .proven(token.delegated() ? Identity.USER : Identity.OBJECT, token.user())
          .build();
    }
    return identity
        .claimed(Identity.PROOF, caller.proof() == Caller.Proof.GATEWAY ? "gateway" : "")
        .build();
  }

  private AuditRecord.Result result(
      @Nullable Problem problem, String reference, @Nullable ReplyBody reply, long sourceMicros) {
    return recording.with(
        new AuditRecord.Result(
            outcome(problem),
            problem == null ? "" : problem.code().name(),
            problem != null || reply == null ? 0 : reply.status(),
            problem == null ? "" : problem.reason(),
            reference,
            reply == null ? 0 : reply.rows(),
            reply == null ? 0 : reply.bytes(),
            sourceMicros,
            (System.nanoTime() - received) / 1_000));
  }

  private static Outcome outcome(@Nullable Problem problem) {
    if (problem == null) {
      return Outcome.OK;
    }
    return switch (problem.code()) {
      case OUTCOME_UNKNOWN -> Outcome.UNKNOWN;
      case CANCELLED -> Outcome.CANCELLED;
      default -> problem.ran() ? Outcome.FAILED : Outcome.REFUSED;
    };
  }

  private void fail(Problem problem, String reference, End.Builder end) {
    problem.log(
        reference,
        operation == null ? "an operation that there is not" : operation.id(),
        link.gateway(),
        recording.job());
    span.failed(problem.word());
    span.note("drawbridge.reference", reference);
    if (life.state() != Lifeline.State.CANCELLED) {
      replies.send(
          Reply.newBuilder().setEnd(end.setFault(problem.onTheWire(safe, reference))).build());
      replies.end();
    }
    calls.tally().ended(outcome(problem), System.nanoTime() - received);
    calls.tally().problem(problem, operation == null ? "" : operation.id(), reference);
  }
}
