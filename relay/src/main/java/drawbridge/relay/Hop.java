package drawbridge.relay;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** One connection towards a namespace, made step by step. Every wait is bounded. */
final class Hop implements AutoCloseable {
  /** A peer that sends more than this before a blank line is no HTTP server. */
  private static final int LONGEST_HEAD = 16 * 1024;

  /** AMQP 1.0 with SASL; the other end answers with the same. */
  private static final byte[] GREETING = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};

  /** A step that failed for a reason that somebody can mend. */
  static final class Broken extends IOException {
    private final String problem;
    private final String fix;

    Broken(String problem, String fix, @Nullable Throwable cause) {
      super(problem, cause);
      this.problem = problem;
      this.fix = fix;
    }

    String problem() {
      return problem;
    }

    String fix() {
      return fix;
    }
  }

  private final String namespace;
  private final int patience;
  private Socket socket = new Socket();
  private Optional<Instant> date = Optional.empty();

  /**
   * @param namespace that the connection leads to, perhaps by way of a proxy
   * @param patience milliseconds of each wait
   */
  Hop(String namespace, int patience) {
    this.namespace = namespace;
    this.patience = patience;
  }

  String connect(String host, int port) throws IOException {
    try {
      socket.connect(new InetSocketAddress(host, port), patience);
      socket.setSoTimeout(patience);
      return "";
    } catch (ConnectException e) {
      throw new Broken(
          "refused: nobody listens there, or a firewall says no",
          "ask for outbound TCP %d to %s, or mend host and port".formatted(port, host),
          e);
    } catch (SocketTimeoutException e) {
      throw new Broken(
          "no answer within %d ms, as when a firewall drops it".formatted(patience),
          "ask for outbound TCP %d to %s".formatted(port, host),
          e);
    } catch (UnknownHostException e) {
      throw new Broken("no name server knows " + host, "mend the name", e);
    }
  }

  /** Through an HTTP proxy, which need not know more than where to. */
  String tunnel(NetworkSettings.Proxy proxy, String host, int port) throws IOException {
    String login =
        proxy.user().isEmpty()
            ? ""
            : "Proxy-Authorization: Basic "
                + Base64.getEncoder()
                    .encodeToString(
                        (proxy.user() + ":" + proxy.password().reveal())
                            .getBytes(StandardCharsets.UTF_8))
                + "\r\n";
    write("CONNECT %1$s:%2$d HTTP/1.1\r\nHost: %1$s:%2$d\r\n%3$s\r\n".formatted(host, port, login));
    Head head = head();
    if (head.status() / 100 == 2) {
      return "";
    }
    throw switch (head.status()) {
      case 407 ->
          new Broken(
              (proxy.user().isEmpty()
                      ? "the proxy wants a user and a password (407)"
                      : "the proxy does not take user and password (407)")
                  + Optional.ofNullable(head.fields().get("proxy-authenticate"))
                      .map(scheme -> ", by “" + scheme.split(" ", 2)[0] + "”")
                      .orElse(""),
              "set network.proxy.user and password-file; Basic is what is spoken",
              null);
      case 403 ->
          new Broken(
              "the proxy forbids it (403)",
              "ask for CONNECT to %s:%d from this machine".formatted(host, port),
              null);
      case 502, 503, 504 ->
          new Broken(
              "the proxy does not get there (%d)".formatted(head.status()),
              "ask whoever runs it about %s:%d".formatted(host, port),
              null);
      default ->
          new Broken(
              "the proxy answers " + head.status(),
              "see that it is an HTTP proxy that lets CONNECT pass",
              null);
    };
  }

  /** Returns whose certificate was seen. */
  String secure(NetworkSettings network) throws IOException {
    SeenCertificates seen = new SeenCertificates(network.trustManager());
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {seen}, new SecureRandom());
      SSLSocket tls =
          (SSLSocket)
              context.getSocketFactory().createSocket(socket, namespace, socket.getPort(), true);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      socket = tls;
      return "certificate issued by “" + issuer(seen) + "”";
    } catch (SSLException e) {
      throw explained(seen, e);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static String issuer(SeenCertificates seen) {
    return seen.first()
        .map(leaf -> leaf.getIssuerX500Principal().getName())
        .orElse("somebody unknown");
  }

  private Broken explained(SeenCertificates seen, SSLException e) {
    Optional<X509Certificate> leaf = seen.first();
    if (leaf.isEmpty()) {
      return new Broken(
          "cut off before any certificate came",
          "look for a firewall that lets no TLS pass, and for a port where no TLS is spoken",
          e);
    }
    CertificateException why = seen.refused();
    if (has(e, CertificateExpiredException.class)
        || has(e, CertificateNotYetValidException.class)) {
      return new Broken(
          "the certificate, issued by “%s”, is good from %s to %s, and this machine's clock says %s"
              .formatted(
                  issuer(seen),
                  leaf.get().getNotBefore().toInstant(),
                  leaf.get().getNotAfter().toInstant(),
                  Instant.now()),
          "set this machine's clock right; if it is right, whoever issued it must renew it",
          e);
    }
    if (why != null && seen.onlyTheNameIsWrong()) {
      return new Broken(
          "the certificate is for “%s”, issued by “%s”, and not for %s"
              .formatted(leaf.get().getSubjectX500Principal().getName(), issuer(seen), namespace),
          "mend namespace.endpoint, or see who answers in its place",
          e);
    }
    return new Broken(
        "the certificate seen is for “%s”, issued by “%s”, which is not trusted here: something between inspects TLS, or a CA is missing"
            .formatted(leaf.get().getSubjectX500Principal().getName(), issuer(seen)),
        "exempt %s from inspection, or name that CA: network: { trust: [system, its-ca.pem] }"
            .formatted(namespace),
        e);
  }

  private static boolean has(Throwable e, Class<? extends Throwable> kind) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (kind.isInstance(at)) {
        return true;
      }
    }
    return false;
  }

  /** AMQP's own first bytes, without which something else listens there. */
  String greeting() throws IOException {
    socket.getOutputStream().write(GREETING);
    socket.getOutputStream().flush();
    byte[] answer = new byte[GREETING.length];
    expect(answer, socket.getInputStream().readNBytes(answer, 0, answer.length));
    return "";
  }

  private static void expect(byte[] answer, int length) throws IOException {
    if (length < GREETING.length
        || !new String(answer, 0, 4, StandardCharsets.ISO_8859_1).equals("AMQP")) {
      throw new Broken(
          length == 0 ? "closed without a word" : "what answers does not speak AMQP",
          "see who listens there; a firewall that knows protocols must let AMQP 1.0 pass",
          null);
    }
  }

  /** The way that needs no other port than the web's. */
  String upgrade() throws IOException {
    byte[] key = new byte[16];
    new SecureRandom().nextBytes(key);
    write(
        """
        GET /$servicebus/websocket HTTP/1.1\r
        Host: %s\r
        Connection: Upgrade\r
        Upgrade: websocket\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Protocol: AMQPWSB10\r
        Sec-WebSocket-Key: %s\r
        \r
        """
            .formatted(namespace, Base64.getEncoder().encodeToString(key)));
    Head head = head();
    date = head.date();
    if (head.status() != 101) {
      throw new Broken(
          "answered %d, not with a WebSocket".formatted(head.status()),
          "see who answers there; a proxy in the middle must let WebSockets pass",
          null);
    }
    return "";
  }

  /** The same greeting as {@link #greeting}, in a frame of WebSockets. */
  String greetingInFrame() throws IOException {
    byte[] frame = new byte[2 + 4 + GREETING.length];
    frame[0] = (byte) 0x82; // the last frame of a message of bytes
    frame[1] = (byte) (0x80 | GREETING.length); // masked with zeros
    System.arraycopy(GREETING, 0, frame, 6, GREETING.length);
    socket.getOutputStream().write(frame);
    socket.getOutputStream().flush();
    InputStream in = socket.getInputStream();
    byte[] start = in.readNBytes(2);
    int length = start.length < 2 ? 0 : Math.min(start[1] & 0x7f, 125);
    byte[] answer = in.readNBytes(length);
    expect(answer, answer.length);
    return "";
  }

  /** What the other end said the time is. */
  Optional<Instant> date() {
    return date;
  }

  private void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private record Head(int status, Map<String, String> fields) {
    Optional<Instant> date() {
      try {
        return Optional.ofNullable(fields.get("date"))
            .map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }
  }

  /** Byte by byte, since what follows the blank line is not HTTP's any more. */
  private Head head() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    String text = "";
    while (!text.endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("closed within a head");
      }
      bytes.write(b);
      if (bytes.size() > LONGEST_HEAD) {
        throw new Broken("what answers does not speak HTTP", "see who listens there", null);
      }
      if (b == '\n') {
        text = bytes.toString(StandardCharsets.ISO_8859_1);
      }
    }
    String[] lines = text.split("\r\n", -1);
    String[] first = lines[0].split(" ", -1);
    if (first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("\\d{3}")) {
      throw new Broken("what answers does not speak HTTP", "see who listens there", null);
    }
    Map<String, String> fields = new HashMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.putIfAbsent(
            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
    }
    return new Head(Integer.parseInt(first[1]), fields);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // nothing was to come of it any more
    }
  }
}
