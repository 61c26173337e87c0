package drawbridge.certs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class SampleCommandTest {
  private static final int DIGITAL_SIGNATURE = 0;

  @TempDir Path folder;

  @Test
  void makesEveryFileThatTheReadmeLists() throws Exception {
    assertEquals(0, sample(folder.toString()).code());
    assertEquals(
        new TreeSet<>(
            List.of(
                "README.txt",
                "agent-a.key",
                "agent-a.pem",
                "agent-b.key",
                "agent-b.pem",
                "audit.key",
                "audit.pub",
                "audit.vkey",
                "connector.key",
                "connector.pem",
                "connectors-ca.key",
                "connectors-ca.pem",
                "connectors.crl",
                "front-ca.key",
                "front-ca.pem",
                "front.crl",
                "front.key",
                "front.pem",
                "gateway-1.key",
                "gateway-1.pem",
                "namespace.key",
                "namespace.pem",
                "pages.key",
                "relay-ca.key",
                "relay-ca.pem",
                "relay.crl")),
        files());
    assertTrue(Files.readString(folder.resolve("README.txt")).contains("NOT FOR PRODUCTION"));
  }

  @Test
  void namesAndUsagesAreThoseOfTheRelay() throws Exception {
    sample(folder.toString(), "--agent", "plant-9/agent-x", "--gateway", "gw");
    X509Certificate ca = certificate("relay-ca.pem");
    assertEquals(0, ca.getBasicConstraints());
    X509Certificate agent = certificate("agent-x.pem");
    agent.verify(ca.getPublicKey());
    assertEquals(uri("drawbridge://plant-9/agent/agent-x"), names(agent));
    assertEquals(List.of("1.3.6.1.5.5.7.3.2"), agent.getExtendedKeyUsage());
    assertEquals(-1, agent.getBasicConstraints());
    assertTrue(agent.getKeyUsage()[DIGITAL_SIGNATURE]);
    X509Certificate gateway = certificate("gw.pem");
    assertEquals(uri("drawbridge://gateway/gw"), names(gateway));
    assertEquals(List.of("1.3.6.1.5.5.7.3.1"), gateway.getExtendedKeyUsage());
    assertEquals("EdDSA", gateway.getPublicKey().getAlgorithm());
    assertNotEquals(agent.getSerialNumber(), gateway.getSerialNumber());
    for (X509Certificate any : List.of(ca, agent, gateway, certificate("front.pem"))) {
      assertTrue(any.getSubjectX500Principal().getName().contains("O=" + SampleAuthority.MARK));
    }
  }

  @Test
  void eachAuthorityHasAnEmptyCrlOfItsOwn() throws Exception {
    sample(folder.toString());
    for (String name : List.of("relay", "connectors", "front")) {
      try (InputStream in = Files.newInputStream(folder.resolve(name + ".crl"))) {
        X509CRL crl = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(in);
        crl.verify(certificate(name + "-ca.pem").getPublicKey());
        assertEquals(null, crl.getRevokedCertificates());
      }
    }
  }

  @Test
  void keysAreForTheirOwnerAlone() throws Exception {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    sample(folder.toString());
    for (String file : files()) {
      assertEquals(
          file.endsWith(".key") ? "rw-------" : "rw-r--r--",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))),
          file);
    }
  }

  @Test
  void aFolderThatIsNotEmptyIsRefusedUnlessForced() throws Exception {
    sample(folder.toString());
    byte[] before = Files.readAllBytes(folder.resolve("agent-a.pem"));
    Result second = sample(folder.toString());
    assertEquals(2, second.code());
    assertTrue(second.err().contains("is not empty. Fix:"), second.err());
    assertArrayEquals(before, Files.readAllBytes(folder.resolve("agent-a.pem")));
    assertEquals(0, sample(folder.toString(), "--force").code());
    assertFalse(java.util.Arrays.equals(before, Files.readAllBytes(folder.resolve("agent-a.pem"))));
  }

  @Test
  void agentsOfOneNameAtTwoSitesAreToldApart() throws Exception {
    sample(folder.toString(), "--site", "plant-1", "--site", "plant-2", "--connector", "apim");
    assertTrue(
        files().containsAll(Set.of("plant-1.agent-a.pem", "plant-2.agent-a.key", "apim.pem")));
    assertEquals(
        uri("drawbridge://plant-2/agent/agent-a"), names(certificate("plant-2.agent-a.pem")));
  }

  @Test
  void namesThatCannotBeAreRefusedBeforeAnythingIsWritten() throws Exception {
    for (List<String> bad :
        List.of(
            List.of("--agent", "plant-1"),
            List.of("--agent", "Plant/agent-a"),
            List.of("--gateway", "../gateway"),
            List.of("--gateway", "agent-a"),
            List.of("--gateway", "front-ca"),
            List.of("--connector", "a/b"),
            List.of("--days", "0"))) {
      Result result =
          sample(Stream.concat(Stream.of(folder.toString()), bad.stream()).toArray(String[]::new));
      assertEquals(2, result.code(), bad.toString());
      assertEquals(Set.of(), files(), bad.toString());
    }
  }

  private record Result(int code, String out, String err) {}

  private static Result sample(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new CommandLine(new SampleCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Result(code, out.toString(), err.toString());
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> folder.relativize(p).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private X509Certificate certificate(String file) throws Exception {
    try (InputStream in = Files.newInputStream(folder.resolve(file))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static List<List<?>> uri(String uri) {
    return List.of(List.of(6, uri));
  }

  private static List<List<?>> names(X509Certificate certificate) throws Exception {
    return List.copyOf(certificate.getSubjectAlternativeNames());
  }
}
