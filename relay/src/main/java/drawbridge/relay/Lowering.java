package drawbridge.relay;

import static drawbridge.relay.Constants.OPEN_FOR;

import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the bridge to one gateway down: opens a channel, secures it, hands it to the server, and
 * begins again when it ends.
 */
final class Lowering {
  private static final long BACK_OFF_LEAST = 500;
  private static final long BACK_OFF_MOST = 5_000;

  private final PeerName.Gateway gateway;
  private final Endpoint endpoint;
  private final RelayTls tls;
  private final Calls.Arrivals arrivals;
  private final RelayEvents events;
  private final Semaphore hurry = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopped;
  private volatile String detail = "not tried yet";
  private volatile boolean open;
  private volatile boolean suspect;
  private volatile Instant since = Instant.now();

  Lowering(
      PeerName.Gateway gateway,
      Endpoint endpoint,
      RelayTls tls,
      Calls.Arrivals arrivals,
      RelayEvents events) {
    this.gateway = gateway;
    this.endpoint = endpoint;
    this.tls = tls;
    this.arrivals = arrivals;
    this.events = events;
    this.thread = Thread.ofVirtual().name("to " + gateway).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void stop() {
    stopped = true;
    thread.interrupt();
  }

  /** The gateway prefers a newer process of our name. */
  void superseded() {
    stopped = true;
    events.superseded(gateway);
  }

  /** The gateway has started: no need to wait. */
  void again() {
    if (hurry.availablePermits() == 0) {
      hurry.release();
    }
  }

  AgentRelay.GatewayState state() {
    return new AgentRelay.GatewayState(gateway.name(), open, suspect, since, detail);
  }

  private void run() {
    long backOff = 0;
    try {
      while (!stopped) {
        if (lowerOnce()) {
          backOff = 0;
        }
        long wait = backOff == 0 ? 0 : backOff / 2 + ThreadLocalRandom.current().nextLong(backOff);
        backOff = backOff == 0 ? BACK_OFF_LEAST : Math.min(BACK_OFF_MOST, backOff * 2);
        if (hurry.tryAcquire(wait, TimeUnit.MILLISECONDS)) {
          hurry.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether there was a channel in use. */
  private boolean lowerOnce() throws InterruptedException {
    RelaySocket socket = endpoint.open(gateway.mailbox());
    try {
      if (!socket.awaitOpen(OPEN_FOR)) {
        detail = "no answer from " + gateway;
        return false;
      }
      Secured secured;
      try {
        secured = tls.connect(socket, gateway);
      } catch (RelayTlsException e) {
        detail = "TLS with " + gateway + " failed: " + e.getMessage();
        e.tell(events, gateway, detail);
        return false;
      }
      return use(socket, secured);
    } finally {
      socket.close();
      if (socket.live().end() == Channel.End.SUPERSEDED) {
        superseded();
      }
    }
  }

  private void stands(boolean isOpen, boolean isSuspect) {
    if (open != isOpen || suspect != isSuspect) {
      since = Instant.now();
    }
    open = isOpen;
    suspect = isSuspect;
  }

  private boolean use(RelaySocket socket, Secured secured) throws InterruptedException {
    if (!endpoint.proven(socket)) {
      detail = "an older process of " + gateway;
      return false;
    }
    socket.live().prove(gateway);
    if (!arrivals.offer(secured.socket())) {
      detail = "too many channels at once";
      return false;
    }
    stands(true, false);
    detail = "open";
    try {
      detail = new Watch(socket, secured, events).untilEnd(isSuspect -> stands(true, isSuspect));
    } finally {
      stands(false, false);
    }
    return true;
  }
}
