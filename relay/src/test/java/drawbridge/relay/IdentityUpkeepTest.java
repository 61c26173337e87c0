package drawbridge.relay;

import static drawbridge.relay.RelayTlsFixture.AGENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import drawbridge.certs.SampleAuthority;
import drawbridge.certs.SamplePki;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an identity needs while time passes: fresh CRLs, a warning before the end, no samples. */
final class IdentityUpkeepTest {
  @TempDir Path folder;
  private final RelayTlsFixture fixture = new RelayTlsFixture();
  private final SamplePki pki = fixture.pki;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile byte[] published = {};
  private volatile Instant now = fixture.now;
  private HttpServer server = server();

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void start() throws Exception {
    pki.agent("plant-1", "agent-a").write(folder, "agent-a");
    pki.relay().writeCertificate(folder.resolve("relay-ca.pem"));
    pki.relay().writeCrl(folder.resolve("published.crl"));
    published = Files.readAllBytes(folder.resolve("published.crl"));
    server.createContext(
        "/crl",
        exchange -> {
          asked.incrementAndGet();
          exchange.sendResponseHeaders(200, published.length);
          exchange.getResponseBody().write(published);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop(0);
    fixture.close();
  }

  private IdentitySettings read() {
    Section file =
        Section.parse(
            folder.resolve("agent.yaml"),
            """
            identity:
              certificate: agent-a.pem
              key: agent-a.key
              peers: relay-ca.pem
              crl: { file: relay.crl, url: "http://127.0.0.1:%d/crl" }
            """
                .formatted(server.getAddress().getPort()));
    return IdentitySettings.read(file.section("identity"), AGENT, now);
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - until < 0, "never");
      LockSupport.parkNanos(1_000_000);
    }
  }

  private byte[] cached() {
    try {
      return Files.readAllBytes(folder.resolve("relay.crl"));
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aMissingListIsFetchedAtOnceAndThenHourly() throws Exception {
    IdentityFiles files = new IdentityFiles(read(), AGENT, () -> now);
    assertEquals(1, asked.get());
    assertArrayEquals(published, cached());
    now = now.plus(Duration.ofMinutes(59));
    files.get();
    X509Certificate revoked = pki.agent("plant-1", "agent-b").certificate();
    pki.relay().revoke(revoked, now);
    pki.relay().writeCrl(folder.resolve("published.crl"));
    byte[] before = published;
    published = Files.readAllBytes(folder.resolve("published.crl"));
    assertArrayEquals(before, cached());
    now = now.plus(Duration.ofMinutes(2));
    files.get();
    await(() -> asked.get() == 2 && java.util.Arrays.equals(published, cached()));
    now = now.plusSeconds(6);
    assertEquals(
        RelayTlsException.Reason.REVOKED,
        files.get().revocation().objection(revoked, pki.relay().certificate(), now).orElseThrow());
  }

  @Test
  void whatIsNoListLeavesTheOneOfBefore() throws Exception {
    IdentityFiles files = new IdentityFiles(read(), AGENT, () -> now);
    byte[] good = cached();
    published = "<html>sign in, please</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    now = now.plus(Duration.ofMinutes(61));
    files.get();
    await(() -> asked.get() == 2);
    now = now.plus(Duration.ofSeconds(30));
    files.get();
    assertEquals(2, asked.get(), "not again within a minute");
    assertArrayEquals(good, cached());
  }

  @Test
  void aStartWithoutAListAndWithoutTheUrlSaysWhatToDo() {
    server.stop(0);
    SettingsException wrong = assertThrows(SettingsException.class, this::read);
    assertEquals("identity.crl.url", wrong.key());
    assertTrue(String.valueOf(wrong.getMessage()).contains("there is no CRL in “file” yet"));
  }

  @Test
  void anEndIsWarnedOfThirtyFourteenSevenAndOneDaysAhead() {
    X509Certificate certificate = pki.agent("plant-1", "agent-a").certificate();
    Instant end = certificate.getNotAfter().toInstant();
    List<String> warnings = new ArrayList<>();
    Logger logger = Logger.getLogger("drawbridge.relay.tls");
    Handler handler = new Collecting(warnings);
    logger.addHandler(handler);
    try {
      Expiry expiry = new Expiry("the certificate");
      List<Integer> told = new ArrayList<>();
      for (int hours = 40 * 24; hours > 0; hours--) {
        int before = warnings.size();
        expiry.look(certificate, end.minus(Duration.ofHours(hours)).plusSeconds(1));
        if (warnings.size() > before) {
          told.add(hours);
        }
      }
      assertEquals(List.of(30 * 24, 14 * 24, 7 * 24, 24), told, "then, and not in between");
      assertEquals(4, warnings.size(), warnings::toString);
      new Expiry("the certificate").look(certificate, end.minus(Duration.ofDays(10)));
      assertEquals(5, warnings.size(), "and at a start in that time");
    } finally {
      logger.removeHandler(handler);
    }
  }

  private static final class Collecting extends Handler {
    private final List<String> lines;

    Collecting(List<String> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(LogRecord line) {
      if (line.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue()) {
        lines.add(line.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void samplesAreKnownByTheirMark() {
    assertEquals(SampleAuthority.MARK, Identity.SAMPLE);
    IdentityException own =
        assertThrows(
            IdentityException.class,
            () -> Identity.refuseSamples(pki.agent("plant-1", "agent-a").certificate(), List.of()));
    assertEquals(IdentityException.Field.CERTIFICATE, own.key());
  }

  @Test
  void keyAndCertificateMayStandInAPkcs12File() throws Exception {
    pki.relay().writeCrl(folder.resolve("relay.crl"));
    java.security.KeyStore store = pki.agent("plant-1", "agent-a").keyStore("a password");
    try (java.io.OutputStream out = Files.newOutputStream(folder.resolve("agent-a.p12"))) {
      store.store(out, "a password".toCharArray());
    }
    Files.writeString(folder.resolve("password"), "a password\n");
    Section file =
        Section.parse(
            folder.resolve("agent.yaml"),
            "identity: { pkcs12: agent-a.p12, password-file: password, peers: relay-ca.pem, crl: { file: relay.crl } }");
    IdentitySettings settings = IdentitySettings.read(file.section("identity"), AGENT, now);
    Identity identity = new IdentityFiles(settings, AGENT, () -> now).get();
    assertEquals(AGENT, PeerTrust.name(identity.certificate()).orElseThrow());
    Files.writeString(folder.resolve("password"), "another");
    SettingsException wrong =
        assertThrows(
            SettingsException.class,
            () -> IdentitySettings.read(file.section("identity"), AGENT, now));
    assertEquals("identity.pkcs12", wrong.key());
  }
}
