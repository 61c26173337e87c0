package drawbridge.adapters;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each file in {@code invalid/} is refused with what its first line says. */
final class InvalidFilesTest {
  private static final String SAYS = "# says: ";

  private static final String SOURCES =
      """
      main:
        adapter: sql
        url: jdbc:h2:mem:unused
        login: { user: sa, password-file: password }
      """;

  @TempDir Path site;

  static List<Path> files() throws IOException, URISyntaxException {
    URL folder = Objects.requireNonNull(InvalidFilesTest.class.getResource("/invalid"));
    try (Stream<Path> files = Files.walk(Path.of(folder.toURI()))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private SettingsException refused(String sources, String name, String api) throws IOException {
    Files.createDirectories(site.resolve("apis"));
    Files.writeString(site.resolve("password"), "x");
    Files.writeString(site.resolve("sources.yaml"), sources);
    Files.writeString(site.resolve("apis").resolve(name), api);
    return assertThrows(SettingsException.class, () -> Site.open(site, Duration.ZERO).close());
  }

  @ParameterizedTest
  @MethodSource("files")
  void anInvalidFileIsRefusedWithItsMessage(Path file) throws IOException {
    String text = Files.readString(file);
    String says = text.substring(SAYS.length(), text.indexOf('\n'));
    boolean api = file.toString().contains("apis");
    SettingsException e = refused(api ? SOURCES : text, "shop.yaml", api ? text : "");
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(says), message);
    assertTrue(message.contains(" Fix: "), message);
    assertFalse(message.contains("hunter2"), "a secret stays out of messages");
  }

  @Test
  void filesThatWouldBePassedOverAreRefused() throws IOException {
    SettingsException e = refused(SOURCES, "shop.yml", "");
    assertTrue(String.valueOf(e.getMessage()).contains("shop.yml: is not read"), e.getMessage());
  }

  @Test
  void oneApiInTwoFilesIsRefused() throws IOException {
    String api =
        """
        api: shop
        version: v1
        title: Shop
        source: main
        operations: [{ name: A, get: /a, sql: select 1 }]
        """;
    Files.createDirectories(site.resolve("apis"));
    Files.writeString(site.resolve("apis/a.yaml"), api);
    SettingsException e = refused(SOURCES, "b.yaml", api);
    assertTrue(
        String.valueOf(e.getMessage()).contains("b.yaml:2: version: shop/v1 stands in"),
        e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).contains("a.yaml too"), e.getMessage());
  }

  @Test
  void aMissingFolderIsSaid() {
    assertThrows(SettingsException.class, () -> Site.open(site.resolve("none")));
    assertThrows(SettingsException.class, () -> Site.open(site));
  }
}
