package drawbridge.agent;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells every connected gateway how something stands, what this agent offers say, at once and again
 * at every change. Thread-safe; never waits for a gateway: one that reads slowly skips to the
 * newest.
 *
 * @param <T> immutable
 */
public final class Feed<T> {
  /** A gateway needs one a channel. */
  private static final int MOST = 256;

  private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();
  private volatile T current;

  public Feed(T first) {
    current = first;
  }

  public T current() {
    return current;
  }

  /** Says that this is how it stands from now on. */
  public void publish(T newest) {
    current = newest;
    subscribers.forEach(Subscriber::send);
  }

  /** Ends what gateways hear, so that their channels can close. */
  void end() {
    subscribers.forEach(Subscriber::end);
  }

  /** Must be called from the gRPC method itself, as handlers can be set nowhere else. */
  void subscribe(ServerCallStreamObserver<T> observer) {
    if (subscribers.size() >= MOST) {
      observer.onError(
          Status.RESOURCE_EXHAUSTED.withDescription("too many who listen").asException());
      return;
    }
    Subscriber subscriber = new Subscriber(observer);
    observer.setOnCancelHandler(() -> subscribers.remove(subscriber));
    observer.setOnReadyHandler(subscriber::send);
    subscribers.add(subscriber);
    subscriber.send();
  }

  private final class Subscriber {
    private final ServerCallStreamObserver<T> observer;
    private @Nullable T sent;
    private boolean ended;

    Subscriber(ServerCallStreamObserver<T> observer) {
      this.observer = observer;
    }

    /** One at a time, since an observer is for one thread. */
    @SuppressWarnings("ReferenceEquality") // the same one, not one that looks like it
    synchronized void send() {
      T newest = current;
      if (!ended && sent != newest && (sent == null || observer.isReady())) {
        sent = newest;
        observer.onNext(newest);
      }
    }

    synchronized void end() {
      subscribers.remove(this);
      if (!ended) {
        ended = true;
        observer.onCompleted();
      }
    }
  }
}
