package drawbridge.agent;

import drawbridge.audit.AuditLog;
import drawbridge.audit.ValueKeys;
import drawbridge.relay.GatewayLink;
import drawbridge.relay.wire.AnchorRequest;
import drawbridge.relay.wire.Anchored;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.DescribeRequest;
import drawbridge.relay.wire.MeasureRequest;
import drawbridge.relay.wire.Measured;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.Request;
import drawbridge.relay.wire.ViewReply;
import drawbridge.relay.wire.ViewRequest;
import drawbridge.traces.Traces;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves the calls of gateways: look up and policy, deadline, arguments, audit, action, audit,
 * reply. Thread-safe. Each call comes with a {@link GatewayLink} in its gRPC context, set by
 * whoever proved the gateway's name; a call without one is refused.
 */
public final class BridgeService extends BridgeGrpc.BridgeImplBase implements AutoCloseable {
  private final Calls calls;
  private final Feed<Catalogue> feed;
  private final Feed<Measured> pools = new Feed<>(Measured.getDefaultInstance());
  private final AnchorFeed anchors;

  /**
   * A service that is ready at once.
   *
   * @param served what is served by now; asked once a call
   * @param audit stays the caller's to close, after this
   * @param values that arguments are hashed with for the audit log
   */
  BridgeService(
      Supplier<Served> served,
      Feed<Catalogue> feed,
      AuditLog audit,
      ValueKeys values,
      ArgumentReader arguments,
      PageKey pageKey,
      Guards guards,
      Traces traces) {
    this(
        new Calls(served, audit, values, arguments, Calls.Bounds.DEFAULT, pageKey, guards, traces),
        feed);
  }

  BridgeService(Calls calls, Feed<Catalogue> feed) {
    this.calls = calls;
    this.feed = feed;
    this.anchors = new AnchorFeed(calls.audit());
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<Catalogue> observer) {
    if (link(observer) != null) {
      feed.subscribe((ServerCallStreamObserver<Catalogue>) observer);
    }
  }

  @Override
  public void view(ViewRequest request, StreamObserver<ViewReply> observer) {
    GatewayLink link = link(observer);
    if (link != null) {
      observer.onNext(Views.of(calls.served(), link.gateway(), request, calls.guards()));
      observer.onCompleted();
    }
  }

  @Override
  public void anchor(AnchorRequest request, StreamObserver<Anchored> observer) {
    if (link(observer) != null) {
      anchors.subscribe((ServerCallStreamObserver<Anchored>) observer, request.getSize());
    }
  }

  @Override
  public void measure(MeasureRequest request, StreamObserver<Measured> observer) {
    if (link(observer) != null) {
      pools.subscribe((ServerCallStreamObserver<Measured>) observer);
    }
  }

  /** Tells gateways how busy the sources are, where that is another than before. */
  void measured(Measured now) {
    if (!now.equals(pools.current())) {
      pools.publish(now);
    }
  }

  @Override
  public StreamObserver<Request> invoke(StreamObserver<Reply> observer) {
    GatewayLink link = link(observer);
    return link == null
        ? new Deaf()
        : new Invocation(calls, link, (ServerCallStreamObserver<Reply>) observer);
  }

  private static @Nullable GatewayLink link(StreamObserver<?> observer) {
    GatewayLink link = GatewayLink.KEY.get();
    if (link == null) {
      observer.onError(
          Status.UNAUTHENTICATED.withDescription("no gateway is known here").asException());
    }
    return link;
  }

  /** Ends calls that are not allowed any more, and says how many. */
  int revoke() {
    return calls.revoke();
  }

  Tally tally() {
    return calls.tally();
  }

  /** How many calls are under way. */
  int running() {
    return calls.running();
  }

  boolean uses(Served served) {
    return calls.uses(served);
  }

  /**
   * Takes no new calls and waits for those under way.
   *
   * @return false: some were still running after the grace
   */
  public boolean drain(Duration grace) throws InterruptedException {
    return calls.drain(grace);
  }

  /** Cancels what still runs and ends what gateways hear of the catalogue. */
  @Override
  public void close() {
    feed.end();
    anchors.end();
    pools.end();
    calls.close();
  }

  /** Hears the rest of a stream that was refused before it began. */
  private static final class Deaf implements StreamObserver<Request> {
    @Override
    public void onNext(Request request) {}

    @Override
    public void onError(Throwable reason) {}

    @Override
    public void onCompleted() {}
  }
}
