package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.agent.AgentSettings;
import drawbridge.agent.Surroundings;
import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.settings.Program;
import drawbridge.settings.Section;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Every command of ours in README and docs is one that the programs take: its subcommands and
 * options are there, and where it is written out in full the program's own parser takes it. Every
 * example of a file is YAML by our rules.
 */
final class DocumentedCommandsTest {
  /** As the launcher maps them. */
  private static final Map<String, String> MAINS =
      Map.of(
          "agent", "drawbridge.agent.Main",
          "gateway", "drawbridge.gateway.Main",
          "namespace", "drawbridge.namespace.Main",
          "policy", "drawbridge.agent.policy.Main",
          "certs", "drawbridge.certs.Main",
          "audit", "drawbridge.audit.Main",
          "bench", "drawbridge.acceptance.bench.Bench",
          "demo", "drawbridge.acceptance.Demo");

  /** Those that are the launcher's own. */
  private static final Set<String> LAUNCHER = Set.of("test", "package", "init");

  private static final Pattern CODE = Pattern.compile("(?ms)^```sh\\n(.*?)^```|`([^`\\n]+)`");

  /** In full, as it is typed, or as a guide mentions it: {@code agent status [--json]}. */
  private static final Pattern OURS =
      Pattern.compile("((?:sudo +)?(?:\\./)?drawbridge[- ])?([a-z]+)((?: [a-zA-Z\\[-].*)?)(?: …)?");

  @TempDir Path folder;

