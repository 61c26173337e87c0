package drawbridge.relay;

import drawbridge.relay.PeerTrust.Distrust;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;

/**
 * One end of a connection whose other end is proven. Thread-safe; whoever got it closes the socket,
 * which ends TLS and the raw socket with it.
 */
public final class Secured {
  private static final Logger LOG = System.getLogger("drawbridge.relay.tls");

  /** As much as fits into a record of TLS. */
  private static final int RECORD = 16 << 10;

  /** A writer that waits for longer waits for a peer that does not read. */
  private static final long CLOSE_PATIENCE = 1_000;

  private final RelayTls tls;
  private final PeerName peer;
  private final X509Certificate certificate;
  private final String group;
  private final String suite;
  private final Instant notAfter;
  private final Socket socket;
  private final ReentrantLock writing = new ReentrantLock();
  private final AtomicBoolean altered = new AtomicBoolean();
  private final AtomicBoolean distrusted = new AtomicBoolean();

  Secured(RelayTls tls, SSLSocket socket, Socket raw, PeerName peer, Identity own, String group)
      throws IOException {
    this.tls = tls;
    this.peer = peer;
    this.certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
    this.group = group;
    this.suite = socket.getSession().getCipherSuite();
    this.notAfter =
        Stream.of(own.certificate(), certificate)
            .map(c -> c.getNotAfter().toInstant())
            .min(Comparator.naturalOrder())
            .orElseThrow();
    this.socket = new Watched(socket, raw);
  }

  /**
   * Carries the calls' plain bytes. What is written leaves when it is flushed, or fills a record.
   */
  public Socket socket() {
    return socket;
  }

  /** Who the other end is, by its certificate. */
  public PeerName peer() {
    return peer;
  }

  /** The key exchange in use: X25519MLKEM768, or X25519 where our settings allow it. */
  public String group() {
    return group;
  }

  /** The cipher suite in use, such as {@code TLS_AES_256_GCM_SHA384}. */
  public String suite() {
    return suite;
  }

  /** When the first of both ends' certificates ends, and the channel with it. */
  public Instant notAfter() {
    return notAfter;
  }

  /** The other end's certificate. */
  public X509Certificate certificate() {
    return certificate;
  }

  /**
   * Whether the other end would be accepted now: by the CAs and CRL as their files are, and by the
   * clock. Cheap enough to ask every few seconds; the reason of a first no is logged.
   */
  public boolean stillTrusted() {
    try {
      tls.judge(certificate, peer);
      distrusted.set(false);
      return true;
    } catch (Distrust e) {
      if (distrusted.compareAndSet(false, true)) {
        LOG.log(
            Level.WARNING, "{0} is no longer trusted: {1}: {2}", peer, e.reason(), e.getMessage());
      }
      return false;
    }
  }

  /** Altered bytes were found by either end; they reached nobody, and the socket is dead. */
  public boolean tampered() {
    return altered.get();
  }

  private IOException seen(IOException failure) {
    if (RelayTls.tampered(failure) && altered.compareAndSet(false, true)) {
      LOG.log(
          Level.WARNING,
          "security event: bytes were altered on the way between us and {0}; the channel ends: {1}",
          peer,
          failure.getMessage());
    }
    return failure;
  }

  /**
   * Tells when TLS finds altered bytes, whoever reads or writes at that moment. Closing waits for
   * whoever writes: Bouncy Castle sends its goodbye into the middle of their record, which the peer
   * must take for altered bytes.
   */
  private final class Watched extends RelayTlsSocket {
    private final Socket raw;
    private final InputStream in;
    private final OutputStream out;

    Watched(SSLSocket socket, Socket raw) throws IOException {
      super(socket);
      this.raw = raw;
      in = new WatchedInput(socket.getInputStream());
      // gRPC writes frames in pieces, each of which would be a record of its own.
      out = new BufferedOutputStream(new WatchedOutput(socket.getOutputStream()), RECORD);
    }

    @Override
    public InputStream getInputStream() {
      return in;
    }

    @Override
    public OutputStream getOutputStream() {
      return out;
    }

    @Override
    public void close() throws IOException {
      boolean alone = false;
      try {
        alone = writing.tryLock(CLOSE_PATIENCE, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      try {
        if (!alone) {
          raw.close();
        }
        super.close();
      } finally {
        if (alone) {
          writing.unlock();
        }
      }
    }
  }

  private final class WatchedInput extends FilterInputStream {
    WatchedInput(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (IOException e) {
        throw seen(e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        throw seen(e);
      }
    }
  }

  private final class WatchedOutput extends FilterOutputStream {
    WatchedOutput(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      writing.lock();
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw seen(e);
      } finally {
        writing.unlock();
      }
    }
  }
}
