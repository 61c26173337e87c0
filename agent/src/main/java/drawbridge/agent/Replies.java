package drawbridge.agent;

import drawbridge.relay.wire.Reply;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A call's way back to its gateway. A stream is not closed before the gateway has ended its half,
 * or let go of it as it does when it has read the end of the reply: what arrives for a stream that
 * is closed, such as the rest of a refused call's body, is never given back to the channel's window
 * by gRPC's OkHttp server, and a megabyte of it would stop every call of that channel. Messages are
 * sent by the call's own thread; gRPC's callbacks tell what was heard. Thread-safe.
 */
final class Replies {
  /** For the gateway to end its half; one that does not may harm its own channel alone. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ServerCallStreamObserver<Reply> observer;
  private boolean heardAll;
  private boolean ended;
  private boolean closed;

  Replies(ServerCallStreamObserver<Reply> observer) {
    this.observer = observer;
  }

  /** There is room for another message. */
  boolean isReady() {
    return observer.isReady();
  }

  void send(Reply reply) {
    observer.onNext(reply);
  }

  /** That was the last message. */
  synchronized void end() {
    ended = true;
    if (heardAll) {
      close();
    } else {
      CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
          .execute(this::close);
    }
  }

  /** Nothing that the gateway still sends matters. */
  synchronized boolean ended() {
    return ended;
  }

  /** The gateway has sent its last. */
  synchronized void heardAll() {
    heardAll = true;
    if (ended) {
      close();
    }
  }

  /** The gateway has let go of the stream, and gRPC with it. */
  synchronized void gone() {
    closed = true;
  }

  /** Breaks the stream off, so that no reply looks whole. */
  synchronized void breakOff(Status why) {
    if (!closed) {
      closed = true;
      observer.onError(why.asException());
    }
  }

  private synchronized void close() {
    if (!closed) {
      closed = true;
      observer.onCompleted();
    }
  }
}
