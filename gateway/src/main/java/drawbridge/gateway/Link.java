package drawbridge.gateway;

import drawbridge.relay.AgentLink;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.DescribeRequest;
import drawbridge.relay.wire.MeasureRequest;
import drawbridge.relay.wire.Measured;
import drawbridge.relay.wire.Pool;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/** A channel to an agent, what the agent offers, and how busy it is. Thread-safe. */
final class Link implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.agents");

  /** Of one catalogue: 4,096 operations of a kilobyte each. */
  private static final int CATALOGUE_BYTES = 4 << 20;

  private static final long ASK = TimeUnit.SECONDS.toNanos(3);

  private static final Executor VIRTUAL = Executors.newVirtualThreadPerTaskExecutor();

  private final AgentLink agent;
  private final GatewaySettings settings;
  private final BiConsumer<Link, Catalogue> changed;
  private final Context.CancellableContext life = Context.ROOT.withCancellation();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong asked = new AtomicLong(System.nanoTime());
  private volatile Offer offer = Offer.NONE;
  private volatile Map<String, Pool> pools = Map.of();
  private volatile boolean described;
  private volatile boolean closed;

  /**
   * Of a channel that is open.
   *
   * @param changed a catalogue came; called one at a time
   */
  Link(AgentLink agent, GatewaySettings settings, BiConsumer<Link, Catalogue> changed) {
    this.agent = agent;
    this.settings = settings;
    this.changed = changed;
  }

  AgentLink agent() {
    return agent;
  }

  Offer offer() {
    return offer;
  }

  /** Its catalogue has come. */
  boolean described() {
    return described;
  }

  void offer(Offer offer) {
    this.offer = offer;
    this.described = true;
  }

  int inFlight() {
    return inFlight.get();
  }

  void began() {
    inFlight.incrementAndGet();
  }

  void ended() {
    inFlight.decrementAndGet();
  }

  /** A new call may start here. */
  boolean good() {
    return !closed && !offer.catalogue().getDraining() && !agent.suspect().getAsBoolean();
  }

  /**
   * Somebody has heard nothing for long. An agent that is dead, or cannot be reached, is noticed
   * only by what it owes; so it is asked for a sign of life, by all who wait together now and then.
   */
  void ask() {
    long now = System.nanoTime();
    long last = asked.get();
    if (now - last >= ASK && asked.compareAndSet(last, now)) {
      agent.ask().run();
    }
  }

  boolean suspect() {
    return closed || agent.suspect().getAsBoolean();
  }

  /** Asks for the catalogue, and again a second after it broke off, until closed. */
  void describe() {
    if (closed) {
      return;
    }
    DescribeRequest request =
        DescribeRequest.newBuilder()
            .setGateway(settings.name())
            .setVersion(Gateway.VERSION)
            .build();
    life.run(
        () ->
            BridgeGrpc.newStub(agent.calls())
                .withMaxInboundMessageSize(CATALOGUE_BYTES)
                .describe(request, new Changes()));
  }

  /** How busy the agent's connections to a source are; all zero: it has not said. */
  Pool pool(String source) {
    return pools.getOrDefault(source, Pool.getDefaultInstance());
  }

  /** Hears how busy the agent's sources are, and again a while after it broke off, until closed. */
  void measure() {
    if (!closed) {
      life.run(
          () ->
              BridgeGrpc.newStub(agent.calls())
                  .measure(MeasureRequest.getDefaultInstance(), new Figures()));
    }
  }

  /** Keeps what the agent says of its audit log, until closed. */
  void anchor(Anchors anchors) {
    anchors.listen(agent, life);
  }

  @Override
  public void close() {
    closed = true;
    life.cancel(null);
  }

  private final class Changes implements StreamObserver<Catalogue> {
    @Override
    public void onNext(Catalogue catalogue) {
      changed.accept(Link.this, catalogue);
    }

    @Override
    public void onError(Throwable broken) {
      if (!closed) {
        LOG.log(
            Level.DEBUG,
            () ->
                "the catalogue of " + agent.site() + "/" + agent.agent() + " broke off: " + broken);
        again();
      }
    }

    @Override
    public void onCompleted() {
      again();
    }

    private void again() {
      CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, VIRTUAL).execute(Link.this::describe);
    }
  }

  private final class Figures implements StreamObserver<Measured> {
    @Override
    public void onNext(Measured told) {
      Map<String, Pool> now = new HashMap<>();
      told.getPoolsList().stream()
          .limit(Measures.SOURCES)
          .forEach(pool -> now.put(pool.getSource(), pool));
      pools = now;
    }

    @Override
    public void onError(Throwable broken) {
      // An older agent does not know the call.
      if (Status.fromThrowable(broken).getCode() != Status.Code.UNIMPLEMENTED) {
        again();
      }
    }

    @Override
    public void onCompleted() {
      again();
    }

    private void again() {
      CompletableFuture.delayedExecutor(5, TimeUnit.SECONDS, VIRTUAL).execute(Link.this::measure);
    }
  }
}
