package drawbridge.gateway;

import drawbridge.settings.Finding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Whether a gateway can listen where its settings say, or does so already. */
final class PortCheck {
  /** Of this machine, so that slowness means silence. */
  private static final int PATIENCE_MILLIS = 3_000;

  private PortCheck() {}

  static List<Finding> run(GatewaySettings settings) {
    GatewaySettings.Listen front = settings.listen();
    Optional<String> taken = obstacle(front.address(), front.port());
    boolean runs = taken.isPresent() && isOurs(front);
    GatewaySettings.Private inner = settings.privately();
    return List.of(
        finding("front door", front.address(), front.port(), taken, runs),
        finding(
            "private port",
            inner.address(),
            inner.port(),
            obstacle(inner.address(), inner.port()),
            runs));
  }

  private static Finding finding(
      String name, String address, int port, Optional<String> obstacle, boolean runs) {
    String what = "%s %s:%d".formatted(name, address, port);
    if (obstacle.isEmpty()) {
      return Finding.ok(what, "free");
    }
    return runs
        ? Finding.ok(what, "this gateway runs")
        : Finding.failed(
            what,
            "nothing can listen there (%s)".formatted(obstacle.get()),
            "end the program that has the port (ss -ltnp names it), or name another port or address");
  }

  /** What the system says when we would listen there; port 0 is any free one. */
  private static Optional<String> obstacle(String address, int port) {
    try (ServerSocket tried = new ServerSocket()) {
      tried.bind(new InetSocketAddress(address, port));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Whoever listens there shows our certificate, and proves that it has the key. */
  private static boolean isOurs(GatewaySettings.Listen front) {
    X509Certificate own = Pem.certificates(front.certificate()).getFirst();
    try (Socket plain = new Socket()) {
      InetAddress address = InetAddress.getByName(front.address());
      plain.connect(
          new InetSocketAddress(
              address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address,
              front.port()),
          PATIENCE_MILLIS);
      plain.setSoTimeout(PATIENCE_MILLIS);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Exactly(own)}, null);
      try (SSLSocket tls =
          (SSLSocket)
              context.getSocketFactory().createSocket(plain, front.address(), front.port(), true)) {
        tls.startHandshake();
        return true;
      }
    } catch (IOException | GeneralSecurityException e) {
      return false;
    }
  }

  /** Believes one certificate and no other. */
  private record Exactly(X509Certificate own) implements X509TrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      if (!chain[0].equals(own)) {
        throw new CertificateException("another certificate");
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("there are no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
