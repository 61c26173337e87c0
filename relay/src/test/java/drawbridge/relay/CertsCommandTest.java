package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CertsCommandTest {
  @TempDir private Path folder;

  private static int run(String... arguments) {
    PrintWriter nowhere = new PrintWriter(new StringWriter());
    return new CommandLine(new CertsCommand()).setOut(nowhere).setErr(nowhere).execute(arguments);
  }

  private static String nameIn(String pem) throws Exception {
    try (PemReader reader = new PemReader(new StringReader(pem))) {
      PKCS10CertificationRequest request =
          new PKCS10CertificationRequest(reader.readPemObject().getContent());
      assertTrue(
          request.isSignatureValid(
              new JcaContentVerifierProviderBuilder().build(request.getSubjectPublicKeyInfo())));
      return GeneralNames.fromExtensions(
              request.getRequestedExtensions(), Extension.subjectAlternativeName)
          .getNames()[0]
          .getName()
          .toString();
    }
  }

  @Test
  void aRequestNamesTheProgramAndItsKeyStaysHere() throws Exception {
    Path file = folder.resolve("agent-a");
    assertEquals(0, run("request", "--agent", "plant-1/agent-a", file.toString()));
    String csr = Files.readString(folder.resolve("agent-a.csr"));
    assertFalse(csr.contains("PRIVATE"));
    assertEquals("drawbridge://plant-1/agent/agent-a", nameIn(csr));
    String key = Files.readString(folder.resolve("agent-a.key"));
    assertTrue(key.contains("PRIVATE KEY"));
    assertEquals(1, run("request", "--agent", "plant-1/agent-a", file.toString()));
    assertEquals(key, Files.readString(folder.resolve("agent-a.key")), "no key is overwritten");
  }

  @Test
  void theKeyIsOfTheKindThatTheCaAsksFor() throws Exception {
    for (KeyRequest.Kind kind : KeyRequest.Kind.values()) {
      Path file = folder.resolve(kind.name());
      String[] words = {
        "request", "--agent", "plant-1/agent-a", "--key-type", kind.name(), file.toString()
      };
      assertEquals(0, run(words));
      String csr = Files.readString(folder.resolve(kind + ".csr"));
      assertEquals("drawbridge://plant-1/agent/agent-a", nameIn(csr));
    }
  }

  @Test
  void theFrontDoorIsRequestedByItsHostName() throws Exception {
    assertEquals("api.contoso.com", nameIn(KeyRequest.frontDoor("api.contoso.com").request()));
  }

  @Test
  void itMustBeSaidForWhom() {
    String file = folder.resolve("x").toString();
    assertEquals(2, run());
    assertEquals(2, run("request", file));
    assertEquals(2, run("request", "--agent", "agent-a", file));
    assertEquals(2, run("request", "--agent", "plant-1/a", "--gateway", "g", file));
    assertEquals(0, run("request", "--gateway", "gateway-1", file));
  }

  /** Samples are for trying things out: no program that is shipped makes them. */
  @Test
  void itMakesNoSamples() {
    assertEquals(2, run("sample", folder.resolve("samples").toString()));
  }
}
