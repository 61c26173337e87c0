package drawbridge.certs;

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

class RequestCommandTest {
  @TempDir Path folder;

  private int run(String... arguments) {
    PrintWriter nowhere = new PrintWriter(new StringWriter());
    return new CommandLine(new RequestCommand()).setOut(nowhere).setErr(nowhere).execute(arguments);
  }

  @Test
  void aRequestNamesTheProgramAndItsKeyStaysHere() throws Exception {
    Path file = folder.resolve("agent-a");
    assertEquals(0, run("--agent", "plant-1/agent-a", file.toString()));
    String csr = Files.readString(folder.resolve("agent-a.csr"));
    assertFalse(csr.contains("PRIVATE"));
    try (PemReader reader = new PemReader(new StringReader(csr))) {
      PKCS10CertificationRequest request =
          new PKCS10CertificationRequest(reader.readPemObject().getContent());
      assertTrue(
          request.isSignatureValid(
              new JcaContentVerifierProviderBuilder().build(request.getSubjectPublicKeyInfo())));
      GeneralNames names =
          GeneralNames.fromExtensions(
              request.getRequestedExtensions(), Extension.subjectAlternativeName);
      assertEquals("drawbridge://plant-1/agent/agent-a", names.getNames()[0].getName().toString());
    }
    assertTrue(Files.readString(folder.resolve("agent-a.key")).contains("PRIVATE KEY"));
    assertEquals(1, run("--agent", "plant-1/agent-a", file.toString()), "no key is overwritten");
  }

  @Test
  void itMustBeSaidForWhom() {
    String file = folder.resolve("x").toString();
    assertEquals(2, run(file));
    assertEquals(2, run("--agent", "agent-a", file));
    assertEquals(2, run("--agent", "plant-1/a", "--gateway", "g", file));
    assertEquals(0, run("--gateway", "gateway-1", file));
  }
}
