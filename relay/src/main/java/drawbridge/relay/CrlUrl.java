package drawbridge.relay;

import drawbridge.settings.Disk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps the file of CRLs as a URL has it, so that the file is all that is ever read: what was
 * fetched last outlives a restart, and an outage of the URL is only felt once the CRL itself is too
 * old. What a thief of the URL could put there is judged like any file: by the CA's signature.
 * Thread-safe.
 */
final class CrlUrl {
  private static final Logger LOG = System.getLogger("drawbridge.relay.tls");
  private static final Duration EVERY = Duration.ofHours(1);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_BYTES = 16 << 20;

  private final URI url;
  private final Path file;
  private final Fetch fetch;
  private final AtomicBoolean fetching = new AtomicBoolean();
  private volatile Instant due = Instant.MIN;

  CrlUrl(URI url, Path file, Fetch fetch) {
    this.url = url;
    this.file = file;
    this.fetch = fetch;
  }

  /** Fetches in the background where it is time to. */
  void refresh(Instant now) {
    if (!now.isBefore(due) && fetching.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("crl")
          .start(
              () -> {
                try {
                  fetch(now);
                } catch (IOException e) {
                  LOG.log(
                      Level.WARNING,
                      "the CRL cannot be fetched, and that of before stays: {0}",
                      e.getMessage());
                } finally {
                  fetching.set(false);
                }
              });
    }
  }

  /** Fetches now. What is no CRL at all leaves the file as it is. */
  void fetch(Instant now) throws IOException {
    due = now.plus(AGAIN);
    byte[] bytes = fetch.get(url, MOST_BYTES, PATIENCE);
    try {
      if (CertificateFactory.getInstance("X.509")
          .generateCRLs(new ByteArrayInputStream(bytes))
          .isEmpty()) {
        throw new IOException(url + " has no CRL");
      }
    } catch (CertificateException | CRLException e) {
      throw new IOException(url + " has no CRL", e);
    }
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.write(draft, bytes);
    Disk.replace(draft, file);
    due = now.plus(EVERY);
  }
}
