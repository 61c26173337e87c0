package drawbridge.gateway;

import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * TLS of the front door: JDK's own, 1.2 and 1.3, with the caller's certificate.
 *
 * <p>Helidon shakes hands without any bound in time or number, and doesn't pass the wish for client
 * certificates on to a socket. So it gets a context whose sockets come out of {@link Sockets}
 * already handshaken, within both bounds, and with every parameter set.
 */
final class FrontDoorTls implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.gateway.tls");

  /** A peer that is slower than this is no caller; a mobile network's worst needs about 3 s. */
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  /** Handshakes at one time: each costs a signature, and more would only wait for the CPU. */
  static final int HANDSHAKES = 256;

  /**
   * As many wait for their turn: a thousand callers at once are a restart more often than an
   * attack.
   */
  private static final int WAITING = 2_000;

  /** Longer than the longest call, so that silence while a call runs is no end. */
  private static final Duration SILENCE = Duration.ofMinutes(5);

  /**
   * With forward secrecy and no padding to play with. Whoever speaks TLS 1.2 at all has one of
   * these, SChannel and the cloud's front ends included.
   */
  private static final String[] SUITES = {
    "TLS_AES_256_GCM_SHA384",
    "TLS_AES_128_GCM_SHA256",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
  };

  static {
    // A handshake costs us more than it costs a caller; TLS 1.2 lets it begin them without end.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  private final Tls tls;
  private final Sockets sockets;

  /**
   * For handshakes that use the files as they are then.
   *
   * @param required no handshake without a certificate
   */
  FrontDoorTls(FrontDoorFiles files, boolean required) {
    SSLContext context = files.now().context();
    SSLParameters parameters = context.getDefaultSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    parameters.setCipherSuites(SUITES);
    parameters.setUseCipherSuitesOrder(true);
    if (required) {
      parameters.setNeedClientAuth(true);
    } else {
      parameters.setWantClientAuth(true);
    }
    sockets = new Sockets(() -> files.now().context().getSocketFactory(), parameters);
    tls = Tls.builder().sslContext(new Context(context, sockets)).build();
  }

  Tls tls() {
    return tls;
  }

  /** Handshakes that came to nothing since the start. */
  long refused() {
    return sockets.refused.sum();
  }

  @Override
  public void close() {
    sockets.timer.shutdownNow();
  }

  /** Makes server sockets that have shaken hands. */
  private static final class Sockets extends SSLSocketFactory {
    private final Supplier<SSLSocketFactory> plain;
    private final SSLParameters parameters;
    private final Semaphore room = new Semaphore(HANDSHAKES, true);
    private final LongAdder refused = new LongAdder();
    private final ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("gateway-handshakes").factory());

    Sockets(Supplier<SSLSocketFactory> plain, SSLParameters parameters) {
      this.plain = plain;
      this.parameters = parameters;
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
        throws IOException {
      return shaken((SSLSocket) plain.get().createSocket(socket, host, port, true), socket);
    }

    @Override
    public Socket createSocket(Socket socket, java.io.InputStream consumed, boolean autoClose)
        throws IOException {
      // Closed together: nobody else would close the socket below.
      return shaken((SSLSocket) plain.get().createSocket(socket, consumed, true), socket);
    }

    private Socket shaken(SSLSocket socket, Socket below) throws IOException {
      enter();
      // The raw socket is closed, since that of TLS could wait for the very lock that is held.
      ScheduledFuture<?> limit =
          timer.schedule(() -> abandon(below), HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS);
      try {
        socket.setUseClientMode(false);
        socket.setSSLParameters(parameters);
        socket.setHandshakeApplicationProtocolSelector(
            (s, offered) -> offered.contains("http/1.1") ? "http/1.1" : null);
        socket.startHandshake();
        socket.setSoTimeout((int) SILENCE.toMillis());
        return new ShakenSocket(socket);
      } catch (IOException e) {
        refused.increment();
        LOG.log(
            Level.DEBUG, () -> "a caller was refused in TLS: " + below.getInetAddress() + ": " + e);
        throw e;
      } finally {
        limit.cancel(false);
        room.release();
      }
    }

    private void enter() throws IOException {
      boolean entered = false;
      try {
        entered =
            room.getQueueLength() < WAITING
                && room.tryAcquire(HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (!entered) {
        refused.increment();
        throw new IOException("too many handshakes at once");
      }
    }

    private static void abandon(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "closing a silent connection failed", e);
      }
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return plain.get().getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return plain.get().getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw new UnsupportedOperationException("server side only");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException("server side only");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw new UnsupportedOperationException("server side only");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      throw new UnsupportedOperationException("server side only");
    }
  }

  /** The JDK's context, with our sockets. */
  private static final class Context extends SSLContext {
    Context(SSLContext jdk, SSLSocketFactory sockets) {
      super(new Spi(jdk, sockets), jdk.getProvider(), jdk.getProtocol());
    }
  }

  private static final class Spi extends SSLContextSpi {
    private final SSLContext jdk;
    private final SSLSocketFactory sockets;

    Spi(SSLContext jdk, SSLSocketFactory sockets) {
      this.jdk = jdk;
      this.sockets = sockets;
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
      throw new UnsupportedOperationException("initialised already");
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return sockets;
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return jdk.getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return jdk.createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return jdk.createSSLEngine(host, port);
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return jdk.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return jdk.getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
      return jdk.getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
      return jdk.getSupportedSSLParameters();
    }
  }
}
