package drawbridge.certs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.bouncycastle.util.io.pem.PemReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** From a key that stays where it was made, by a request, to a certificate of the sample CA. */
final class SignCommandTest {
  @TempDir Path folder;
  private Path ca;
  private final StringWriter said = new StringWriter();

  @BeforeEach
  void sample() {
    ca = folder.resolve("ca");
    assertEquals(0, run("sample", ca.toString()));
  }

  private int run(String... arguments) {
    PrintWriter out = new PrintWriter(said, true);
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(out)
        .setErr(out)
        .execute(arguments);
  }

  private X509Certificate certificate(Path file) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
  }

  @ParameterizedTest
  @EnumSource(SampleKey.class)
  void aRequestOfEachKindOfKeyIsSignedAndTheKeyFitsIt(SampleKey kind) throws Exception {
    String file = folder.resolve("agent-x").toString();
    String type = kind.name().toLowerCase(Locale.ROOT);
    assertEquals(0, run("request", "--agent", "plant-9/agent-x", "--key-type", type, file));
    assertEquals(
        0,
        run("sign", "--agent", "plant-9/agent-x", "--days", "7", ca.toString(), file),
        said::toString);
    X509Certificate issued = certificate(folder.resolve("agent-x.pem"));
    X509Certificate authority = certificate(ca.resolve("relay-ca.pem"));
    issued.verify(authority.getPublicKey());
    assertEquals(
        List.of("drawbridge://plant-9/agent/agent-x"),
        Objects.requireNonNull(issued.getSubjectAlternativeNames()).stream()
            .map(name -> name.get(1))
            .toList());
    assertEquals(List.of("1.3.6.1.5.5.7.3.2"), issued.getExtendedKeyUsage());
    assertEquals(-1, issued.getBasicConstraints());
    assertTrue(issued.getSubjectX500Principal().getName().contains(SampleAuthority.MARK));
    assertFalse(issued.getNotAfter().toInstant().isAfter(authority.getNotAfter().toInstant()));
    PrivateKey key;
    try (PemReader reader = new PemReader(Files.newBufferedReader(folder.resolve("agent-x.key")))) {
      key = kind.decode(Objects.requireNonNull(reader.readPemObject()).getContent());
    }
    Signature signature = Signature.getInstance(kind.signature());
    signature.initSign(key);
    signature.update(new byte[] {1, 2, 3});
    byte[] signed = signature.sign();
    signature.initVerify(issued);
    signature.update(new byte[] {1, 2, 3});
    assertTrue(signature.verify(signed));
  }

  @Test
  void gatewaysAndConnectorsHaveTheirOwnNamesUsagesAndCas() throws Exception {
    String gateway = folder.resolve("gw").toString();
    assertEquals(0, run("request", "--gateway", "gateway-7", gateway));
    assertEquals(0, run("sign", "--gateway", "gateway-7", ca.toString(), gateway + ".csr"));
    X509Certificate server = certificate(folder.resolve("gw.pem"));
    server.verify(certificate(ca.resolve("relay-ca.pem")).getPublicKey());
    assertEquals(List.of("1.3.6.1.5.5.7.3.1"), server.getExtendedKeyUsage());

    String connector = folder.resolve("apim").toString();
    assertEquals(0, run("request", "--connector", "apim", connector));
    assertEquals(0, run("sign", "--connector", "apim", ca.toString(), connector));
    X509Certificate client = certificate(folder.resolve("apim.pem"));
    client.verify(certificate(ca.resolve("connectors-ca.pem")).getPublicKey());
    assertEquals(List.of("1.3.6.1.5.5.7.3.2"), client.getExtendedKeyUsage());
    assertTrue(client.getSubjectX500Principal().getName().contains("CN=apim"));
  }

  @Test
  void aRequestForSomebodyElseIsNotSigned() {
    String file = folder.resolve("agent-x").toString();
    assertEquals(0, run("request", "--agent", "plant-9/agent-x", file));
    assertEquals(1, run("sign", "--agent", "plant-9/agent-y", ca.toString(), file));
    assertTrue(said.toString().contains("drawbridge://plant-9/agent/agent-x"), said::toString);
    assertEquals(1, run("sign", "--gateway", "agent-x", ca.toString(), file));
    assertEquals(1, run("sign", "--connector", "agent-x of plant-9", ca.toString(), file));
    assertFalse(Files.exists(folder.resolve("agent-x.pem")));
  }

  @Test
  void aRequestThatWasChangedIsNotSigned() throws Exception {
    Path file = folder.resolve("agent-x");
    assertEquals(0, run("request", "--agent", "plant-9/agent-x", file.toString()));
    Path csr = folder.resolve("agent-x.csr");
    byte[] content;
    try (PemReader reader = new PemReader(Files.newBufferedReader(csr))) {
      content = Objects.requireNonNull(reader.readPemObject()).getContent();
    }
    content[content.length - 1] ^= 1; // the end of the signature
    SampleFiles.request(csr, content);
    assertEquals(1, run("sign", "--agent", "plant-9/agent-x", ca.toString(), file.toString()));
    assertTrue(said.toString().contains("not signed by the key"), said::toString);
    Files.writeString(csr, "nothing");
    assertEquals(1, run("sign", "--agent", "plant-9/agent-x", ca.toString(), file.toString()));
  }

  @Test
  void nothingIsOverwrittenAndItMustBeSaidForWhom() {
    String file = folder.resolve("agent-x").toString();
    assertEquals(0, run("request", "--agent", "plant-9/agent-x", file));
    assertEquals(2, run("sign", ca.toString(), file));
    assertEquals(0, run("sign", "--agent", "plant-9/agent-x", ca.toString(), file));
    assertEquals(1, run("sign", "--agent", "plant-9/agent-x", ca.toString(), file));
  }
}
