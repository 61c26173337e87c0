package drawbridge.gateway;

import drawbridge.relay.wire.Caller;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A caller's connection, from its TLS handshake to its end. It stands between Helidon's HTTP/1.1
 * and the socket for two reasons: it sees the caller hang up while a call waits, by reading on
 * another thread what Helidon would read next; and it knows the caller once, not at every call. A
 * handler finds it as {@code request.remotePeer()}.
 *
 * <p>Used by the connection's own thread, except where said.
 */
final class Connection implements ConnectionContext, PeerInfo {
  private final ConnectionContext below;
  private final HelidonSocket socket;
  private final PeerInfo peer;
  private final DataReader reader;
  private final Caller caller;
  private final List<X509Certificate> chain;

  /** A read that began while a call waited; its bytes belong to the next request. */
  private @Nullable CompletableFuture<byte[]> ahead;

  /** What Helidon read to tell which protocol this is; null once it was handed on. */
  private byte @Nullable [] first;

  /** From the first byte of a request to the end of its head; a byte a second is no request. */
  static final Duration HEAD = Duration.ofSeconds(10);

  /** How long, how quiet for and how much of it is taken in of a request that was refused. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private static final Duration QUIET = Duration.ofMillis(500);
  private static final int LINGER_BYTES = 32 << 20;

  private long headDeadline;
  private boolean broken;
  private long bodyDeadline;
  private volatile boolean answered;
  private volatile Runnable last = () -> {};

  Connection(ConnectionContext below) {
    this.below = below;
    this.socket = below.serverSocket();
    this.peer = below.remotePeer();
    this.reader = DataReader.create(this::read);
    this.chain = chain(peer);
    this.caller = caller(peer, chain);
    int early = below.dataReader().available();
    this.first = early == 0 ? null : below.dataReader().readBytes(early);
  }

  /** Who it is, as TLS proved; an empty subject: no certificate. */
  Caller caller() {
    return caller;
  }

  /** What it showed in TLS; empty: nothing. */
  List<X509Certificate> chain() {
    return chain;
  }

  /**
   * From now until the next bytes arrive somebody looks whether the caller hangs up. Costs a
   * virtual thread, so a call asks for it only once it has waited a while.
   *
   * @param hungUp runs on another thread, at most once
   */
  void watch(Runnable hungUp) {
    if (ahead != null) {
      return;
    }
    CompletableFuture<byte[]> read = new CompletableFuture<>();
    ahead = read;
    Thread.ofVirtual()
        .name("gateway-watch")
        .start(
            () -> {
              byte @Nullable [] bytes = null;
              try {
                bytes = awaited();
              } catch (RuntimeException e) {
                read.completeExceptionally(e);
              }
              if (bytes == null) {
                hungUp.run();
              }
              read.complete(bytes);
            });
  }

