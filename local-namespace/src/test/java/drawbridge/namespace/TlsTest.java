package drawbridge.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS, WebSockets and tokens, by the Java SDK in a JVM that trusts the test's certificate. */
final class TlsTest {
  @TempDir Path folder;

  private NamespaceSettings.Builder settings(TestCertificate certificate) {
    return NamespaceSettings.builder()
        .noPlaintext()
        .tls(0, certificate.certificate(), certificate.key())
        .key("root", "root-secret")
        .queue("q");
  }

  private static String client(TestCertificate certificate, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-Djavax.net.ssl.trustStore=" + certificate.trust());
    command.add("-Djavax.net.ssl.trustStorePassword=changeit");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(TlsClient.class.getName());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      return output.strip();
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"AMQP", "AMQP_WEB_SOCKETS"})
  void theJavaSdkConnects(String transport) throws Exception {
    TestCertificate certificate = TestCertificate.in(folder, "EC");
    try (LocalNamespace namespace = LocalNamespace.start(settings(certificate).build())) {
      assertEquals("whole", client(certificate, transport, namespace.connectionString("root")));
      assertEquals(2, namespace.stats().queue("q").messagesIn());
    }
  }

  @Test
  void anEd25519KeyServesToo() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder, "Ed25519");
    try (LocalNamespace namespace = LocalNamespace.start(settings(certificate).build())) {
      assertEquals("whole", client(certificate, "AMQP", namespace.connectionString("root")));
    }
  }

  @Test
  void tokensOfAKnownIssuerGiveTheRightsOfTheirPrincipal() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder, "EC");
    ECKey issuer = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
    Path keys = Files.writeString(folder.resolve("keys.json"), new JWKSet(issuer).toString(true));
    NamespaceSettings.Tokens tokens =
        new NamespaceSettings.Tokens(
            keys,
            NamespaceSettings.Tokens.AUDIENCE,
            Optional.of("https://issuer.example"),
            List.of(
                new NamespaceSettings.Principal(
                    "agent", "app-1", Permissions.of(Set.of("q"), Set.of("q"))),
                new NamespaceSettings.Principal(
                    "reader", "app-2", Permissions.of(Set.of("q"), Set.of()))));
    try (LocalNamespace namespace =
        LocalNamespace.start(settings(certificate).tokens(tokens).build())) {
      String port = String.valueOf(namespace.tlsPort());
      String good = token(issuer, "app-1", NamespaceSettings.Tokens.AUDIENCE + "/");
      assertEquals("whole", client(certificate, "AMQP", port, good));
      String reader = token(issuer, "app-2", NamespaceSettings.Tokens.AUDIENCE);
      assertTrue(
          client(certificate, "AMQP", port, reader).contains("'Send' claim(s) are required"));
      String stranger = token(issuer, "app-3", NamespaceSettings.Tokens.AUDIENCE);
      assertTrue(client(certificate, "AMQP", port, stranger).contains("status-code: 401"));
      ECKey forger = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
      String forged = token(forger, "app-1", NamespaceSettings.Tokens.AUDIENCE);
      assertTrue(client(certificate, "AMQP", port, forged).contains("invalid signature"));
      String late =
          token(issuer, "app-1", NamespaceSettings.Tokens.AUDIENCE, Duration.ofSeconds(-1));
      assertTrue(client(certificate, "AMQP", port, late).contains("ExpiredToken"));
      String elsewhere = token(issuer, "app-1", "https://storage.example");
      assertTrue(client(certificate, "AMQP", port, elsewhere).contains("audience"));
    }
  }

  private static String token(ECKey key, String app, String audience) throws Exception {
    return token(key, app, audience, Duration.ofMinutes(5));
  }

  @SuppressWarnings("JavaUtilDate") // the type of the library
  private static String token(ECKey key, String app, String audience, Duration life)
      throws Exception {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .issuer("https://issuer.example")
                .audience(audience)
                .claim("appid", app)
                .expirationTime(Date.from(Instant.now().plus(life)))
                .build());
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }
}
