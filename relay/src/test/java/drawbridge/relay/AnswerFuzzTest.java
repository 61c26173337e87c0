package drawbridge.relay;

import com.code_intelligence.jazzer.junit.FuzzTest;
import drawbridge.certs.SamplePki;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/**
 * What servers, proxies and peers answer: HTTP, WebSockets, AMQP’s greeting, revocation lists,
 * certificates. It is taken for what it is or refused as an expected error. Runs its seeds as a
 * test; with {@code JAZZER_FUZZ=1} in the environment it searches.
 */
@Tag("instrumented")
final class AnswerFuzzTest {
  private static final int MOST = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
  private static final SamplePki PKI = new SamplePki(NOW, Duration.ofDays(30));
  private static final List<X509Certificate> AUTHORITIES = List.of(PKI.relay().certificate());
  private static final NetworkSettings.Proxy PROXY =
      new NetworkSettings.Proxy("127.0.0.1", 1, "", new drawbridge.settings.Secret(""));

  @FuzzTest(maxDuration = "60s")
  void filesAreFetchedWithinTheirBoundOrNot(byte[] answer) throws IOException {
    try (RawServer server = new RawServer(answer, true)) {
      URI url = URI.create("http://127.0.0.1:" + server.port() + "/keys");
      byte[] got = new Fetch(NetworkSettings.DIRECT).get(url, MOST, PATIENCE);
      if (got.length > MOST) {
        throw new AssertionError("longer than allowed");
      }
    } catch (IOException e) {
      if (e.getMessage() == null) {
        throw new AssertionError("no reason", e);
      }
    }
  }

  @FuzzTest(maxDuration = "60s")
  void hopsSucceedOrSayWhatIsBroken(byte[] answer) throws IOException {
    try (RawServer server = new RawServer(answer, false)) {
      hop(server, hop -> hop.tunnel(PROXY, "namespace", 443));
      hop(server, Hop::upgrade);
      hop(server, Hop::greeting);
      hop(server, Hop::greetingInFrame);
    }
  }

  private interface Step {
    String take(Hop hop) throws IOException;
  }

  private static void hop(RawServer server, Step step) {
    try (Hop hop = new Hop("namespace", (int) PATIENCE.toMillis())) {
      var _ = hop.connect("127.0.0.1", server.port());
      var _ = step.take(hop);
      Optional<Instant> date = hop.date();
      if (date.isPresent() && Duration.between(date.get(), NOW).isZero()) {
        throw new AssertionError("nobody's clock is that good");
      }
    } catch (IOException e) {
      // as any network may do
    }
  }

  @FuzzTest(maxDuration = "60s")
  void revocationListsAreOursOrRefused(byte[] file) {
    try {
      var _ = Revocation.parse(file, AUTHORITIES, Duration.ZERO);
      throw new AssertionError("somebody else signs for our CA");
    } catch (IdentityException e) {
      if (e.getMessage() == null) {
        throw new AssertionError("no reason", e);
      }
    }
  }

  @FuzzTest(maxDuration = "60s")
  void certificatesNameSomebodyOrNobody(byte[] bytes) {
    try {
      X509Certificate leaf =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(bytes));
      PeerName bearer = PeerTrust.name(leaf).orElse(PeerName.gateway("gateway-1"));
      var _ = PeerTrust.wrongUsage(leaf, bearer);
    } catch (CertificateException e) {
      // no certificate at all
    }
  }
}
