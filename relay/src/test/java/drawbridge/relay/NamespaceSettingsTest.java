package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NamespaceSettingsTest {
  @TempDir Path folder;

  private NamespaceSettings read(String endpoint, boolean emulator) throws IOException {
    Files.writeString(folder.resolve("sas"), "a-key-of-the-test");
    return NamespaceSettings.read(
        Section.parse(
            folder.resolve("agent.yaml"),
            "{ endpoint: \"%s\", emulator: %s, login: { sas: { name: root, key-file: sas } } }"
                .formatted(endpoint, emulator)));
  }

  /** Also where a name only looks like this machine's. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "plant.servicebus.windows.net",
        "10.0.0.1",
        "0.0.0.0",
        "localhost.example",
        "127.0.0.1.example",
        "not-localhost:5672"
      })
  void plaintextNeverLeavesThisMachine(String endpoint) {
    SettingsException e =
        assertThrows(SettingsException.class, () -> read(endpoint, true), endpoint);
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("emulator: plaintext leaves this machine"), message);
    assertTrue(message.contains("Fix: remove it"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:5672", "127.0.0.1", "LOCALHOST"})
  void onThisMachineItMay(String endpoint) throws IOException {
    assertTrue(read(endpoint, true).emulator());
  }

  @Test
  void elsewhereTheServicesOwnPortCounts() throws IOException {
    NamespaceSettings settings = read("Plant.servicebus.windows.net", false);
    assertEquals("plant.servicebus.windows.net", settings.host());
    assertEquals(0, settings.port());
    assertFalse(settings.emulator());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "https://plant.servicebus.windows.net", "a b", "host:123456"})
  void whatIsNoHostIsRefused(String endpoint) {
    assertThrows(SettingsException.class, () -> read(endpoint, false));
  }
}
