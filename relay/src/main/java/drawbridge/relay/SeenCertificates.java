package drawbridge.relay;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges as another trust manager does and remembers what it was shown, so that whoever is refused
 * learns whose certificate stood in the way. Of one connection; not thread-safe.
 */
final class SeenCertificates extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager judge;
  private X509Certificate[] chain = {};
  private String type = "";
  private @Nullable CertificateException refused;

  SeenCertificates(X509ExtendedTrustManager judge) {
    this.judge = judge;
  }

  /** The certificate of whoever answered. */
  Optional<X509Certificate> first() {
    return chain.length == 0 ? Optional.empty() : Optional.of(chain[0]);
  }

  @Nullable CertificateException refused() {
    return refused;
  }

  /** Whether it would be believed if it were for the host that was asked for. */
  boolean onlyTheNameIsWrong() {
    try {
      judge.checkServerTrusted(chain, type);
      return refused != null;
    } catch (CertificateException e) {
      return false;
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] shown, String by, Socket socket)
      throws CertificateException {
    chain = shown.clone();
    type = by;
    try {
      judge.checkServerTrusted(shown, by, socket);
    } catch (CertificateException e) {
      refused = e;
      throw e;
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] shown, String by, SSLEngine engine)
      throws CertificateException {
    judge.checkServerTrusted(shown, by, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] shown, String by) throws CertificateException {
    judge.checkServerTrusted(shown, by);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] shown, String by) throws CertificateException {
    judge.checkClientTrusted(shown, by);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] shown, String by, Socket socket)
      throws CertificateException {
    judge.checkClientTrusted(shown, by, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] shown, String by, SSLEngine engine)
      throws CertificateException {
    judge.checkClientTrusted(shown, by, engine);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return judge.getAcceptedIssuers();
  }
}
