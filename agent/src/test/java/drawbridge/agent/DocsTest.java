package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Operation;
import drawbridge.agent.policy.Policy;
import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.settings.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages name every key that the code reads and every field that it writes. */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** A key asked of a section, by its own method or handed on to a reader. */
  private static final Pattern KEY =
      Pattern.compile("(?:\\.\\w+\\(|\\w+\\(\\w+, )\"([a-z-]+)\"(?:\\)|,)");

  @TempDir Path folder;

  private static String page(String name) throws IOException {
    return Files.readString(ROOT.resolve("docs").resolve(name));
  }

  private static Set<String> named(String sources, Pattern pattern) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(ROOT.resolve("agent/src/main/java").resolve(sources))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        Matcher m = pattern.matcher(Files.readString(file));
        while (m.find()) {
          names.add(m.group(1));
        }
      }
    }
    return names;
  }

  private static void assertNamed(Set<String> names, int atLeast, String page) throws IOException {
    assertTrue(names.size() >= atLeast, "the pattern finds the names: " + names);
    String text = page(page);
    for (String name : names) {
      assertTrue(text.contains("`" + name + "`"), page + " does not name " + name);
    }
  }

  @Test
  void agentMdNamesEveryKey() throws Exception {
    assertNamed(named("drawbridge/agent/AgentSettings.java", KEY), 8, "agent.md");
    assertNamed(named("drawbridge/agent/console/ConsoleSettings.java", KEY), 2, "agent.md");
  }

  @Test
  void policyMdNamesEveryKey() throws Exception {
    assertNamed(named("drawbridge/agent/policy", KEY), 17, "policy.md");
  }

  private static final Pattern SHOWN_BY =
      Pattern.compile("`([A-Z][A-Za-z]+(?:Test|Contract))(?:\\.([a-z][A-Za-z]+)(…?))?`");

  @Test
  void securityMdNamesTestsThatThereAre() throws Exception {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(ROOT, 9)) {
      for (Path file :
          files.filter(f -> f.toString().matches(".*/src/test/java/.*\\.java")).toList()) {
        String name = String.valueOf(file.getFileName());
        sources.put(name.substring(0, name.length() - 5), Files.readString(file));
      }
    }
    Matcher m = SHOWN_BY.matcher(page("security.md"));
    int found = 0;
    while (m.find()) {
      found++;
      String source = sources.getOrDefault(m.group(1), "");
      assertFalse(source.isEmpty(), "there is no " + m.group());
      assertTrue(
          m.group(2) == null
              || source.contains("void " + m.group(2) + (m.group(3).isEmpty() ? "(" : "")),
          "there is no " + m.group());
    }
    assertTrue(found > 20, "found " + found);
  }

  @Test
  void theExamplesAreRead() throws Exception {
    Files.createDirectory(folder.resolve("site"));
    SampleFiles.key(folder.resolve("audit.key"), SampleKey.ED25519.generate().getPrivate());
    AgentSettings.read(Section.parse(folder.resolve("agent.yaml"), example("agent.md")));
    Path policy = Files.writeString(folder.resolve("policy.yaml"), example("policy.md"));
    Operation find = Operations.reading("FindOrders", (call, answer) -> {});
    assertTrue(Policy.read(policy).unmatched(List.of(find.id())).size() >= 2);
  }

  private static String example(String page) throws IOException {
    Matcher m = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(page(page));
    assertTrue(m.find());
    return m.group(1);
  }
}
