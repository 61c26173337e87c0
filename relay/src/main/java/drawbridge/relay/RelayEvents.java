package drawbridge.relay;

/**
 * Hears what the security team wants to know of channels. Called on the relay's threads; must not
 * block for long.
 */
public interface RelayEvents {
  /** A channel whose two ends have proved themselves; {@code detail} names suite and group. */
  void opened(PeerName peer, String detail);

  void closed(PeerName peer, String why);

  /** Somebody failed to prove itself, or changed bytes under way. */
  void security(PeerName peer, String what);

  /** A newer process of our own name proved itself to this peer: drain and end. */
  void superseded(PeerName peer);
}
