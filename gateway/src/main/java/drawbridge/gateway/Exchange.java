package drawbridge.gateway;

import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.Request;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a call on one channel. The thread of the call sends and takes; gRPC's threads only
 * put what arrives into a queue. A reply's next message is asked for when one has been taken, so
 * that no more than {@link #AHEAD} are ever held here and the agent is held back by the caller's
 * own pace.
 */
final class Exchange extends ClientCall.Listener<Reply> {
  /** Messages under way or waiting: the next one travels while one is written. */
  private static final int AHEAD = 2;

  /** Of one message; an agent's own chunks are a quarter of a megabyte at most. */
  private static final int MESSAGE = 1 << 20;

  /** The reply's messages and at last the one {@link Status}. */
  private final BlockingQueue<Object> arrived = new ArrayBlockingQueue<>(AHEAD + 1);

  private final Semaphore ready = new Semaphore(0);
  private final ClientCall<Request, Reply> call;
  private final Link link;
  private volatile boolean started;
  private boolean sentAll;
  private boolean heardEnd;

  private Exchange(Link link, long timeoutNanos) {
    this.link = link;
    CallOptions options =
        CallOptions.DEFAULT
            .withDeadlineAfter(timeoutNanos, TimeUnit.NANOSECONDS)
            .withMaxInboundMessageSize(MESSAGE)
            // Nothing here blocks, so no thread need be started for it.
            .withExecutor(Runnable::run)
            .withStreamTracerFactory(
                new ClientStreamTracer.Factory() {
                  @Override
                  public ClientStreamTracer newClientStreamTracer(
                      ClientStreamTracer.StreamInfo info, Metadata headers) {
                    return new ClientStreamTracer() {
                      @Override
                      public void streamCreated(Attributes transport, Metadata metadata) {
                        started = true;
                      }
                    };
                  }
                });
    call = link.agent().calls().newCall(BridgeGrpc.getInvokeMethod(), options);
  }

  /**
   * Starts the call with its first message.
   *
   * @param timeoutNanos after which gRPC ends it by itself
   */
  static Exchange start(Link link, Request first, long timeoutNanos) {
    Exchange exchange = new Exchange(link, timeoutNanos);
    exchange.call.start(exchange, new Metadata());
    exchange.call.request(AHEAD);
    exchange.send(first);
    return exchange;
  }

  Link link() {
    return link;
  }

  /** A stream was made on the channel: the agent may have seen the request. */
  boolean couldHaveReached() {
    return started;
  }

  void send(Request request) {
    call.sendMessage(request);
    if (request.getLast()) {
      sentAll = true;
      call.halfClose();
    }
  }

  /**
   * Waits until the channel has room for another message, or none is wanted any more since
   * something was answered; false: not by then.
   */
  boolean awaitRoom(long nanos) throws InterruptedException {
    long until = System.nanoTime() + nanos;
    while (!call.isReady() && !answered()) {
      if (!ready.tryAcquire(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
        return call.isReady();
      }
      ready.drainPermits();
    }
    return true;
  }

  /** Something has arrived, so that more of the body may be pointless. */
  boolean answered() {
    return !arrived.isEmpty();
  }

  /** A {@link Reply} or the final {@link Status}; null: nothing came in that time. */
  @Nullable Object next(long nanos) throws InterruptedException {
    Object next = arrived.poll();
    if (next == null) {
      next = arrived.poll(nanos, TimeUnit.NANOSECONDS);
    }
    if (next instanceof Reply reply) {
      heardEnd = reply.hasEnd();
      call.request(1);
    }
    return next;
  }

  /**
   * Nothing more is said or heard. Where both sides have ended, the agent closes the stream; to
   * cancel it meanwhile would cost a message of its own, half as much as the whole call.
   */
  void over() {
    if (!sentAll || !heardEnd) {
      cancel("over");
    }
  }

  /** Ends the call on both sides; harmless once it has ended. From any thread. */
  void cancel(String why) {
    call.cancel(why, null);
  }

  @Override
  public void onMessage(Reply reply) {
    arrived.add(reply);
    ready.release();
  }

  @Override
  public void onReady() {
    ready.release();
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    arrived.add(status);
    ready.release();
  }
}
