package drawbridge.relay;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link RelaySocket} says of its ends, so that gRPC tells a call by which channel it came.
 */
final class RelayAddress extends InetSocketAddress {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  /** Null for our own end. */
  private final transient @Nullable LiveChannel channel;

  RelayAddress(String mailbox, @Nullable LiveChannel channel) {
    super(loopback(mailbox), 1);
    this.channel = channel;
  }

  private static InetAddress loopback(String name) {
    try {
      return InetAddress.getByAddress(name, LOOPBACK);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  @Nullable LiveChannel channel() {
    return channel;
  }
}
