package drawbridge.relay;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One TLS handshake with the namespace, on the way that {@code network} names, to say what is wrong
 * with it: to Microsoft's SDK a firewall, a proxy that wants a password and a certificate that
 * nobody trusts are all "no answer in time".
 */
final class WayProbe {
  private static final int AMQPS = 5671;
  private static final int HTTPS = 443;

  /** More than any proxy says before the connection is made. */
  private static final int HEAD = 16 << 10;

  private final NamespaceSettings namespace;
  private final NetworkSettings network;
  private final int millis;
  private final int port;

  WayProbe(NamespaceSettings namespace, NetworkSettings network, Duration patience) {
    this.namespace = namespace;
    this.network = network;
    this.millis = (int) patience.toMillis();
    // Behind a proxy the SDK asks for the service's own port, whatever the endpoint says.
    this.port =
        network.proxy().isPresent() ? HTTPS : namespace.port() != 0 ? namespace.port() : standard();
  }

  private int standard() {
    return network.webSockets() ? HTTPS : AMQPS;
  }

  /** What is tried, for the admin. */
  String what() {
    return (namespace.emulator() ? "TCP" : "TLS")
        + " to "
        + namespace.host()
        + ":"
        + port
        + network.proxy().map(proxy -> " through " + proxy.host() + ":" + proxy.port()).orElse("");
  }

  /** Blocks for at most some times the patience; empty: the way is free. */
  Optional<String> problem() {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(millis);
      Optional<String> problem = reach(socket);
      return problem.isPresent() || namespace.emulator() ? problem : secure(socket);
    } catch (IOException e) {
      return Optional.of(
          "ended unexpectedly (" + e.getMessage() + "). Fix: look for a firewall between");
    }
  }

  private Optional<String> reach(Socket socket) throws IOException {
    NetworkSettings.Proxy proxy = network.proxy().orElse(null);
    try {
      socket.connect(
          proxy == null
              ? new InetSocketAddress(namespace.host(), port)
              : new InetSocketAddress(proxy.host(), proxy.port()),
          millis);
    } catch (IOException e) {
      return Optional.of(
          proxy == null
              ? "cannot be reached. Fix: check endpoint, name server and firewall"
              : "the proxy cannot be reached. Fix: check network.proxy.url");
    }
    return proxy == null ? Optional.empty() : tunnel(socket, proxy);
  }

  private Optional<String> tunnel(Socket socket, NetworkSettings.Proxy proxy) throws IOException {
    String target = namespace.host() + ":" + port;
    StringBuilder request = new StringBuilder();
    request.append("CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\n".formatted(target));
    if (!proxy.user().isEmpty()) {
      String pair = proxy.user() + ":" + proxy.password().reveal();
      request
          .append("Proxy-Authorization: Basic ")
          .append(Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
          .append("\r\n");
    }
    socket
        .getOutputStream()
        .write(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    String status = status(socket.getInputStream());
    return switch (status) {
      case "200" -> Optional.empty();
      case "407" ->
          Optional.of(
              proxy.user().isEmpty()
                  ? "the proxy wants a user and a password (407). Fix: name network.proxy.user and"
                      + " password-file"
                  : "the proxy does not take user and password (407). Fix: check"
                      + " network.proxy.user and password-file; Basic is the scheme that is used");
      case "403" ->
          Optional.of("the proxy forbids " + target + " (403). Fix: have it allowed there");
      default ->
          Optional.of(
              "the proxy answered " + status + " to CONNECT " + target + ". Fix: look in its log");
    };
  }

  private static String status(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0 || head.length() >= HEAD) {
        throw new IOException("the proxy gave no whole answer");
      }
      head.append((char) c);
    }
    String[] words = head.substring(0, head.indexOf("\r\n")).split(" ", 3);
    return words.length > 1 && words[0].startsWith("HTTP/") ? words[1] : "no HTTP";
  }

  private Optional<String> secure(Socket socket) throws IOException {
    Seen seen = new Seen(network.trustManager());
    try (SSLSocket tls =
        (SSLSocket)
            context(seen).getSocketFactory().createSocket(socket, namespace.host(), port, true)) {
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      return Optional.empty();
    } catch (SSLException e) {
      X509Certificate certificate = seen.certificate;
      return Optional.of(
          certificate == null
              ? "no TLS there (" + e.getMessage() + "). Fix: check endpoint and port"
              : seen.distrusted(certificate));
    }
  }

  private static SSLContext context(TrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
      return context;
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  /** Judges as it is told to, and remembers what was shown. */
  private static final class Seen extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager judge;
    private volatile @Nullable X509Certificate certificate;
    private volatile @Nullable X509Certificate last;

    Seen(X509ExtendedTrustManager judge) {
      this.judge = judge;
    }

    /** Who issued it is the one thing that tells an inspecting proxy from a wrong name. */
    String distrusted(X509Certificate shown) {
      String issuer = shown.getIssuerX500Principal().toString();
      X509Certificate top = last;
      String above = top == null ? issuer : top.getIssuerX500Principal().toString();
      return "the certificate seen there is for “%s”, issued by “%s”%s, and it is not trusted for this host. Fix: where a proxy of yours inspects TLS, put that CA into a PEM file and name it in network.trust; else find out who answers there"
          .formatted(
              shown.getSubjectX500Principal(),
              issuer,
              above.equals(issuer) ? "" : " below “" + above + "”");
    }

    private void see(X509Certificate[] chain) {
      certificate = chain[0];
      last = chain[chain.length - 1];
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      see(chain);
      judge.checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine)
        throws CertificateException {
      see(chain);
      judge.checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      see(chain);
      judge.checkServerTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("no client is expected");
    }

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("no client is expected");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("no client is expected");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return judge.getAcceptedIssuers();
    }
  }
}
