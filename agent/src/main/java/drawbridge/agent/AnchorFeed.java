package drawbridge.agent;

import com.google.protobuf.ByteString;
import drawbridge.audit.AuditLog;
import drawbridge.audit.Checkpoint;
import drawbridge.audit.VerifierKey;
import drawbridge.relay.wire.Anchored;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Tells every connected gateway how the audit log grows: the newest checkpoint at once and after
 * each change, with what shows that it begins with the one that the gateway has. Thread-safe. Each
 * gateway has a thread of its own here, so none holds up the log or another.
 */
final class AnchorFeed {
  private static final System.Logger LOG = System.getLogger("drawbridge.agent");

  /** A gateway needs one a channel. */
  private static final int MOST = 256;

  /** Between two that one gateway is sent: what it keeps is kept for good. */
  private static final Duration APART = Duration.ofSeconds(5);

  private final AuditLog log;
  private final VerifierKey key;
  private final Set<Subscriber> subscribers = ConcurrentHashMap.newKeySet();

  AnchorFeed(AuditLog log) {
    this.log = log;
    this.key = log.key();
    log.onCheckpoint(() -> subscribers.forEach(one -> one.news.release()));
  }

  /**
   * Must be called from the gRPC method itself, as handlers can be set nowhere else.
   *
   * @param size of the newest checkpoint that the gateway has; 0: none
   */
  void subscribe(ServerCallStreamObserver<Anchored> observer, long size) {
    if (subscribers.size() >= MOST) {
      observer.onError(
          Status.RESOURCE_EXHAUSTED.withDescription("too many Anchor calls").asException());
      return;
    }
    Subscriber subscriber = new Subscriber(observer, size);
    observer.setOnCancelHandler(subscriber::end);
    subscribers.add(subscriber);
    Thread.ofVirtual().name("audit-anchor").start(subscriber::run);
  }

  /** Ends what gateways hear, so that their channels can close. */
  void end() {
    subscribers.forEach(Subscriber::end);
  }

  private final class Subscriber {
    private final ServerCallStreamObserver<Anchored> observer;
    private final Semaphore news = new Semaphore(1);
    private final Semaphore over = new Semaphore(0);
    private long sent;

    Subscriber(ServerCallStreamObserver<Anchored> observer, long size) {
      this.observer = observer;
      this.sent = size;
    }

    void run() {
      try {
        do {
          news.acquire();
          news.drainPermits();
          Checkpoint newest = log.checkpoint();
          if (!observer.isCancelled() && newest.size() != sent) {
            observer.onNext(anchored(newest));
            sent = newest.size();
          }
        } while (!over.tryAcquire(APART.toMillis(), TimeUnit.MILLISECONDS));
        if (!observer.isCancelled()) {
          observer.onCompleted();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.DEBUG, "a gateway stopped listening to the audit log", e);
      } finally {
        subscribers.remove(this);
      }
    }

    private Anchored anchored(Checkpoint newest) {
      Anchored.Builder message =
          Anchored.newBuilder().setKey(key.text()).setCheckpoint(newest.note()).setOld(sent);
      if (sent > 0 && sent < newest.size()) {
        try {
          log.reader()
              .consistency(sent, newest.size())
              .forEach(hash -> message.addProof(ByteString.copyFrom(hash)));
        } catch (IOException e) {
          // Without it the gateway refuses, and says so where somebody looks.
          LOG.log(
              System.Logger.Level.WARNING,
              "that the audit log only grew since record {0} cannot be shown: {1}",
              String.valueOf(sent),
              e.getMessage());
        }
      }
      return message.build();
    }

    void end() {
      over.release();
      news.release();
    }
  }
}
