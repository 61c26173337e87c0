package drawbridge.namespace;

import drawbridge.settings.Secret;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All that a local namespace is told at start: by {@link #builder()} in code, by {@code
 * namespace.yaml} for the program. Immutable.
 *
 * @param address where it listens; loopback unless told otherwise
 * @param port plaintext (emulator mode), 0 is any free one; empty: no plaintext
 * @param control loopback port of the control requests, 0 is any free one; empty: none
 * @param idle a link that carries nothing for this long is detached; a connection without a link is
 *     closed after half of it
 * @param record folder into which every message that a queue carried is written, raw
 */
public record NamespaceSettings(
    InetAddress address,
    OptionalInt port,
    Optional<Tls> tls,
    List<Key> keys,
    Optional<Tokens> tokens,
    List<QueueSettings> queues,
    Behaviour behaviour,
    OptionalInt control,
    Duration idle,
    Optional<Path> record,
    int maxConnections,
    int maxLinks) {

  static final Duration IDLE = Duration.ofMinutes(10);
  static final int MAX_CONNECTIONS = 1000;
  static final int MAX_LINKS = 255;

  public NamespaceSettings {
    keys = List.copyOf(keys);
    queues = List.copyOf(queues);
    if (port.isEmpty() && tls.isEmpty()) {
      throw new IllegalArgumentException("neither a plaintext port nor a TLS port");
    }
  }

  /**
   * TLS, for AMQP and for AMQP over WebSockets on the same port.
   *
   * @param port 0 is any free one
   * @param certificate PEM, the server's certificate first, then its chain
   * @param key PEM, PKCS #8, not encrypted
   */
  public record Tls(int port, Path certificate, Path key) {}

  /** A shared access key; the secret is used as it is written, not decoded. */
  public record Key(String name, Secret secret, Permissions permissions) {}

  /**
   * Entra-like tokens.
   *
   * @param keys a JSON Web Key Set with the public keys of the issuer
   * @param audience the {@code aud} claim must hold it, with or without a last slash
   * @param issuer the {@code iss} claim must be it, where given
   * @param principals who may do what; others have no rights
   */
  public record Tokens(
      Path keys, String audience, Optional<String> issuer, List<Principal> principals) {
    public static final String AUDIENCE = "https://servicebus.azure.net";

    public Tokens {
      principals = List.copyOf(principals);
    }
  }

  /**
   * Somebody with tokens.
   *
   * @param name what drop and deny call it
   * @param id the claim {@code appid}, {@code azp}, {@code oid} or {@code sub} of its tokens
   */
  public record Principal(String name, String id, Permissions permissions) {}

  /** Free ports on loopback, no keys, no queues, no control port. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings; each method returns the builder. Not thread-safe. */
  public static final class Builder {
    private InetAddress address = InetAddress.getLoopbackAddress();
    private OptionalInt port = OptionalInt.of(0);
    private Optional<Tls> tls = Optional.empty();
    private final List<Key> keys = new ArrayList<>();
    private Optional<Tokens> tokens = Optional.empty();
    private final List<QueueSettings> queues = new ArrayList<>();
    private Behaviour behaviour = Behaviour.NORMAL;
    private OptionalInt control = OptionalInt.empty();
    private Duration idle = IDLE;
    private Optional<Path> record = Optional.empty();
    private int maxConnections = MAX_CONNECTIONS;
    private int maxLinks = MAX_LINKS;

    private Builder() {}

    public Builder address(InetAddress value) {
      address = value;
      return this;
    }

    public Builder port(int value) {
      port = OptionalInt.of(value);
      return this;
    }

    public Builder noPlaintext() {
      port = OptionalInt.empty();
      return this;
    }

    public Builder tls(int tlsPort, Path certificate, Path key) {
      tls = Optional.of(new Tls(tlsPort, certificate, key));
      return this;
    }

    /** A key with all rights on every queue. */
    public Builder key(String name, String secret) {
      return key(name, secret, Permissions.all());
    }

    public Builder key(String name, String secret, Permissions permissions) {
      keys.add(new Key(name, new Secret(secret), permissions));
      return this;
    }

    public Builder tokens(Tokens value) {
      tokens = Optional.of(value);
      return this;
    }

    public Builder queue(String name) {
      return queue(QueueSettings.of(name));
    }

    public Builder queue(QueueSettings queue) {
      queues.add(queue);
      return this;
    }

    public Builder behaviour(Behaviour value) {
      behaviour = value;
      return this;
    }

    public Builder control(int controlPort) {
      control = OptionalInt.of(controlPort);
      return this;
    }

    public Builder idle(Duration value) {
      idle = value;
      return this;
    }

    public Builder record(Path folder) {
      record = Optional.of(folder);
      return this;
    }

    public Builder maxConnections(int value) {
      maxConnections = value;
      return this;
    }

    public Builder maxLinks(int value) {
      maxLinks = value;
      return this;
    }

    public NamespaceSettings build() {
      return new NamespaceSettings(
          address,
          port,
          tls,
          keys,
          tokens,
          queues,
          behaviour,
          control,
          idle,
          record,
          maxConnections,
          maxLinks);
    }
  }
}
