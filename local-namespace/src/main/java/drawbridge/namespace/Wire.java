package drawbridge.namespace;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A byte pipe to the client that never blocks. TLS and WebSockets are wires around the socket's
 * wire, so the AMQP engine above sees plain bytes.
 */
interface Wire {
  /** As much as there is now; 0: nothing now; -1: the client will send no more. */
  int read(ByteBuffer to) throws IOException;

  /** Takes from {@code from} what there is room for now, maybe nothing. */
  void write(ByteBuffer from) throws IOException;

  /** Pushes what was taken on towards the client; true: nothing is left in between. */
  boolean flush() throws IOException;
}
