package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleCommand;
import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.NamespaceSettings;
import drawbridge.settings.Answers;
import drawbridge.settings.Section;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

@Timeout(120)
final class InitCommandTest {
  @TempDir private Path folder;

  private final StringWriter said = new StringWriter();
  private final Answers nobody = new Answers(Optional.empty());

  /** Beside the check, with which it ends. */
  private int run(Answers answers, String... arguments) {
    PrintWriter out = new PrintWriter(said);
    return new CommandLine(CommandSpec.create())
        .addSubcommand("init", new InitCommand(answers))
        .addSubcommand("check", new CheckCommand())
        .setOut(out)
        .setErr(out)
        .execute(Stream.concat(Stream.of("init"), Arrays.stream(arguments)).toArray(String[]::new));
  }

  private String[] all(String... more) {
    return Stream.concat(
            Stream.of(
                "--into=" + folder.resolve("gateway"),
                "--name=gateway-1",
                "--public-url=https://api.contoso.com/legacy",
                "--site=plant-1=agent-a,agent-b",
                "--api=plant-1=orders"),
            Arrays.stream(more))
        .toArray(String[]::new);
  }

  private GatewaySettings written() {
    return GatewaySettings.read(Section.read(folder.resolve("gateway/gateway.yaml")));
  }

  @Test
  void withoutATerminalTheMissingFlagsAreNamedAndNothingIsWritten() {
    assertEquals(2, run(nobody, "--into=" + folder.resolve("gateway"), "--site=plant-1=A"));
    for (String flag : List.of("--name", "--public-url", "--namespace")) {
      assertTrue(said.toString().contains(flag + " is missing"), said::toString);
    }
    assertTrue(said.toString().contains("--site: “A” is not names"), said::toString);
    assertFalse(Files.exists(folder.resolve("gateway")));
  }

  @Test
  void atATerminalItAsksForAllAndAgainForWhatIsWrong() throws Exception {
    Deque<String> lines =
        new ArrayDeque<>(
            List.of(
                folder.resolve("gateway").toString(),
                "", // name: the example
                "api.contoso.com", // no URL
                "https://api.contoso.com/legacy",
                "", // port
                "9191",
                "plant-1",
                "agent-a,agent-b",
                "orders",
                "contoso.servicebus.windows.net",
                "", // name of the key: the gateway's
                "the-key"));
    Answers.Asked somebody =
        new Answers.Asked() {
          @Override
          public @Nullable String line(String prompt) {
            return lines.poll();
          }

          @Override
          public @Nullable String hidden(String prompt) {
            return lines.poll();
          }
        };
    assertEquals(0, run(new Answers(Optional.of(somebody)), "--no-check"), said::toString);
    assertTrue(lines.isEmpty(), lines::toString);
    Path gateway = folder.resolve("gateway");
    assertEquals("the-key", Files.readString(gateway.resolve("secrets/sas")));
    String yaml = Files.readString(gateway.resolve("gateway.yaml"));
    assertTrue(yaml.contains("sas: { name: \"gateway-1\", key-file: secrets/sas }"), yaml);
    // The files that a CA still has to issue, so that the rest can be read.
    Files.createFile(gateway.resolve("front.pem"));
    Files.createFile(gateway.resolve("connectors-ca.pem"));
    GatewaySettings settings = written();
    assertEquals("gateway-1", settings.name());
    assertEquals("https://api.contoso.com/legacy", settings.publicUrl());
    assertEquals(9191, settings.privately().port());
    assertEquals(
        List.of(
            new GatewaySettings.Site(
                "plant-1", List.of("agent-a", "agent-b"), List.of("orders"), "")),
        settings.sites());
    assertFalse(said.toString().contains("gateway check"), said::toString);
  }

  @Test
  void theCertificatesAreRequestedInTheNamesThatTheyNeed() throws Exception {
    assertEquals(
        0,
        run(nobody, all("--namespace=contoso.servicebus.windows.net", "--no-check")),
        said::toString);
    Path gateway = folder.resolve("gateway");
    assertEquals("api.contoso.com", name(gateway.resolve("front.csr")));
    assertEquals("drawbridge://gateway/gateway-1", name(gateway.resolve("gateway-1.csr")));
    for (String step :
        List.of("front.pem for front.csr", "gateway-1.pem for gateway-1.csr", "secrets/sas")) {
      assertTrue(said.toString().contains(step), said::toString);
    }
  }

  private static String name(Path request) throws IOException {
    try (PEMParser file = new PEMParser(new StringReader(Files.readString(request)))) {
      PKCS10CertificationRequest read = (PKCS10CertificationRequest) file.readObject();
      return GeneralNames.fromExtensions(
              read.getRequestedExtensions(), Extension.subjectAlternativeName)
          .getNames()[0]
          .getName()
          .toString();
    }
  }

  @Test
  void nothingIsWrittenOver() throws Exception {
    String[] words = all("--namespace=contoso.servicebus.windows.net", "--no-check");
    assertEquals(0, run(nobody, words), said::toString);
    Path key = folder.resolve("gateway/secrets/front.key");
    String before = Files.readString(key);
    Files.delete(folder.resolve("gateway/gateway.yaml"));
    assertEquals(1, run(nobody, words));
    assertTrue(said.toString().contains("is there already"), said::toString);
    assertEquals(before, Files.readString(key));
    assertFalse(Files.exists(folder.resolve("gateway/gateway.yaml")), "all or nothing");
  }

  /** What only the admin can do is said, and fails nothing. */
  @Test
  void itEndsWithTheCheckWhichSaysWhatIsStillMissing() {
    assertEquals(0, run(nobody, all("--namespace=contoso.servicebus.windows.net")), said::toString);
    String check = said.toString().substring(said.toString().indexOf("gateway check --config"));
    assertTrue(check.contains("✗ failed"), check);
    assertTrue(check.contains("front.pem"), check);
  }

  @Test
  void withSamplesTheCheckFindsEverythingInOrder() throws Exception {
    Path samples = folder.resolve("samples");
    CommandLine make = new CommandLine(new SampleCommand());
    make.setOut(new PrintWriter(new StringWriter()));
    assertEquals(0, make.execute(samples.toString()));
    Path sas = Files.writeString(folder.resolve("sas"), "s");
    try (LocalNamespace namespace =
        LocalNamespace.start(
            NamespaceSettings.builder()
                .key("gateway-1", "s")
                .queue("drawbridge.gateway-1")
                .queue("drawbridge.plant-1.agent-a")
                .queue("drawbridge.plant-1.agent-b")
                .build())) {
      assertEquals(
          0,
          run(
              nobody,
              all(
                  "--namespace=localhost:" + namespace.port(),
                  "--emulator",
                  "--port=0",
                  "--private-port=0",
                  "--key-file=" + sas,
                  "--samples=" + samples)),
          said::toString);
    }
    assertTrue(said.toString().contains("Send to drawbridge.plant-1.agent-b"), said::toString);
    assertFalse(said.toString().contains("✗"), said::toString);
    assertEquals(0, written().listen().port());
  }
}
