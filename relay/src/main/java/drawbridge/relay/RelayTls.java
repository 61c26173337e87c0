package drawbridge.relay;

import drawbridge.relay.PeerTrust.Distrust;
import drawbridge.relay.RelayTlsException.Reason;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;

/**
 * Mutual TLS 1.3 on the raw sockets of the relay. The opener of a channel, an agent, is the TLS
 * client; the acceptor, a gateway, the server. Both show Ed25519 certificates, agree on
 * X25519MLKEM768 or nothing (unless {@code identity.classical} lets them have X25519), resume
 * nothing and send no early data.
 *
 * <p>After the handshake each end checks what was negotiated and then sends one byte, {@value
 * #ACCEPTED}, and a channel is secured at an end when it has read the other's. Without it a TLS 1.3
 * client would not learn before its first call whether the server accepted its certificate.
 *
 * <p>A new handshake uses the identity's files as they are then. Every refusal is logged with its
 * reason at the end that refuses. Thread-safe; handshakes block the calling thread for at most 10
 * s.
 */
public final class RelayTls {
  public static final int ACCEPTED = 1;

  private static final Logger LOG = System.getLogger("drawbridge.relay.tls");
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** What altered bytes make of records, and a program that keeps to the rules never causes. */
  private static final Set<Short> ALTERED =
      Set.of(
          AlertDescription.unexpected_message,
          AlertDescription.bad_record_mac,
          AlertDescription.decryption_failed,
          AlertDescription.record_overflow,
          AlertDescription.illegal_parameter,
          AlertDescription.decode_error,
          AlertDescription.decrypt_error);

  private final Supplier<Identity> identity;
  private final InstantSource clock;
  private final Duration deadline;

  /**
   * Takes the files as they are now, and follows their changes.
   *
   * @param self the name that the certificate must have
   * @throws IllegalStateException if the files became wrong since the settings were read
   */
  public RelayTls(IdentitySettings settings, PeerName self, InstantSource clock) {
    this(files(settings, self, clock), clock, DEADLINE);
  }

  RelayTls(Supplier<Identity> identity, InstantSource clock, Duration deadline) {
    this.identity = identity;
    this.clock = clock;
    this.deadline = deadline;
  }

  private static Supplier<Identity> files(
      IdentitySettings settings, PeerName self, InstantSource clock) {
    try {
      return new IdentityFiles(settings, self, clock);
    } catch (IdentityException e) {
      throw new IllegalStateException(
          "identity." + e.key() + ": " + e.problem() + ". Fix: " + e.fix(), e);
    }
  }

  /**
   * The opener's side of a handshake. The raw socket belongs to the result from now on; when this
   * fails it is closed.
   *
   * @param expected whom the mailbox that was dialled belongs to
   */
  public Secured connect(Socket raw, PeerName.Gateway expected) throws RelayTlsException {
    return secure(raw, expected, true);
  }

  /**
   * The acceptor's side of a handshake. The raw socket belongs to the result from now on; when this
   * fails it is closed.
   *
   * @param expected whom the mailbox that the opener claims belongs to
   */
  public Secured accept(Socket raw, PeerName.Agent expected) throws RelayTlsException {
    return secure(raw, expected, false);
  }

  /** Our own, as its file has it now. */
  public X509Certificate certificate() {
    return identity.get().certificate();
  }

  /** When our own certificate ends. */
  public Instant notAfter() {
    return identity.get().certificate().getNotAfter().toInstant();
  }

  /** When the CRL that we use should be replaced; past it, and the grace, nobody is trusted. */
  public Instant crlNextUpdate() {
    return identity.get().revocation().nextUpdate();
  }

  /** Whether an exception of a secured socket, or of a handshake, means that bytes were altered. */
  public static boolean tampered(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      switch (e) {
        case RelayTlsException refused -> {
          return refused.reason() == Reason.TAMPERED;
        }
        case TlsFatalAlert found -> {
          return ALTERED.contains(found.getAlertDescription());
        }
        case TlsFatalAlertReceived told -> {
          return ALTERED.contains(told.getAlertDescription());
        }
        default -> {}
      }
    }
    return false;
  }

  /** Judges again, by the identity's files as they are now, whom a handshake accepted. */
  void judge(X509Certificate certificate, PeerName peer) throws Distrust {
    var _ = PeerTrust.judge(certificate, identity.get(), peer, clock.instant());
  }

  private Secured secure(Socket raw, PeerName peer, boolean opener) throws RelayTlsException {
    try {
      Identity own = identity.get();
      var handshake = new RelayTlsHandshake(raw, own, peer, opener, clock.instant());
      SSLSocket tls = handshake.within(deadline);
      Secured secured = new Secured(this, tls, raw, peer, own, handshake.group());
      boolean weaker = !secured.group().equals(RelayTlsProvider.GROUP);
      LOG.log(
          weaker ? Level.WARNING : Level.INFO,
          "secured with {0}: {1}, {2}, until {3}{4}",
          peer,
          secured.group(),
          secured.suite(),
          secured.notAfter(),
          weaker ? "; no post-quantum key exchange, as identity.classical allows" : "");
      return secured;
    } catch (RelayTlsException e) {
      close(raw);
      log(e, peer);
      throw e;
    } catch (IOException | RuntimeException e) {
      close(raw);
      throw new RelayTlsException(Reason.PROTOCOL, String.valueOf(e), e);
    }
  }

  private static void log(RelayTlsException refusal, PeerName peer) {
    LOG.log(
        refusal.reason() == Reason.ENDED ? Level.DEBUG : Level.WARNING,
        "{0}handshake with {1}: {2}",
        refusal.reason() == Reason.TAMPERED ? "security event: " : "",
        peer,
        refusal.getMessage());
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "closing a socket that was refused: {0}", e.toString());
    }
  }
}