  /**
   * A command of ours.
   *
   * @param whole without anything that stands for something else
   */
  record Shown(String page, String text, List<String> words, boolean whole) {
    @Override
    public String toString() {
      return page + ": " + text;
    }
  }

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(Repository.root().resolve("docs"))) {
      List<Path> pages =
          new ArrayList<>(docs.filter(file -> file.toString().endsWith(".md")).sorted().toList());
      pages.add(Repository.root().resolve("README.md"));
      pages.add(Repository.root().resolve("installer/README.md"));
      return pages;
    }
  }

  static List<Shown> commands() throws IOException {
    List<Shown> all = new ArrayList<>();
    for (Path page : pages()) {
      String name = Repository.root().relativize(page).toString();
      for (MatchResult code : CODE.matcher(Files.readString(page)).results().toList()) {
        String text = code.group(1) == null ? code.group(2) : code.group(1).replace("\\\n", " ");
        for (String line : text.lines().toList()) {
          shown(name, line.strip()).ifPresent(all::add);
        }
      }
    }
    return all;
  }

  private static Optional<Shown> shown(String page, String line) {
    var ours = OURS.matcher(line.replaceAll("\\s+[#>|].*", "").strip());
    if (!ours.matches()) {
      return Optional.empty();
    }
    boolean typed = ours.group(1) != null;
    boolean known = MAINS.containsKey(ours.group(2));
    if (typed ? LAUNCHER.contains(ours.group(2)) : !known || ours.group(3).isEmpty()) {
      return Optional.empty();
    }
    String rest = ours.group(3);
    List<String> words = new ArrayList<>(List.of(ours.group(2)));
    Arrays.stream(rest.replaceAll("[\\[\\]'\"]", " ").split("\\s+", -1))
        .filter(word -> !word.isEmpty() && !word.equals("…"))
        .map(word -> word.replace("…", ""))
        .forEach(words::add);
    boolean whole = typed && !rest.contains("[") && !rest.contains("…");
    return Optional.of(new Shown(page, ours.group(), words, whole));
  }

  private static CommandLine program(String name) throws Exception {
    Class<?> main = Class.forName(MAINS.get(name));
    for (Constructor<?> constructor : main.getDeclaredConstructors()) {
      constructor.setAccessible(true);
      if (constructor.getParameterCount() == 0) {
        return configured(constructor.newInstance());
      }
      if (constructor.getParameterCount() == 1) {
        // The agent's, which asks its surroundings nothing until it runs.
        return configured(
            constructor.newInstance(
                Proxy.newProxyInstance(
                    main.getClassLoader(),
                    new Class<?>[] {Surroundings.class},
                    (proxy, method, arguments) -> {
                      throw new IllegalStateException("nothing runs here");
                    })));
      }
    }
    throw new IllegalStateException(name + " has no such constructor");
  }

  private static CommandLine configured(Object command) {
    return Program.line(command);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aCommandOfTheGuidesIsOneOfTheProgram(Shown shown) throws Exception {
    List<String> words = shown.words();
    String first = words.getFirst();
    assertTrue(MAINS.containsKey(first), () -> "no such program: " + shown);
    CommandLine line = program(first);
    int at = 1;
    while (at < words.size()) {
      CommandLine inner = line.getSubcommands().get(words.get(at));
      if (inner == null) {
        break;
      }
      line = inner;
      at++;
    }
    assertTrue(
        at == words.size() || line.getSubcommands().isEmpty() || !words.get(at).matches("[a-z]+"),
        "no such subcommand: " + words.get(Math.min(at, words.size() - 1)));
    Set<String> options = new TreeSet<>();
    line.getCommandSpec().options().forEach(option -> options.addAll(List.of(option.names())));
    for (String word : words.subList(at, words.size())) {
      if (word.startsWith("-")) {
        String option = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
        assertTrue(options.contains(option), () -> "no such option: " + option);
      }
    }
    // A mention names a command; an example is one that can be typed.
    if (shown.whole() && words.size() > at) {
      CommandLine whole = program(first);
      String[] arguments =
          words.subList(1, words.size()).stream()
              .map(word -> word.equals("N") ? "1" : word)
              .toArray(String[]::new);
      try {
        var _ = whole.parseArgs(arguments);
      } catch (ParameterException e) {
        throw new AssertionError(shown + ": " + e.getMessage(), e);
      }
    }
  }

  @Test
  void thereAreSuchCommands() throws Exception {
    assertTrue(commands().size() > 40, () -> "the pattern finds too few");
    assertTrue(commands().stream().filter(Shown::whole).count() > 30);
    Set<String> named = new TreeSet<>();
    commands().forEach(shown -> named.add(shown.words().getFirst()));
    assertTrue(named.containsAll(MAINS.keySet()), named::toString);
  }

  @Test
  void everyExampleOfAFileIsYamlByOurRules() throws Exception {
    int found = 0;
    for (Path page : pages()) {
      for (MatchResult block :
          Pattern.compile("(?ms)^```yaml\\n(.*?)^```")
              .matcher(Files.readString(page))
              .results()
              .toList()) {
        String text = block.group(1);
        // A part of a list is shown as it stands in its file.
        String whole = text.startsWith(" ") ? "operations:\n" + text : text;
        // Two files below one another are told apart by the comment that names the second.
        for (String file : whole.split("(?m)^# site/.*$", -1)) {
          if (!file.isBlank()) {
            assertTrue(!Section.parse(page, file).keys().isEmpty(), () -> page + "\n" + text);
            found++;
          }
        }
      }
    }
    assertTrue(found > 15, "found " + found);
  }

  /** Sections that the guides show apart, each put into an agent.yaml that is read as a whole. */
  @Test
  void sectionsThatAreShownApartAreReadAsTheyStand() throws Exception {
    Map<String, String> base = new TreeMap<>();
    base.put("site", "site: plant-1");
    base.put("name", "name: agent-a");
    base.put("serves", "serves: .");
    base.put("gateways", "gateways: [gateway-1]");
    base.put("namespace", "namespace: {}");
    base.put("identity", "identity: {}");
    base.put("audit", "audit: { folder: audit, key: audit.key }");
    Files.writeString(folder.resolve("file"), "x".repeat(64) + "\n");
    SampleFiles.key(folder.resolve("audit.key"), SampleKey.ED25519.generate().getPrivate());
    int found = 0;
    for (MatchResult shown :
        Pattern.compile("(?m)^```yaml\\n((console|audit|traces|log|pages|signed): .*)\\n```")
            .matcher(Files.readString(Repository.root().resolve("docs/console.md")))
            .results()
            .toList()) {
      Map<String, String> with = new TreeMap<>(base);
      with.put(shown.group(2), shown.group(1));
      read(with);
      found++;
    }
    String operations = Files.readString(Repository.root().resolve("docs/operations.md"));
    for (MatchResult shown :
        Pattern.compile("`((traces|log): [^`]+)`").matcher(operations).results().toList()) {
      Map<String, String> with = new TreeMap<>(base);
      with.put(shown.group(2), shown.group(1));
      read(with);
      found++;
    }
    assertTrue(found >= 3, "found " + found);
  }

  private void read(Map<String, String> lines) throws IOException {
    String text = String.join("\n", lines.values()).replaceAll("secrets/[a-z]+", "file");
    Path file = Files.writeString(folder.resolve("agent.yaml"), text + "\n");
    assertEquals("agent-a", AgentSettings.read(file).name());
  }
}
