package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.certs.SampleRequest;
import drawbridge.namespace.LocalNamespace;
import drawbridge.settings.Finding;
import drawbridge.settings.Secret;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every hop on the way is broken once, and the finding names it. */
@Timeout(60)
final class WayCheckTest {
  private static final int PATIENCE = 1_000;

  @TempDir private Path folder;

  private final SamplePki pki = new SamplePki();
  private final SampleLeaf local = pki.local("namespace");

  @BeforeEach
  void files() throws Exception {
    SampleFiles.certificate(folder.resolve("ca.pem"), pki.front().certificate());
    local.write(folder, "namespace");
  }

  private NetworkSettings trusting() {
    return new NetworkSettings(
        NetworkSettings.Transport.AUTO, Optional.empty(), false, List.of(folder.resolve("ca.pem")));
  }

  private NetworkSettings through(int port) {
    return new NetworkSettings(
        NetworkSettings.Transport.AUTO,
        Optional.of(new NetworkSettings.Proxy("localhost", port, "", new Secret(""))),
        false,
        List.of(folder.resolve("ca.pem")));
  }

  private static WayCheck.Result run(int port, NetworkSettings network) {
    return WayCheck.run("localhost", port, network, PATIENCE);
  }

  /** The one finding that is no good, for which the check stopped on that way. */
  private static Finding broken(WayCheck.Result result, String what) {
    return result.findings().stream()
        .filter(found -> !found.good() && found.what().startsWith(what))
        .findFirst()
        .orElseThrow(() -> new AssertionError(result.findings()));
  }

  @Test
  void theWholeWayIsGoodByAmqpAndByWebSockets() {
    try (LocalNamespace namespace =
        LocalNamespace.start(
            drawbridge.namespace.NamespaceSettings.builder()
                .noPlaintext()
                .tls(0, folder.resolve("namespace.pem"), folder.resolve("namespace.key"))
                .key("root", "a-key-of-the-test")
                .build())) {
      WayCheck.Result result = run(namespace.tlsPort(), trusting());
      assertTrue(result.amqp() && result.webSockets(), () -> result.findings().toString());
      assertTrue(
          result.findings().stream().anyMatch(found -> found.detail().contains("issued by “")),
          () -> result.findings().toString());
    }
  }

  @Test
  void aNameThatNobodyKnows() {
    WayCheck.Result result = WayCheck.run("namespace.invalid", 0, trusting(), PATIENCE);
    assertTrue(broken(result, "DNS: namespace.invalid").fix().contains("privatelink"));
    assertEquals(1, result.findings().size(), "nothing can be tried without an address");
  }

