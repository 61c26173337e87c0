package drawbridge.namespace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A Service Bus namespace in this JVM, for tests and benchmarks: unmodified official SDKs connect
 * to it. It is a test double: nothing is durable, and what it lacks is listed in
 * docs/local-namespace.md. Whoever starts it closes it. Thread-safe; a method that changes
 * something has changed it when it returns.
 */
public final class LocalNamespace implements AutoCloseable {
  private final EventLoop loop;
  private final Namespace namespace;
  private final @Nullable Control control;

  private LocalNamespace(NamespaceSettings settings) throws IOException, GeneralSecurityException {
    loop = new EventLoop();
    namespace = new Namespace(settings, loop);
    namespace.listen();
    loop.start();
    control =
        settings.control().isPresent() ? new Control(this, settings.control().getAsInt()) : null;
  }

  /**
   * Returns when clients can connect.
   *
   * @throws UncheckedIOException a port is taken, or a file of the settings cannot be used
   */
  public static LocalNamespace start(NamespaceSettings settings) {
    try {
      return new LocalNamespace(settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw new UncheckedIOException(
          new IOException("the certificate or its key cannot be used: " + e.getMessage(), e));
    }
  }

  /** The plaintext port; throws without one. */
  public int port() {
    return port(namespace.plain(), "plaintext");
  }

  /** The port of AMQP over TLS and over WebSockets; throws without one. */
  public int tlsPort() {
    return port(namespace.tls(), "TLS");
  }

  private static int port(@Nullable Listener listener, String kind) {
    if (listener == null) {
      throw new IllegalStateException("the local namespace has no " + kind + " port");
    }
    return listener.port();
  }

  /** The port of the control requests; throws without one. */
  public int controlPort() {
    if (control == null) {
      throw new IllegalStateException("the local namespace has no control port");
    }
    return control.port();
  }

  /** For the plaintext port, where there is one, else for TLS. It holds the key's secret. */
  public String connectionString(String keyName) {
    NamespaceSettings settings = namespace.settings();
    NamespaceSettings.Key key =
        settings.keys().stream()
            .filter(k -> k.name().equals(keyName))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no key “" + keyName + "”"));
    String host =
        settings.address().isLoopbackAddress() ? "localhost" : settings.address().getHostAddress();
    boolean plain = namespace.plain() != null;
    return "Endpoint=sb://"
        + host
        + ":"
        + (plain ? port() : tlsPort())
        + ";SharedAccessKeyName="
        + key.name()
        + ";SharedAccessKey="
        + key.secret().reveal()
        + (plain ? ";UseDevelopmentEmulator=true" : "");
  }

  public NamespaceSettings settings() {
    return namespace.settings();
  }

  public Behaviour behaviour() {
    return loop.call(namespace::behaviour);
  }

  /** From now on, for what is under way too; replaces the behaviour as a whole. */
  public void behaviour(Behaviour value) {
    run(() -> namespace.behaviour(value));
  }

  /** Cuts every connection (a TCP reset) and tells how many there were. */
  public int dropAll() {
    return loop.call(() -> namespace.drop(connection -> true));
  }

  /** Cuts the connections on which this key or principal has put a token. */
  public int dropKey(String name) {
    return loop.call(
        () -> namespace.drop(connection -> connection.grants().names().contains(name)));
  }

  /** Cuts the connections that have a link to this queue. */
  public int dropQueue(String queue) {
    return loop.call(() -> namespace.drop(connection -> connection.links().uses(queue)));
  }

  /** Keeps every connection open but reads and writes nothing, and accepts nobody. */
  public void silence(Duration time) {
    run(() -> loop.silence(time.toMillis()));
  }

  /** Cuts every connection and refuses new ones; then listens again on the same ports. */
  public void down(Duration time) {
    run(() -> namespace.down(time.toMillis()));
  }

  /** Takes a key's or principal's rights: its links end, its tokens are refused. */
  public void deny(String name) {
    run(() -> namespace.deny(name));
  }

  /** Gives the rights back, for tokens put from now on. */
  public void allow(String name) {
    run(() -> namespace.access().allow(name));
  }

  /** Takes one right on one queue from a key or principal: links that need it end. */
  public void take(String name, Right right, String queue) {
    run(() -> namespace.take(name, right, queue));
  }

  /** Gives back what was taken. */
  public void give(String name, Right right, String queue) {
    run(() -> namespace.access().give(name, right, queue));
  }

  /**
   * Deletes a queue with its messages; its links end.
   *
   * @throws IllegalArgumentException there is none
   */
  public void delete(String queue) {
    run(() -> namespace.delete(queue));
  }

  /**
   * Makes a queue, empty: as the settings have it, or by defaults where they do not know it.
   *
   * @throws IllegalArgumentException there is one already, or this is no name
   */
  public void create(String queue) {
    run(() -> namespace.create(queue));
  }

  /**
   * From now on the namespace believes that it is so much later, or earlier where that is negative:
   * it judges tokens by that, and says so in the date of a WebSocket's answer.
   */
  public void clock(Duration ahead) {
    run(() -> namespace.access().ahead(ahead.toMillis()));
  }

  /** A consistent view of all counters; what was recorded is on disk when it returns. */
  public NamespaceStats stats() {
    return loop.call(namespace::stats);
  }

  private void run(Runnable change) {
    Supplier<Boolean> done =
        () -> {
          change.run();
          return true;
        };
    loop.call(done);
  }

  /** Cuts every connection and frees the ports, at once. */
  @Override
  public void close() {
    if (control != null) {
      control.close();
    }
    loop.close();
    namespace.close();
    try {
      namespace.closeRecording();
    } catch (IOException e) {
      throw new UncheckedIOException("the recording is not whole", e);
    }
  }
}
