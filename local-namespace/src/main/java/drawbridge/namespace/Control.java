package drawbridge.namespace;

import java.io.IOException;

/** Placeholder. */
final class Control implements AutoCloseable {
  Control(LocalNamespace namespace, int port) throws IOException {
    throw new IOException("none yet " + port + namespace.port());
  }

  int port() {
    return 0;
  }

  @Override
  public void close() {}
}
