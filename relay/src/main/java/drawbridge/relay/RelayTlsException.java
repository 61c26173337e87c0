package drawbridge.relay;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A handshake of the relay that came to nothing, and why. The reason is for the log of this end;
 * the peer learns no more of it than a TLS alert says.
 */
public final class RelayTlsException extends IOException {
  /** Why this end refused, or what else ended the handshake. */
  public enum Reason {
    /** The peer sent no certificate. */
    NO_CERTIFICATE,
    /** No CA of {@code identity.peers} issued it. */
    UNKNOWN_CA,
    /** The certificate's time is over, or that of its CA, or that of our own. */
    EXPIRED,
    NOT_YET_VALID,
    REVOKED,
    /** Our CRL is older than its next update and the grace allow: nobody can be trusted. */
    STALE_CRL,
    /** It names somebody else than was dialled or claimed, or nobody, or two. */
    WRONG_NAME,
    /** Extended key usage, key usage or basic constraints of another kind of certificate. */
    WRONG_USAGE,
    /** Anything else that a certificate path may not be. */
    BAD_CERTIFICATE,
    /** The peer does not do TLS 1.3. */
    TLS_VERSION,
    /** The peer does not do X25519MLKEM768. */
    WEAK_GROUP,
    /** Bytes were changed under way: a security event. */
    TAMPERED,
    /** The peer refused us; its log says why. */
    PEER_REFUSED,
    /** The peer broke the rules in another way. */
    PROTOCOL,
    /** Not done within the deadline. */
    TIMEOUT,
    /** The connection ended, or our own end closed it, before the handshake was done. */
    ENDED
  }

  private final Reason reason;

  RelayTlsException(Reason reason, String message, @Nullable Throwable cause) {
    super(reason + ": " + message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** Tells whoever listens, unless it was a connection that broke or was too slow. */
  void tell(RelayEvents events, PeerName peer, String what) {
    if (reason != Reason.ENDED && reason != Reason.TIMEOUT) {
      boolean altered = reason == Reason.TAMPERED;
      events.security(
          peer,
          altered ? RelayEvents.Threat.BYTES_ALTERED : RelayEvents.Threat.HANDSHAKE_REFUSED,
          what);
    }
  }
}
