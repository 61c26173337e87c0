package drawbridge.relay;

import java.net.SocketAddress;
import java.util.Objects;

/**
 * The remote address of a secured socket: not a place in a network, but who TLS proved to be there.
 * gRPC hands it on unchanged, so a call's handler finds its peer where others find an IP address.
 */
public final class PeerIdentity extends SocketAddress {
  private final transient PeerName peer;

  PeerIdentity(PeerName peer) {
    this.peer = peer;
  }

  public PeerName peer() {
    return peer;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PeerIdentity identity && identity.peer.equals(peer);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(peer);
  }

  @Override
  public String toString() {
    return peer.toString();
  }
}
