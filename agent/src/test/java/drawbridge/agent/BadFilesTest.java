package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import drawbridge.agent.policy.Policy;
import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every wrong file of the test resources, with the message that its first line expects. */
class BadFilesTest {
  private static final String EXPECT = "# expect: ";

  @TempDir Path folder;

  @TestFactory
  List<DynamicTest> aWrongAgentFileSaysWhatToMend() throws Exception {
    Files.createDirectory(folder.resolve("site"));
    Files.writeString(folder.resolve("file"), "");
    SampleFiles.key(folder.resolve("audit.key"), SampleKey.ED25519.generate().getPrivate());
    return all("bad-agent", AgentSettings::read);
  }

  @TestFactory
  List<DynamicTest> aWrongPolicyFileSaysWhatToMend() throws Exception {
    return all("bad-policy", Policy::read);
  }

  private List<DynamicTest> all(String kind, Consumer<Path> reader)
      throws IOException, URISyntaxException {
    Path resources = Path.of(Objects.requireNonNull(BadFilesTest.class.getResource(kind)).toURI());
    List<DynamicTest> tests = new ArrayList<>();
    try (var files = Files.list(resources)) {
      for (Path resource : files.sorted().toList()) {
        String expected = Files.readAllLines(resource).getFirst();
        assertTrue(expected.startsWith(EXPECT), resource + " says what to expect");
        String name = resource.getFileName().toString();
        Path file = Files.copy(resource, folder.resolve(name));
        tests.add(
            dynamicTest(name, () -> refused(file, expected.substring(EXPECT.length()), reader)));
      }
    }
    assertTrue(tests.size() > 5);
    return tests;
  }

  private static void refused(Path file, String expected, Consumer<Path> reader) {
    SettingsException e = assertThrows(SettingsException.class, () -> reader.accept(file));
    assertEquals(file, e.file());
    assertTrue(e.toString().contains(expected), () -> "expected " + expected + "\nbut got " + e);
  }
}
