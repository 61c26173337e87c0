package drawbridge.relay;

import drawbridge.relay.PeerTrust.Distrust;
import drawbridge.relay.RelayTlsException.Reason;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;

/** One handshake on one raw socket, from the first byte to the other end's word that it accepts. */
final class RelayTlsHandshake {
  private enum State {
    RUNNING,
    DONE,
    LATE
  }

  private final Socket raw;
  private final RelayTlsTap tap;
  private final Identity own;
  private final PeerName peer;
  private final boolean opener;
  private final Instant now;
  private String group = "";
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);

  RelayTlsHandshake(Socket raw, Identity own, PeerName peer, boolean opener, Instant now)
      throws SocketException {
    this.raw = raw;
    this.tap = new RelayTlsTap(raw);
    this.own = own;
    this.peer = peer;
    this.opener = opener;
    this.now = now;
  }

  /** The socket that is secured, if it is so in time. */
  SSLSocket within(Duration deadline) throws RelayTlsException {
    CountDownLatch over = new CountDownLatch(1);
    // Bouncy Castle's close() waits for the lock that its handshake holds: only the raw socket can
    // be closed under it.
    Thread.ofVirtual().name("relay-tls-deadline").start(() -> limit(over, deadline));
    try {
      SSLSocket tls = secure();
      if (!state.compareAndSet(State.RUNNING, State.DONE)) {
        throw new SocketException("too late");
      }
      return tls;
    } catch (IOException | RuntimeException e) {
      throw reason(e, deadline);
    } finally {
      over.countDown();
    }
  }

  /** The key exchange that was agreed upon; empty before {@link #within} has returned. */
  String group() {
    return group;
  }

  private void limit(CountDownLatch over, Duration deadline) {
    try {
      if (!over.await(deadline.toNanos(), TimeUnit.NANOSECONDS)
          && state.compareAndSet(State.RUNNING, State.LATE)) {
        raw.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // closed all the same
    }
  }

  private SSLSocket secure() throws IOException {
    if (now.isAfter(own.certificate().getNotAfter().toInstant())) {
      throw new RelayTlsException(
          Reason.EXPIRED,
          "our own certificate expired at " + own.certificate().getNotAfter().toInstant(),
          null);
    }
    SSLSocket tls =
        (SSLSocket)
            RelayTlsProvider.context(
                    new KeyManager[] {new RelayTlsKey(own)},
                    new TrustManager[] {new PeerTrust(own, peer, now)})
                .getSocketFactory()
                .createSocket(tap, null, 0, true);
    tls.setUseClientMode(opener);
    RelayTlsProvider.demand(tls, own.classical());
    tls.startHandshake();
    RelayTlsHello chosen = opener ? tap.received() : tap.sent();
    if (!chosen.seen() || !chosen.version13()) {
      throw new RelayTlsException(Reason.TLS_VERSION, "not TLS 1.3", null);
    }
    Optional<String> agreed = RelayTlsProvider.group(chosen.groups(), own.classical());
    if (agreed.isEmpty() || chosen.resumes()) {
      throw new RelayTlsException(
          Reason.WEAK_GROUP, "not a fresh " + RelayTlsProvider.GROUP + " key exchange", null);
    }
    group = agreed.get();
    confirm(tls);
    return tls;
  }

  private static void confirm(SSLSocket tls) throws IOException {
    tls.getOutputStream().write(RelayTls.ACCEPTED);
    tls.getOutputStream().flush();
    int answer = tls.getInputStream().read();
    if (answer < 0) {
      throw new RelayTlsException(Reason.ENDED, "the peer hung up before it accepted", null);
    }
    if (answer != RelayTls.ACCEPTED) {
      throw new RelayTlsException(
          Reason.PROTOCOL, "the peer's first byte is " + answer + ", another protocol", null);
    }
  }

  private RelayTlsException reason(Exception failure, Duration deadline) {
    if (state.get() == State.LATE) {
      return new RelayTlsException(
          Reason.TIMEOUT, "not done within " + deadline.toMillis() + " ms", failure);
    }
    for (Throwable e = failure; e != null; e = e.getCause()) {
      switch (e) {
        case RelayTlsException known -> {
          return known;
        }
        case Distrust distrust -> {
          return new RelayTlsException(
              distrust.reason(), String.valueOf(distrust.getMessage()), failure);
        }
        case TlsFatalAlertReceived told -> {
          return new RelayTlsException(
              RelayTls.tampered(told) ? Reason.TAMPERED : Reason.PEER_REFUSED,
              "the peer ended it with the alert "
                  + AlertDescription.getText(told.getAlertDescription())
                  + "; its log says why",
              failure);
        }
        default -> {}
      }
    }
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof TlsFatalAlert found) {
        return found(found, failure);
      }
    }
    return new RelayTlsException(Reason.ENDED, String.valueOf(failure.getMessage()), failure);
  }

  /** Bouncy Castle found a fault; the peer's hello tells what it was about. */
  private RelayTlsException found(TlsFatalAlert fault, Exception failure) {
    if (tap.ended()) {
      return new RelayTlsException(Reason.ENDED, "the connection ended in the handshake", failure);
    }
    RelayTlsHello hello = tap.received();
    String alert = AlertDescription.getText(fault.getAlertDescription());
    if (hello.seen() && !hello.version13()) {
      return new RelayTlsException(Reason.TLS_VERSION, "the peer does no TLS 1.3", failure);
    }
    if (hello.seen() && RelayTlsProvider.group(hello.groups(), own.classical()).isEmpty()) {
      return new RelayTlsException(
          Reason.WEAK_GROUP, "the peer does no " + RelayTlsProvider.GROUP, failure);
    }
    if (fault.getAlertDescription() == AlertDescription.certificate_required) {
      return new RelayTlsException(Reason.NO_CERTIFICATE, "the peer sent none", failure);
    }
    // Who never said hello may be anybody's program; after it, only altered bytes look like that.
    boolean altered = hello.seen() && RelayTls.tampered(fault);
    return new RelayTlsException(altered ? Reason.TAMPERED : Reason.PROTOCOL, alert, failure);
  }
}
