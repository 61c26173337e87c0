package drawbridge.certs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** The JDK's own TLS, which the gateway's front door uses, takes an Ed25519 client certificate. */
final class ConnectorTlsTest {
  private final SamplePki pki = new SamplePki();

  @Test
  void theFrontDoorAcceptsAnEd25519ConnectorAndIsVerifiedAsLocalhost() throws Exception {
    SampleLeaf connector = pki.connector("apim");
    SSLContext server = context(pki.local("front door"), pki.connectors().certificate());
    SSLContext client = context(connector, pki.front().certificate());
    try (SSLServerSocket door =
        (SSLServerSocket)
            server
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      door.setNeedClientAuth(true);
      door.setSoTimeout((int) Duration.ofSeconds(20).toMillis());
      CompletableFuture<String> seen = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try (SSLSocket accepted = (SSLSocket) door.accept()) {
                  accepted.setSoTimeout(20_000);
                  accepted.startHandshake();
                  X509Certificate peer =
                      (X509Certificate) accepted.getSession().getPeerCertificates()[0];
                  accepted.getOutputStream().write(1);
                  seen.complete(peer.getSubjectX500Principal().getName());
                } catch (Exception e) {
                  seen.completeExceptionally(e);
                }
              });
      try (SSLSocket socket =
          (SSLSocket) client.getSocketFactory().createSocket("localhost", door.getLocalPort())) {
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(20_000);
        assertEquals(1, socket.getInputStream().read());
        assertEquals("TLSv1.3", socket.getSession().getProtocol());
      }
      assertEquals("CN=apim,O=" + SampleAuthority.MARK, seen.get(20, TimeUnit.SECONDS));
    }
  }

  private static SSLContext context(SampleLeaf own, X509Certificate trusted) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own.keyStore("x"), "x".toCharArray());
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    anchors.setCertificateEntry("ca", trusted);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(anchors);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
