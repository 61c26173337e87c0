package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class GatewaySettingsTest {
  private static final Path BAD = Path.of("src/test/resources/drawbridge/gateway/bad");

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    TestPki pki = new TestPki(folder, "EC", "CA");
    TestPki.Pair front = pki.server();
    pki.certificateFile("front.pem", front);
    pki.keyFile("front.key", front);
    pki.keyFile("other.key", pki.server());
    Files.copy(pki.authorityFile(), folder.resolve("connectors-ca.pem"));
  }

  static Stream<Path> bad() throws IOException {
    try (Stream<Path> files = Files.list(BAD)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  /** Each bad file says in its first line, after “# ”, what the message must contain. */
  @ParameterizedTest
  @MethodSource("bad")
  void aMistakeIsNamedWithItsKeyAndItsFix(Path file) throws IOException {
    String text = Files.readString(file);
    Path copy = Files.writeString(folder.resolve("gateway.yaml"), text);
    String expected = text.lines().findFirst().orElseThrow().substring(2);
    SettingsException refused =
        assertThrows(
            SettingsException.class,
            () -> {
              GatewaySettings read = GatewaySettings.read(Section.read(copy));
              var _ = Front.read(read.listen(), read.certificates());
            });
    String said = String.valueOf(refused.getMessage());
    assertTrue(said.contains(expected), said);
    assertTrue(said.contains("Fix: "), said);
  }

  @Test
  void theExampleOfTheDocumentationIsRead() throws IOException {
    String docs = Files.readString(Path.of("../docs/gateway.md"));
    int begin = docs.indexOf("```yaml\n") + 8;
    String example = docs.substring(begin, docs.indexOf("```", begin));
    GatewaySettings settings =
        GatewaySettings.read(Section.parse(folder.resolve("gateway.yaml"), example));
    assertEquals("gateway-1", settings.name());
    assertEquals("https://api.contoso.com/legacy", settings.publicUrl());
    assertEquals(new GatewaySettings.Private(9090, "127.0.0.1"), settings.privately());
    assertEquals(List.of("agent-a", "agent-b"), settings.sites().getFirst().agents());
    assertEquals("plant-2", settings.sites().getLast().prefix());
    assertTrue(settings.certificates().required());
  }
}