  /** A caller that is silent is still there. */
  private byte @Nullable [] awaited() {
    while (true) {
      try {
        return socket.get();
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof SocketTimeoutException)) {
          throw e;
        }
      }
    }
  }

  /** Whether a request has been answered; until then its caller has only just connected. */
  boolean answered() {
    return answered;
  }

  /** One has been. */
  void afterAnswer() {
    answered = true;
  }

  /** What ends the connection behind the request that is being answered. */
  void onLast(Runnable end) {
    last = end;
  }

  /** Ends behind the request that is being answered; to be called while it is. */
  void last() {
    last.run();
  }

  /** Nothing that may still come can be told apart: ends behind the answer, which is the last. */
  void broken() {
    broken = true;
    last();
  }

  boolean isBroken() {
    return broken;
  }

  /**
   * The body of the current request must be there by then.
   *
   * @param nanos of {@link System#nanoTime()}; 0: no limit, as between requests
   */
  void bodyDeadline(long nanos) {
    bodyDeadline = nanos;
  }

  /** The head of a request has been read whole. */
  void headRead() {
    headDeadline = 0;
  }

  /**
   * Takes in, for a moment, what a caller still sends of a request that was refused before it was
   * read: closing a socket with bytes unread resets it, and the refusal may be lost with that.
   */
  void linger() {
    if (!broken && headDeadline == 0) {
      return; // the last request was read, and answered by a handler
    }
    long end = System.nanoTime() + LINGER.toNanos();
    try {
      for (long taken = 0; taken < LINGER_BYTES; ) {
        bodyDeadline = Math.min(end, System.nanoTime() + QUIET.toNanos());
        byte[] bytes = readBy(bodyDeadline);
        if (bytes == null) {
          return;
        }
        taken += bytes.length;
      }
    } catch (UncheckedIOException e) {
      // It is quiet, or gone, or has had its time.
    }
  }

  private byte @Nullable [] read() {
    byte[] early = first;
    if (early != null) {
      first = null;
      headDeadline = System.nanoTime() + HEAD.toNanos();
      return early;
    }
    long deadline = bodyDeadline == 0 ? headDeadline : bodyDeadline;
    if (deadline != 0) {
      return readBy(deadline);
    }
    try {
      byte[] bytes = ahead == null ? socket.get() : readBy(0);
      headDeadline = bytes == null ? 0 : System.nanoTime() + HEAD.toNanos();
      return bytes;
    } catch (UncheckedIOException e) {
      // Helidon would answer it, and the caller take that for the answer to its next request.
      throw new CloseConnectionException("it ended between requests", e);
    }
  }

  private byte @Nullable [] readBy(long deadline) {
    if (ahead == null) {
      watch(() -> {});
    }
    CompletableFuture<byte[]> read = java.util.Objects.requireNonNull(ahead);
    try {
      long left = deadline == 0 ? Long.MAX_VALUE : deadline - System.nanoTime();
      byte[] bytes = read.get(left, TimeUnit.NANOSECONDS);
      ahead = null;
      return bytes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new ClosedByInterruptException());
    } catch (TimeoutException e) {
      if (bodyDeadline == 0) {
        headDeadline = 0; // it gets no answer, so nothing is waited for either
        throw new CloseConnectionException("the head came too slowly", e);
      }
      throw new UncheckedIOException(new SocketTimeoutException("the body came too slowly"));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UncheckedIOException io) {
        throw io;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static List<X509Certificate> chain(PeerInfo peer) {
    return peer.tlsCertificates().stream()
        .flatMap(Stream::of)
        .map(X509Certificate.class::cast)
        .toList();
  }

  private static Caller caller(PeerInfo peer, List<X509Certificate> chain) {
    Caller.Builder caller = Caller.newBuilder();
    if (peer.address() instanceof InetSocketAddress address) {
      caller.setAddress(address.getAddress().getHostAddress());
    }
    if (!chain.isEmpty()) {
      X509Certificate certificate = chain.getFirst();
      try {
        caller
            .setSubject(certificate.getSubjectX500Principal().getName(X500Principal.RFC2253))
            .setIssuer(certificate.getIssuerX500Principal().getName(X500Principal.RFC2253))
            .setFingerprint(
                HexFormat.of()
                    .formatHex(
                        MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("a certificate that TLS accepted cannot be read", e);
      }
    }
    return caller.build();
  }

  // ---- what Helidon asks of a connection

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public PeerInfo remotePeer() {
    return this;
  }

  @Override
  public HelidonSocket serverSocket() {
    return socket;
  }

  @Override
  public ListenerContext listenerContext() {
    return below.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return below.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return below.dataWriter();
  }

  @Override
  public Router router() {
    return below.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return below.proxyProtocolData();
  }

  @Override
  public PeerInfo localPeer() {
    return below.localPeer();
  }

  @Override
  public boolean isSecure() {
    return below.isSecure();
  }

  @Override
  public String socketId() {
    return below.socketId();
  }

  @Override
  public String childSocketId() {
    return below.childSocketId();
  }

  // ---- what Helidon asks of a peer

  @Override
  public SocketAddress address() {
    return peer.address();
  }

  @Override
  public String host() {
    return peer.host();
  }

  @Override
  public int port() {
    return peer.port();
  }

  @Override
  public Optional<Principal> tlsPrincipal() {
    return Optional.empty();
  }

  /** None: Helidon would parse the name again at every request, for a header that nobody reads. */
  @Override
  public Optional<Certificate[]> tlsCertificates() {
    return Optional.empty();
  }
}
