package drawbridge.agent;

import drawbridge.relay.GatewayLink;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.Request;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's side of one call: gathers the request and passes on the caller's leaving. Its callbacks
 * come one at a time and never wait; the call runs on a thread of its own.
 */
final class Invocation implements StreamObserver<Request> {
  private final Calls calls;
  private final GatewayLink link;
  private final Replies replies;
  private final Lifeline life;
  private final RequestBody body;
  private @Nullable Head head;
  private boolean refused;

  Invocation(Calls calls, GatewayLink link, ServerCallStreamObserver<Reply> observer) {
    this.calls = calls;
    this.link = link;
    this.replies = new Replies(observer);
    this.life = new Lifeline();
    this.body = new RequestBody(calls.bounds().bodyBytes());
    observer.setOnCancelHandler(this::gone);
    observer.setOnReadyHandler(life::signal);
  }

  @Override
  public void onNext(Request request) {
    if (head == null) {
      if (!request.hasHead()) {
        malformed();
        return;
      }
      head = request.getHead();
      body.add(request.getChunk(), request.getLast());
      calls.start(new Execution(calls, link, head, body, life, replies));
    } else if (!replies.ended()) {
      body.add(request.getChunk(), request.getLast());
      life.signal();
    }
    if (request.getLast()) {
      replies.heardAll();
    }
  }

  @Override
  public void onCompleted() {
    body.add(com.google.protobuf.ByteString.EMPTY, true);
    life.signal();
    if (head == null) {
      malformed();
    }
    replies.heardAll();
  }

  private void malformed() {
    if (!refused) {
      refused = true;
      replies.breakOff(Status.INVALID_ARGUMENT.withDescription("the first message has no head"));
    }
  }

  /** The connector hung up, or the channel is gone. */
  @Override
  public void onError(Throwable reason) {
    gone();
  }

  private void gone() {
    replies.gone();
    life.end(Lifeline.State.CANCELLED);
  }
}
