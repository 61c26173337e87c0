package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

  /** What opens a connection, or has a library open it. */
  private static final Pattern OPENS =
      Pattern.compile(
          "new Socket\\(|SocketChannel\\.open|DatagramSocket|HttpClient\\.newBuilder|newHttpClient|openConnection\\(|"
              + "openStream\\(|ServiceBusClientBuilder\\(|CredentialBuilder\\(|SpanExporter\\.builder|[dD]river\\.connect\\(|DriverManager\\.getConnection|new"
              + " (?:Secure)?AS400\\(|Krb5LoginModule");

  /** By which settings; none: it does not leave the machine. */
  private static final Map<String, List<String>> OPENED_BY =
      Map.ofEntries(
          Map.entry("relay/Hop", List.of("namespace.endpoint", "network.proxy")),
          Map.entry("relay/ServiceBusWay", List.of("namespace.endpoint", "network.proxy")),
          Map.entry(
              "relay/EntraSignIn",
              List.of(
                  "namespace.login.entra",
                  "namespace.login.workload-identity",
                  "namespace.login.managed-identity")),
          Map.entry(
              "relay/Fetch",
              List.of("tokens.keys.url", "callers.tokens.keys.url", "identity.crl.url")),
          Map.entry("audit/SyslogTls", List.of("audit.syslog")),
          Map.entry("traces/OtlpTraces", List.of("traces.url")),
          Map.entry("adapters/sql/SqlSettings", List.of("sources.yaml")),
          Map.entry("adapters/sql/Kerberos", List.of("login.kerberos")),
          Map.entry("adapters/ibmi/HostConnector", List.of("sources.yaml")),
          Map.entry("adapters/ibmi/HostDatabase", List.of("sources.yaml")),
          // The gateway's own port, and the agent's own Unix socket.
          Map.entry("gateway/PortCheck", List.of()),
          Map.entry("agent/console/StatusSocket", List.of()));

  @Test
  void securityMdNamesWhateverOpensConnections() throws Exception {
    Set<String> opening = new TreeSet<>();
    for (String module :
        List.of(
            "adapters",
            "agent",
            "audit",
            "documents",
            "gateway",
            "relay",
            "settings",
            "tokens",
            "traces")) {
      Path sources = ROOT.resolve(module).resolve("src/main/java/drawbridge");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          if (OPENS.matcher(Files.readString(file)).find()) {
            String name = sources.relativize(file).toString().replace('\\', '/');
            opening.add(name.substring(0, name.length() - 5));
          }
        }
      }
    }
    assertEquals(new TreeSet<>(OPENED_BY.keySet()), opening, "give each its settings here");
    Set<String> settings = new TreeSet<>();
    OPENED_BY.values().forEach(settings::addAll);
    String page = page("security.md");
    Matcher table =
        Pattern.compile("## Every destination outside\n\n(.*?)\n\n", Pattern.DOTALL).matcher(page);
    assertTrue(table.find());
    Set<String> listed = new TreeSet<>();
    for (String row : table.group(1).lines().skip(2).toList()) {
      Matcher key = Pattern.compile("`([a-z.-]+)`").matcher(row.split("\\|", -1)[2]);
      while (key.find()) {
        listed.add(key.group(1));
      }
    }
    // Of a destination that has a setting already, and how the KDC is found.
    listed.removeAll(Set.of("authority", "krb5.conf"));
    assertEquals(settings, listed);
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