  @Test
  void aPortWhereNobodyListens() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    WayCheck.Result result = run(port, trusting());
    assertTrue(broken(result, "AMQP: TCP").detail().contains("refused"));
    assertTrue(broken(result, "WebSocket: TCP").fix().contains("outbound TCP " + port));
  }

  /** A server that accepts nobody, once its queue is full, is silent as a firewall that drops. */
  @Test
  void aFirewallThatDrops() throws Exception {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket one = new Socket();
        Socket two = new Socket()) {
      for (Socket waiting : List.of(one, two)) {
        waiting.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()), 5_000);
      }
      WayCheck.Result result = run(full.getLocalPort(), trusting());
      assertTrue(
          broken(result, "AMQP: TCP").detail().contains("firewall drops"),
          () -> result.findings().toString());
    }
  }

  @Test
  void anInspectingMiddleIsNamed() throws Exception {
    SampleLeaf middle = new SamplePki().local("inspector");
    try (Script script = Script.of(middle, (in, out) -> in.read())) {
      Finding found = broken(run(script.port(), trusting()), "AMQP: TLS");
      assertTrue(
          found.detail().contains(middle.issuer().getSubjectX500Principal().getName()),
          found::toString);
      assertTrue(found.detail().contains("inspects TLS"), found::toString);
      assertTrue(found.fix().contains("network: { trust:"), found::toString);
    }
  }

  @Test
  void aCertificateForAnotherName() throws Exception {
    SampleLeaf other =
        pki.front()
            .issue(
                SampleRequest.connector("other.example")
                    .withKey(SampleKey.P256)
                    .withUsage(SampleRequest.Usage.SERVER));
    try (Script script = Script.of(other, (in, out) -> in.read())) {
      Finding found = broken(run(script.port(), trusting()), "AMQP: TLS");
      assertTrue(found.detail().contains("and not for localhost"), found::toString);
    }
  }

  @Test
  void aCertificateThatEndedIsShownBesideTheClock() throws Exception {
    Instant now = Instant.now();
    SampleLeaf old =
        pki.front()
            .issue(
                SampleRequest.local("old")
                    .withValidity(now.minus(Duration.ofHours(1)), now.minusSeconds(60)));
    try (Script script = Script.of(old, (in, out) -> in.read())) {
      Finding found = broken(run(script.port(), trusting()), "AMQP: TLS");
      assertTrue(found.detail().contains("this machine's clock says"), found::toString);
    }
  }

  @Test
  void aPortWhereNoTlsIsSpoken() throws Exception {
    try (Script script = Script.of(null, Script.answer("HTTP/1.1 400 Bad Request"))) {
      Finding found = broken(run(script.port(), trusting()), "AMQP: TLS");
      assertFalse(found.fix().isEmpty(), found::toString);
    }
  }

  @Test
  void aServerThatSpeaksNeitherAmqpNorWebSockets() throws Exception {
    try (Script script =
        Script.of(
            local,
            (in, out) -> {
              if (in.read() == 'A') {
                out.write("SSH-2.0-x".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
              } else {
                Script.answer("HTTP/1.1 404 Not Found").play(in, out);
              }
            })) {
      WayCheck.Result result = run(script.port(), trusting());
      assertTrue(broken(result, "AMQP: greeting").detail().contains("does not speak AMQP"));
      assertTrue(broken(result, "WebSocket: answer").detail().contains("answered 404"));
    }
  }

  @ParameterizedTest
  @CsvSource({"3600, FAILED", "120, WARNING", "0, OK"})
  void theClockIsComparedWithTheNamespaces(long off, Finding.Verdict verdict) throws Exception {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().minusSeconds(off).atOffset(ZoneOffset.UTC));
    try (Script script =
        Script.of(local, Script.answer("HTTP/1.1 101 Switching Protocols\r\nDate: " + date))) {
      Finding clock =
          run(script.port(), trusting()).findings().stream()
              .filter(found -> found.what().equals("clock"))
              .findFirst()
              .orElseThrow();
      assertEquals(verdict, clock.verdict(), clock::toString);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "407 Proxy Authentication Required, wants a user and a password",
    "403 Forbidden, the proxy forbids it",
    "502 Bad Gateway, does not get there"
  })
  void aProxyThatLetsNobodyPass(String status, String said) throws Exception {
    try (Script proxy = Script.of(null, Script.answer("HTTP/1.1 " + status))) {
      Finding found = broken(run(0, through(proxy.port())), "proxy: CONNECT");
      assertTrue(found.detail().contains(said), found::toString);
    }
  }

  @Test
  void aProxyThatIsNone() throws Exception {
    try (Script proxy = Script.of(null, Script.answer("220 smtp.example ESMTP"))) {
      Finding found = broken(run(0, through(proxy.port())), "proxy: CONNECT");
      assertTrue(found.detail().contains("does not speak HTTP"), found::toString);
    }
  }

  @Test
  void theRequestForTheFirewallNamesPortsAndHost() {
    String direct = WayCheck.firewallRequest("c.servicebus.windows.net", 0, Optional.empty());
    assertTrue(direct.contains("TCP 5671 to c.servicebus.windows.net"), direct);
    assertTrue(direct.contains("TCP 443 to c.servicebus.windows.net"), direct);
    String proxied = WayCheck.firewallRequest("c.servicebus.windows.net", 0, through(8080).proxy());
    assertTrue(proxied.contains("TCP 8080 to localhost (the proxy)"), proxied);
  }

  /** By settings only the chosen way must work; where the other one would, that is the advice. */
  @Test
  void settingsThatChooseTheClosedWayAreToldOfTheOpenOne() throws Exception {
    try (Script script =
        Script.of(
            local,
            (in, out) -> {
              if (in.read() != 'A') {
                Script.awaitBlankLine(in);
                out.write(
                    "HTTP/1.1 101 Switching Protocols\r\n\r\n"
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                out.flush();
                in.readNBytes(14);
                out.write(new byte[] {(byte) 0x82, 8, 'A', 'M', 'Q', 'P', 3, 1, 0, 0});
                out.flush();
              }
            })) {
      NamespaceSettings settings =
          new NamespaceSettings("localhost", script.port(), "k", new Secret("s"), false);
      NetworkSettings amqp =
          new NetworkSettings(
              NetworkSettings.Transport.AMQP,
              Optional.empty(),
              false,
              List.of(folder.resolve("ca.pem")));
      List<Finding> found = WayCheck.run(settings, amqp).findings();
      assertTrue(found.getLast().fix().contains("transport: websocket"), found::toString);
      List<Finding> either = WayCheck.run(settings, trusting()).findings();
      assertTrue(either.stream().allMatch(Finding::good), either::toString);
      assertTrue(either.getLast().detail().contains("so WebSockets are used"), either::toString);
      NetworkSettings chosen =
          new NetworkSettings(
              NetworkSettings.Transport.WEBSOCKET,
              Optional.empty(),
              false,
              List.of(folder.resolve("ca.pem")));
      assertTrue(
          WayCheck.run(settings, chosen).findings().stream().allMatch(Finding::good),
          "it works that way");
    }
  }
}
