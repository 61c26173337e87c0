package drawbridge.agent;

import drawbridge.relay.wire.Catalogue;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells every connected gateway what this agent offers, at once and again at every change.
 * Thread-safe; never waits for a gateway: one that reads slowly skips to the newest catalogue.
 */
public final class CatalogueFeed {
  /** A gateway needs one a channel. */
  private static final int MOST = 256;

  private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();
  private volatile Catalogue current;

  public CatalogueFeed(Catalogue first) {
    current = first;
  }

  public Catalogue current() {
    return current;
  }

  /** Says that this is what the agent offers from now on. */
  public void publish(Catalogue catalogue) {
    current = catalogue;
    subscribers.forEach(Subscriber::send);
  }

  /** Ends what gateways hear, so that their channels can close. */
  void end() {
    subscribers.forEach(Subscriber::end);
  }

  /** Must be called from the gRPC method itself, as handlers can be set nowhere else. */
  void subscribe(ServerCallStreamObserver<Catalogue> observer) {
    if (subscribers.size() >= MOST) {
      observer.onError(
          Status.RESOURCE_EXHAUSTED.withDescription("too many Describe calls").asException());
      return;
    }
    Subscriber subscriber = new Subscriber(observer);
    observer.setOnCancelHandler(() -> subscribers.remove(subscriber));
    observer.setOnReadyHandler(subscriber::send);
    subscribers.add(subscriber);
    subscriber.send();
  }

  private final class Subscriber {
    private final ServerCallStreamObserver<Catalogue> observer;
    private @Nullable Catalogue sent;
    private boolean ended;

    Subscriber(ServerCallStreamObserver<Catalogue> observer) {
      this.observer = observer;
    }

    /** One at a time, since an observer is for one thread. */
    @SuppressWarnings("ReferenceEquality") // the same catalogue, not one that looks like it
    synchronized void send() {
      Catalogue newest = current;
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
