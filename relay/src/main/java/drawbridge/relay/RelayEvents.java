package drawbridge.relay;

/**
 * Hears what the security team wants to know of channels. Called on the relay's threads; must not
 * block for long.
 */
public interface RelayEvents {
  /** What only an attacker or a mistake does. */
  enum Threat {
    /** Somebody changes bytes under way. */
    BYTES_ALTERED,
    /** Somebody failed to prove itself, or refused us. */
    HANDSHAKE_REFUSED
  }

  /** A channel whose two ends have proved themselves; {@code detail} names suite and group. */
  void opened(PeerName peer, String detail);

  void closed(PeerName peer, String why);

  /** As {@code threat} says; {@code what} is a sentence for the log. */
  void security(PeerName peer, Threat threat, String what);

  /** A newer process of our own name proved itself to this peer: drain and end. */
  void superseded(PeerName peer);
}
