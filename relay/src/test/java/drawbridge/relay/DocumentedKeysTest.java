package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guides name what the code reads, and the protocol says the numbers that the code uses. */
final class DocumentedKeysTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path SOURCES = Path.of("src/main/java/drawbridge/relay");

  /** What the settings records ask their sections for. */
  private static final Pattern ASKED =
      Pattern.compile(
          "\\.(?:text|optionalText|flag|secret|existing|section|optionalSection|texts|choice|duration|integer|optionalPath)\\(\\s*\"([a-z-]+)\"");

  @Test
  void everyKeyOfTheConnectionsIsInTheGuide() throws IOException {
    String guide = Files.readString(ROOT.resolve("docs/agent.md"));
    TreeSet<String> keys = new TreeSet<>();
    for (String file :
        List.of(
            "NamespaceSettings",
            "NetworkSettings",
            "IdentitySettings",
            "Login",
            "EntraKey",
            "Pkcs11")) {
      String source = Files.readString(SOURCES.resolve(file + ".java"));
      ASKED.matcher(source).results().map((MatchResult m) -> m.group(1)).forEach(keys::add);
    }
    assertTrue(keys.size() >= 15, keys::toString);
    for (String key : keys) {
      assertTrue(
          Pattern.compile("[`.]" + key + "[`.]").matcher(guide).find(),
          "docs/agent.md lacks " + key);
    }
  }

  @Test
  void theProtocolNamesEveryKindAndTheConstants() throws IOException {
    String protocol = Files.readString(ROOT.resolve("docs/protocol.md"));
    for (Kind kind : Kind.values()) {
      assertTrue(protocol.contains("| `" + kind.word() + "` |"), kind.word());
    }
    for (String word :
        List.of("v", "kind", "channel", "seq", "ack", "limit", "clock", "from", "to")) {
      assertTrue(protocol.contains("| `" + word + "` |"), word);
    }
    assertTrue(
        protocol.contains("| charge of a message | length + " + Constants.OVERHEAD + " B |"));
    assertTrue(protocol.contains("| largest body | " + (Constants.LARGEST_BODY >> 10) + " KB |"));
    assertTrue(protocol.contains("| window before TLS / after | 64 KB / 1 MB |"));
    assertEquals(64 << 10, Constants.WINDOW_UNPROVEN);
    assertEquals(1 << 20, Constants.WINDOW);
    assertTrue(protocol.contains("| remembered ends | " + Constants.REMEMBERED / 1_000 + " s |"));
    assertTrue(protocol.contains("| suspect | " + Constants.SUSPECT / 1_000 + " s |"));
    assertTrue(protocol.contains("| patience | " + Constants.PATIENCE / 1_000 + " s |"));
  }
}
