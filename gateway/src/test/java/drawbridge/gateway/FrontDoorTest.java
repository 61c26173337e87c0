package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Execution(ExecutionMode.CONCURRENT)
final class FrontDoorTest {
  private static final String ONE_SITE = Stage.ONE_SITE;
  private static final String PATH = "/orders/v1/customers/1/orders";
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"EC,EC", "Ed25519,Ed25519", "EC,Ed25519"})
  void certificatesOfBothKindsWork(String server, String caller) throws Exception {
    try (Stage stage = new Stage(folder, server, caller, "", ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      assertEquals(200, stage.get(PATH).statusCode());
    }
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.2", "TLSv1.3"})
  void bothVersionsOfTlsWork(String version) throws Exception {
    try (Stage stage = new Stage(folder, ONE_SITE);
        SSLSocket socket = socket(stage)) {
      stage.agent("plant-1", "agent-a", "orders");
      socket.setEnabledProtocols(new String[] {version});
      for (int i = 0; i < 2; i++) {
        socket.getOutputStream().write(request().getBytes(StandardCharsets.US_ASCII));
        assertTrue(head(socket.getInputStream()).startsWith("HTTP/1.1 200"));
      }
      assertEquals(version, socket.getSession().getProtocol());
    }
  }

  /** An answer that nobody asked for would be taken for that of the next request. */
  @Test
  void nothingIsSaidBetweenRequests() throws Exception {
    try (Stage stage = new Stage(folder, ONE_SITE);
        SSLSocket socket = socket(stage)) {
      stage.gateway.agents().down(stage.agent("plant-1", "agent-a", "orders").link());
      socket.setSoTimeout(2_500);
      for (int i = 0; i < 2; i++) {
        socket
            .getOutputStream()
            .write(
                request()
                    .replace("Host:", "Prefer: wait=1\r\nHost:")
                    .getBytes(StandardCharsets.US_ASCII));
        String answer = head(socket.getInputStream());
        assertTrue(answer.startsWith("HTTP/1.1 503"), answer);
        Matcher length = LENGTH.matcher(answer);
        assertTrue(length.find(), answer);
        socket.getInputStream().skipNBytes(Long.parseLong(length.group(1)));
        // Past the deadline of the call.
        assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
      }
    }
  }

  private static SSLSocket socket(Stage stage) throws IOException {
    return socket(stage, stage.apim);
  }

  private static SSLSocket socket(Stage stage, TestPki.Pair caller) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            stage
                .connectors
                .context(stage.frontDoor, caller)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), stage.gateway.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static String request() {
    return "GET " + PATH + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  /** A response's head; that of a good one with its body of 16 bytes behind it. */
  private static String head(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("ended after: " + text);
      }
      text.append((char) c);
    }
    if (text.indexOf("HTTP/1.1 200") == 0) {
      assertEquals(16, in.readNBytes(16).length);
    }
    return text.toString();
  }

  @Test
  void aCallerWithoutOrWithAnUnknownCertificateIsRefusedInTls() throws Exception {
    try (Stage stage = new Stage(folder, ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      TestPki strangers = new TestPki(folder, "EC", "Strangers CA");
      HttpClient none = stage.client();
      HttpClient stranger = stage.client(strangers.client("CN=apim"));
      HttpClient server = stage.client(stage.connectors.server());
      for (HttpClient client : new HttpClient[] {none, stranger, server}) {
        assertThrows(
            IOException.class,
            () -> client.send(stage.request(PATH).build(), BodyHandlers.ofString()));
      }
      // A client may try more than once.
      assertTrue(
          stage.privately("/metrics").body().matches("(?s).*drawbridge_tls_refused [3-9].*"));
      assertEquals(200, stage.get(PATH).statusCode());
    }
  }

  @Test
  void aRevokedCertificateIsRefused() throws Exception {
    TestPki early = new TestPki(folder, "EC", "Connectors CA");
    TestPki.Pair good = early.client("CN=good");
    TestPki.Pair bad = early.client("CN=bad");
    String crl = ", crl: { file: " + early.revoked(bad) + " }";
    try (Stage stage = new Stage(folder, "EC", early, crl, ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      HttpClient revoked = stage.client(bad);
      assertThrows(
          IOException.class,
          () -> revoked.send(stage.request(PATH).build(), BodyHandlers.ofString()));
      assertEquals(
          200,
          stage
              .client(good)
              .send(stage.request(PATH).build(), BodyHandlers.ofString())
              .statusCode());
    }
  }

  /** On a connection that was open before, and on the next one. */
  @Test
  void aCallerRevokedWhileTheGatewayRunsIsRefusedAtTheNextRequest() throws Exception {
    TestPki pki = new TestPki(folder, "EC", "Connectors CA");
    TestPki.Pair good = pki.client("CN=good");
    TestPki.Pair bad = pki.client("CN=bad");
    Path list = pki.revoked();
    try (Stage stage = new Stage(folder, "EC", pki, ", crl: { file: " + list + " }", ONE_SITE);
        SSLSocket kept = socket(stage, bad);
        SSLSocket other = socket(stage, good)) {
      stage.agent("plant-1", "agent-a", "orders");
      assertTrue(ask(kept).startsWith("HTTP/1.1 200"));
      Files.writeString(list, "half a file");
      Stage.until(() -> stage.privately2xx("/healthz", "front door are not used"));
      assertTrue(ask(kept).startsWith("HTTP/1.1 200"), "the last good list stays");
      Files.move(pki.revoked(bad), list, StandardCopyOption.REPLACE_EXISTING);
      AtomicReference<String> last = new AtomicReference<>("");
      Stage.until(
          () -> {
            String said = ask(kept);
            last.set(said);
            return !said.startsWith("HTTP/1.1 200");
          });
      String answer = String.valueOf(last.get());
      assertTrue(answer.startsWith("HTTP/1.1 401"), answer);
      assertTrue(answer.toLowerCase(Locale.ROOT).contains("connection: close"), answer);
      String rest = new String(kept.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(rest.contains("no longer trusted"), "closed behind: " + rest);
      assertThrows(UncheckedIOException.class, () -> ask(socket(stage, bad)));
      assertTrue(ask(other).startsWith("HTTP/1.1 200"));
      assertTrue(ask(socket(stage, good)).startsWith("HTTP/1.1 200"));
      assertFalse(stage.privately("/healthz").body().contains("are not used"));
    }
  }

  @Test
  void aRenewedCertificateAndAnotherCaCountWithoutARestart() throws Exception {
    TestPki pki = new TestPki(folder, "EC", "Connectors CA");
    TestPki.Pair before = pki.client("CN=before");
    try (Stage stage = new Stage(folder, "EC", pki, "", ONE_SITE);
        SSLSocket kept = socket(stage, before)) {
      stage.agent("plant-1", "agent-a", "orders");
      assertTrue(ask(kept).startsWith("HTTP/1.1 200"));
      TestPki.Pair renewed = stage.frontDoor.server();
      Path certificate = stage.frontDoor.certificateFile("front.pem", renewed);
      assertTrue(ask(socket(stage, before)).startsWith("HTTP/1.1 200"), "half of a new pair");
      stage.frontDoor.keyFile("front.key", renewed);
      Stage.until(() -> renewed.certificate().equals(shown(stage, before)));
      assertEquals(folder.resolve("front.pem"), certificate);

      TestPki other = new TestPki(folder, "EC", "Connectors CA");
      Files.move(other.authorityFile(), stage.trust, StandardCopyOption.REPLACE_EXISTING);
      Stage.until(() -> !ask(kept).startsWith("HTTP/1.1 200"));
      TestPki.Pair after = other.client("CN=after");
      assertTrue(ask(socket(stage, after)).startsWith("HTTP/1.1 200"));
    }
  }

  private static Certificate shown(Stage stage, TestPki.Pair caller) {
    try (SSLSocket socket = socket(stage, caller)) {
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Status line and headers; of a good answer the body is read too. */
  private static String ask(SSLSocket socket) {
    try {
      socket.getOutputStream().write(request().getBytes(StandardCharsets.US_ASCII));
      return head(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whereACertificateIsNotRequiredItsAbsenceIs401() throws Exception {
    try (Stage stage = new Stage(folder, "EC", "EC", ", required: false", ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      HttpResponse<String> nobody =
          stage.client().send(stage.request(PATH).build(), BodyHandlers.ofString());
      assertEquals(401, nobody.statusCode());
      assertTrue(nobody.headers().firstValue("www-authenticate").isPresent());
      assertEquals(200, stage.get(PATH).statusCode());
    }
  }

  @Test
  void garbageAndLongHeadersAreProblemsToo() throws Exception {
    try (Stage stage = new Stage(folder, ONE_SITE);
        SSLSocket socket = socket(stage)) {
      socket
          .getOutputStream()
          .write(
              ("GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 4"), answer);
      assertTrue(answer.contains("application/problem+json"), answer);
    }
  }

  @Test
  void closingLetsACallFinish() throws Exception {
    Stage stage = new Stage(folder, ONE_SITE);
    FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
    var reading =
        stage.client.send(
            stage.request("/orders/v1/export?bytes=" + (8L << 20)).build(),
            BodyHandlers.ofInputStream());
    int port = stage.gateway.port();
    Thread closing = Thread.ofVirtual().start(stage.gateway::close);
    try (InputStream in = reading.body()) {
      assertEquals(8L << 20, in.transferTo(java.io.OutputStream.nullOutputStream()));
    }
    assertTrue(closing.join(Duration.ofSeconds(12)));
    assertEquals(8L << 20, agent.produced.get());
    assertThrows(
        IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
    stage.close();
  }
}
