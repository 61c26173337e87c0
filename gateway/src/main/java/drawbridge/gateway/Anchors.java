package drawbridge.gateway;

import com.google.protobuf.ByteString;
import drawbridge.audit.AnchorStore;
import drawbridge.relay.AgentLink;
import drawbridge.relay.wire.AnchorRequest;
import drawbridge.relay.wire.Anchored;
import drawbridge.relay.wire.BridgeGrpc;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Keeps what agents say of their audit logs, on this gateway's own disk. Thread-safe. Whoever
 * alters or cuts an agent's log would have to alter it here too.
 */
final class Anchors {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.audit");
  private static final Executor VIRTUAL = Executors.newVirtualThreadPerTaskExecutor();

  private final AnchorStore store;
  private final Measures measures;

  /** What was said of an agent's log, so that it is said once; each refusal counts all the same. */
  private final Map<String, String> refused = new ConcurrentHashMap<>();

  Anchors(AnchorStore store, Measures measures) {
    this.store = store;
    this.measures = measures;
  }

  /** Listens until the context is cancelled, and again a while after it broke off. */
  void listen(AgentLink agent, Context.CancellableContext life) {
    if (life.isCancelled()) {
      return;
    }
    try {
      long size = store.size(name(agent));
      Context.CancellableContext own = life.withCancellation();
      own.run(
          () ->
              BridgeGrpc.newStub(agent.calls())
                  .anchor(
                      AnchorRequest.newBuilder().setSize(size).build(),
                      new Listener(agent, life, own, size)));
    } catch (IOException e) {
      failed(agent, e);
      again(agent, life);
    }
  }

  private static String name(AgentLink agent) {
    return agent.site() + "." + agent.agent();
  }

  private void again(AgentLink agent, Context.CancellableContext life) {
    CompletableFuture.delayedExecutor(5, TimeUnit.SECONDS, VIRTUAL)
        .execute(() -> listen(agent, life));
  }

  private void failed(AgentLink agent, IOException e) {
    measures.alarm("audit-anchor-not-kept");
    LOG.log(
        Level.WARNING,
        () -> "a checkpoint of " + name(agent) + "'s audit log could not be kept: " + e);
  }

  private final class Listener implements StreamObserver<Anchored> {
    private final AgentLink agent;
    private final Context.CancellableContext life;

    private final Context.CancellableContext own;
    private long expected;
    private boolean over;

    Listener(
        AgentLink agent,
        Context.CancellableContext life,
        Context.CancellableContext own,
        long expected) {
      this.agent = agent;
      this.life = life;
      this.own = own;
      this.expected = expected;
    }

    @Override
    public void onNext(Anchored told) {
      if (over) {
        return; // was under way when this side gave up
      }
      try {
        if (store.size(name(agent)) != expected) {
          own.cancel(null); // another channel of this agent was faster: begin anew from there
          return;
        }
        String log = "drawbridge/" + agent.site() + "/agent/" + agent.agent();
        AnchorStore.Outcome outcome =
            told.getOld() == expected && told.getCheckpoint().startsWith(log + "\n")
                ? store.accept(
                    name(agent),
                    told.getKey(),
                    told.getCheckpoint(),
                    told.getProofList().stream().map(ByteString::toByteArray).toList())
                : AnchorStore.Outcome.NOT_SIGNED;
        switch (outcome) {
          case KEPT, KNOWN -> {
            expected = store.size(name(agent));
            refused.remove(name(agent));
          }
          case NOT_SIGNED -> refuse("audit-not-signed", "sent a checkpoint that is not its own");
          case OTHER_KEY -> refuse("audit-other-key", "signs its audit log with another key");
          case INCONSISTENT ->
              refuse("audit-inconsistent", "has an audit log that was altered or cut");
        }
      } catch (IOException e) {
        failed(agent, e);
      }
    }

    /**
     * The agent goes on from what it sent and this side from what it kept, so nothing that came
     * next could be judged: begins anew from there.
     */
    private void refuse(String kind, String what) {
      measures.alarm(kind);
      if (!kind.equals(refused.put(name(agent), kind))) {
        LOG.log(Level.WARNING, () -> name(agent) + " " + what + ": docs/audit.md says what to do");
      }
      over = true;
      own.cancel(null);
    }

    @Override
    public void onError(Throwable broken) {
      // An older agent does not know the call.
      if (Status.fromThrowable(broken).getCode() != Status.Code.UNIMPLEMENTED) {
        again(agent, life);
      }
    }

    @Override
    public void onCompleted() {
      again(agent, life);
    }
  }
}
