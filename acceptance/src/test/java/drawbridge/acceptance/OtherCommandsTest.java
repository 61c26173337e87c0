package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Commands of others in README and guides: each is run by a test, or is known to be run by none.
 * {@link DocumentedCommandsTest} looks at our own.
 */
final class OtherCommandsTest {
  private static final Map<String, String> RUN_BY =
      Map.ofEntries(
          Map.entry("audit.md sed", "OthersToolsTest"),
          Map.entry("audit.md tail", "OthersToolsTest"),
          Map.entry("audit.md openssl", "OthersToolsTest"),
          Map.entry("audit.md python3", "OthersProofsTest"),
          Map.entry("certificates.md printf", "OpenSslGuideTest"),
          Map.entry("certificates.md touch", "OpenSslGuideTest"),
          Map.entry("certificates.md openssl", "OpenSslGuideTest"),
          Map.entry("install.md sha256sum", "PackagesTest"),
          Map.entry("install.md openssl", "PackagesTest"),
          Map.entry("install.md dpkg", "PackagesTest"),
          Map.entry("operations.md tar", "RestoreTest"),
          Map.entry("operations.md mkdir", "RestoreTest"),
          Map.entry("operations.md dpkg", "RestoreTest"),
          Map.entry("azure/README.md installer/azure/agent.sh", "AzureTest"));

  /** There is no cloud, registry or running systemd to run them with. */
  private static final Set<String> NOT_RUN =
      Set.of(
          "install.md journalctl",
          "install.md skopeo",
          "install.md systemctl",
          "operations.md systemctl",
          "azure/README.md az");

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```");
  private static final Pattern OURS = Pattern.compile("(\\./)?drawbridge(-agent|-gateway)?");

  private static Set<String> shown() throws Exception {
    Set<String> all = new TreeSet<>();
    for (Path page :
        Stream.concat(
                DocumentedCommandsTest.pages().stream(),
                Stream.of(Repository.root().resolve("installer/azure/README.md")))
            .toList()) {
      String name = page.getFileName().toString();
      String label = page.endsWith("azure/README.md") ? "azure/" + name : name;
      for (MatchResult block : BLOCK.matcher(Files.readString(page)).results().toList()) {
        for (String line : block.group(1).replace("\\\n", " ").lines().toList()) {
          String command = line.strip().replaceFirst("^sudo (-u \\S+ )?", "").split(" ", 2)[0];
          if (!command.isEmpty() && !command.startsWith("#") && !OURS.matcher(command).matches()) {
            all.add(label + " " + command);
          }
        }
      }
    }
    return all;
  }

  @Test
  void eachIsRunByATestOrKnownNotToBe() throws Exception {
    Set<String> known = new TreeSet<>(RUN_BY.keySet());
    known.addAll(NOT_RUN);
    assertEquals(known, shown());
  }

  @Test
  void theTestsAreThere() throws Exception {
    try (Stream<Path> files = Files.walk(Repository.root(), 9)) {
      Set<String> tests =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith("Test.java"))
              .map(name -> name.replace(".java", ""))
              .collect(Collectors.toSet());
      assertTrue(tests.containsAll(RUN_BY.values()), () -> RUN_BY.values() + " in " + tests);
    }
  }
}
