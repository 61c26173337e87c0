package drawbridge.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import drawbridge.certs.SampleTokens;
import drawbridge.relay.NetworkSettings;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import drawbridge.tokens.TokenRefused.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys from a URL, against a real server. */
class KeysTest {
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

  private volatile Instant now = NOON;
  private final AtomicInteger asked = new AtomicInteger();
  private final SampleTokens first = SampleTokens.create("k1");
  private final SampleTokens second = SampleTokens.create("k2");
  private volatile String published = SampleTokens.keys(first);
  private volatile int status = 200;
  private HttpServer server = serve();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private HttpServer serve() {
    try {
      HttpServer made =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      made.createContext(
          "/keys",
          exchange -> {
            asked.incrementAndGet();
            byte[] body = published.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      return made;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private TokenVerifier verifier() {
    return TokenVerifier.open(
        TokenSettings.read(
            section("url: \"http://127.0.0.1:" + server.getAddress().getPort() + "/keys\"")),
        NetworkSettings.DIRECT,
        () -> now);
  }

  private static Section section(String keys) {
    return Section.parse(
        Path.of("agent.yaml"),
        "{ tenant: %s, audience: '%s', keys: { %s } }"
            .formatted(SampleTokens.TENANT, SampleTokens.AUDIENCE, keys));
  }

  private String token(SampleTokens issuer) {
    return issuer.token(SampleTokens.claims("app", now));
  }

  private static void refused(Reason reason, TokenVerifier verifier, String token) {
    assertEquals(reason, assertThrows(TokenRefused.class, () -> verifier.verify(token)).reason());
  }

  @Test
  void unknownKeyIdsReadTheKeysAgainAtMostOnceAMinute() throws Exception {
    TokenVerifier verifier = verifier();
    assertEquals(1, asked.get());
    verifier.verify(token(first));
    for (int i = 0; i < 50; i++) {
      refused(Reason.KEY, verifier, token(SampleTokens.create("invented-" + i)));
    }
    assertEquals(1, asked.get(), "within the minute of the first look");
    published = SampleTokens.keys(second);
    now = NOON.plusSeconds(61);
    verifier.verify(token(second));
    assertEquals(2, asked.get());
    refused(Reason.KEY, verifier, token(first));
    assertEquals(2, asked.get());
  }

  @Test
  void manyCallersWithANewKeyCauseOneLook() throws Exception {
    TokenVerifier verifier = verifier();
    published = SampleTokens.keys(first, second);
    now = NOON.plusSeconds(61);
    String token = token(second);
    CountDownLatch done = new CountDownLatch(40);
    AtomicInteger believed = new AtomicInteger();
    for (int i = 0; i < 40; i++) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  verifier.verify(token);
                  believed.incrementAndGet();
                } catch (TokenRefused e) {
                  // counted below
                } finally {
                  done.countDown();
                }
              });
    }
    assertTrue(done.await(20, java.util.concurrent.TimeUnit.SECONDS));
    assertEquals(40, believed.get());
    assertEquals(2, asked.get());
  }

  @Test
  void keysThatCannotBeFetchedAreBelievedForADayAndNoLonger() throws Exception {
    TokenVerifier verifier = verifier();
    status = 500;
    now = NOON.plus(Duration.ofHours(23));
    verifier.verify(token(first));
    now = NOON.plus(Duration.ofHours(25));
    refused(Reason.KEYS_UNAVAILABLE, verifier, token(first));
  }

  @Test
  void aVerifierThatStartsWithoutKeysGetsThemLater() throws Exception {
    status = 503;
    TokenVerifier verifier = verifier();
    refused(Reason.KEYS_UNAVAILABLE, verifier, token(first));
    status = 200;
    now = NOON.plusSeconds(61);
    verifier.verify(token(first));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tenant: common, audience: a, keys: { url: 'https://k' } | is not the id of a tenant",
        "audience: a, keys: { url: 'https://k' } | tenant: is missing",
        "tenant: T, keys: { url: 'https://k' } | says for whom tokens must be meant",
        "tenant: T, audience: a, keys: { url: 'http://192.0.2.1/k' } | is not an https URL",
        "tenant: T, audience: a, keys: { } | one of url and file is needed",
        "tenant: T, audience: a, keys: { file: nowhere } | no such file",
        "tenant: T, audience: a, key: { } | keys: is missing",
      })
  void aMistakeInTheSectionIsNamed(String text, String expected) {
    Section section =
        Section.parse(
            Path.of("agent.yaml"),
            "{ " + text.replace(" T,", " " + SampleTokens.TENANT + ",") + " }");
    SettingsException e = assertThrows(SettingsException.class, () -> TokenSettings.read(section));
    assertTrue(String.valueOf(e.getMessage()).contains(expected), e::toString);
  }
}
