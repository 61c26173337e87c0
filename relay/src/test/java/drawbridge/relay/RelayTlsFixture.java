package drawbridge.relay;

import drawbridge.certs.SampleAuthority;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Two ends on loopback TCP, certificates for both, and what they log. */
final class RelayTlsFixture implements AutoCloseable {
  static final PeerName.Agent AGENT = PeerName.agent("plant-1", "agent-a");
  static final PeerName.Gateway GATEWAY = PeerName.gateway("gateway-1");
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final Instant now = Instant.now();
  final SamplePki pki = new SamplePki(now, Duration.ofDays(30));
  private final Logger bouncyCastle = Logger.getLogger("org.bouncycastle");
  private final Logger logger = Logger.getLogger("drawbridge.relay.tls");
  private final List<String> log = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord record) {
          synchronized (log) {
            log.add(record.getLevel() + " " + formatter.formatMessage(record));
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  RelayTlsFixture() {
    logger.setLevel(Level.ALL);
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
    bouncyCastle.setLevel(Level.OFF);
  }

  List<String> log() {
    synchronized (log) {
      return List.copyOf(log);
    }
  }

  Identity identity(SampleLeaf leaf) {
    return identity(leaf, pki.relay(), pki.relay().crl(), Duration.ofHours(24));
  }

  static Identity identity(SampleLeaf leaf, SampleAuthority trusted, X509CRL crl, Duration grace) {
    try {
      List<X509Certificate> authorities = List.of(trusted.certificate());
      return new Identity(
          leaf.certificate(),
          new OwnKey(leaf.key(), KeyKind.of(leaf.certificate().getPublicKey()).orElseThrow(), null),
          authorities,
          Map.of(),
          Revocation.parse(crl.getEncoded(), authorities, grace),
          false);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  RelayTls agent() {
    return tls(identity(pki.agent("plant-1", "agent-a")));
  }

  RelayTls gateway() {
    return tls(identity(pki.gateway("gateway-1")));
  }

  RelayTls tls(Identity identity) {
    return tls(identity, now);
  }

  RelayTls tls(Identity identity, Instant time) {
    return new RelayTls(() -> identity, InstantSource.fixed(time), PATIENCE);
  }

  /** What became of one end: a value or an exception. */
  record Outcome<T>(CompletableFuture<T> future) {
    T value() throws Exception {
      return future.get(PATIENCE.toSeconds() * 2, TimeUnit.SECONDS);
    }

    Throwable failure() throws Exception {
      try {
        T value = value();
        throw new AssertionError("no failure but " + value);
      } catch (ExecutionException e) {
        return Objects.requireNonNull(e.getCause());
      }
    }

    RelayTlsException.Reason reason() throws Exception {
      Throwable failure = failure();
      if (failure instanceof RelayTlsException refused) {
        return refused.reason();
      }
      throw new AssertionError(failure);
    }
  }

  /**
   * An opener by the JDK's own TLS, which knows no X25519MLKEM768.
   *
   * @return the first byte that it hears
   */
  Outcome<Integer> foreign(SampleLeaf leaf, Socket raw, String protocol) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(leaf.keyStore("x"), "x".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        keys.getKeyManagers(),
        new TrustManager[] {new PeerTrust(identity(leaf), GATEWAY, now)},
        null);
    SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(raw, "gateway", 1, true);
    tls.setEnabledProtocols(new String[] {protocol});
    return start(
        () -> {
          tls.startHandshake();
          tls.getOutputStream().write(RelayTls.ACCEPTED);
          return tls.getInputStream().read();
        });
  }

  static <T> Outcome<T> start(Callable<T> work) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                future.complete(work.call());
              } catch (Throwable e) {
                future.completeExceptionally(e);
              }
            });
    return new Outcome<>(future);
  }

  /** Both ends of a TCP connection. */
  record Wire(Socket opener, Socket acceptor) {}

  Wire wire() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Socket opener = keep(new Socket(server.getInetAddress(), server.getLocalPort()));
      return new Wire(opener, keep(server.accept()));
    }
  }

  <T extends AutoCloseable> T keep(T resource) {
    synchronized (open) {
      open.add(resource);
    }
    return resource;
  }

  /** A handshake of both ends at once. */
  record Ends(Outcome<Secured> opener, Outcome<Secured> acceptor) {}

  Ends handshake(RelayTls agent, RelayTls gateway) throws IOException {
    return handshake(agent, gateway, wire());
  }

  Ends handshake(RelayTls agent, RelayTls gateway, Wire wire) {
    return new Ends(
        start(() -> agent.connect(wire.opener(), GATEWAY)),
        start(() -> gateway.accept(wire.acceptor(), AGENT)));
  }

  @Override
  public void close() throws Exception {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }
}
