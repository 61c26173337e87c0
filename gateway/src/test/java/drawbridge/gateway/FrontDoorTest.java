package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FrontDoorTest {
  private static final String PATH = "/orders/v1/customers/1/orders";
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"EC,EC", "Ed25519,Ed25519", "EC,Ed25519"})
  void certificatesOfBothKindsWork(String server, String caller) throws Exception {
    try (Stage stage = new Stage(folder, server, caller, "", Stage.ONE_SITE)) {
      stage.agent("plant-1", "agent-a", "orders");
      assertEquals(200, stage.get(PATH).statusCode());
    }
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.2", "TLSv1.3"})
  void bothVersionsOfTlsWork(String version) throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE);
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

  private static SSLSocket socket(Stage stage) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            stage
                .connectors
                .context(stage.frontDoor, stage.apim)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), stage.gateway.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static String request() {
    return "GET " + PATH + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  /** A whole response with a body of 16 bytes. */
  private static String head(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("ended after: " + text);
      }
      text.append((char) c);
    }
    assertEquals(16, in.readNBytes(16).length);
    return text.toString();
  }

  @Test
  void aCallerWithoutOrWithAnUnknownCertificateIsRefusedInTls() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
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
    try (Stage stage = new Stage(folder, "EC", early, crl, Stage.ONE_SITE)) {
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

  @Test
  void whereACertificateIsNotRequiredItsAbsenceIs401() throws Exception {
    try (Stage stage = new Stage(folder, "EC", "EC", ", required: false", Stage.ONE_SITE)) {
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
    try (Stage stage = new Stage(folder, Stage.ONE_SITE);
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
    Stage stage = new Stage(folder, Stage.ONE_SITE);
    FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
    var reading =
        stage.client.send(
            stage.request("/orders/v1/export?bytes=" + (40L << 20)).build(),
            BodyHandlers.ofInputStream());
    int port = stage.gateway.port();
    Thread closing = Thread.ofVirtual().start(stage.gateway::close);
    try (InputStream in = reading.body()) {
      assertEquals(40L << 20, in.transferTo(java.io.OutputStream.nullOutputStream()));
    }
    assertTrue(closing.join(Duration.ofSeconds(12)));
    assertEquals(40L << 20, agent.produced.get());
    assertThrows(
        IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
    stage.close();
  }
}
