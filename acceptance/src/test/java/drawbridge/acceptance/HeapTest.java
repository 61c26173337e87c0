package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What whoever gets hold of a dump of the heap finds in it with a search for text, once a program
 * serves calls: of its secrets only what libraries keep, as {@code docs/security.md} lists it.
 */
final class HeapTest {
  private static final String CONSOLE = "0123456789abcdef-the-token-of-the-console";

  /**
   * What libraries keep, and how: Microsoft's SDK the key that it signs its tokens with,
   * PostgreSQL's driver the characters that it proved the password with.
   */
  private static final Map<String, Set<String>> KEPT =
      Map.of(
          "secrets/agent-a",
          Set.of("UTF-8"),
          "secrets/gateway-1",
          Set.of("UTF-8"),
          "secrets/erp",
          Set.of("UTF-16BE"));

  @TempDir static Path temp;
  private static Stack stack;

  @BeforeAll
  static void run() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(100), line -> {});
    Path agent = stack.configuration("agent-a");
    Files.writeString(agent.resolveSibling("secrets").resolve("console"), CONSOLE);
    Files.writeString(
        agent,
        Files.readString(agent)
            + "console: { port: %d, token-file: secrets/console }\n"
                .formatted(Layout.freePorts(1)[0]));
    stack.stop("agent-a");
    stack.restart("agent-a");
    stack.awaitReady("gateway-1");
    try (Connector connector = Connector.of(stack)) {
      assertEquals(200, connector.send("GET", Showing.ALLOWED, "").statusCode());
    }
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  /** Of what is reachable, after a collection. */
  private static byte[] dump(String program) throws Exception {
    Path file = temp.resolve(program + ".hprof");
    Ran ran =
        Ran.of(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(stack.pid(program)),
            "GC.heap_dump",
            file.toString());
    assertEquals(0, ran.code(), ran.text());
    return Files.readAllBytes(file);
  }

  /** As bytes of a string, and as characters: a dump has those in the order of the network. */
  private static SortedSet<String> forms(byte[] dump, String secret) {
    SortedSet<String> found = new TreeSet<>();
    for (Charset charset :
        List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      if (has(dump, secret.getBytes(charset))) {
        found.add(charset.name());
      }
    }
    return found;
  }

  private static boolean has(byte[] dump, byte[] wanted) {
    int[] skips = new int[256];
    Arrays.fill(skips, wanted.length);
    for (int i = 0; i < wanted.length - 1; i++) {
      skips[wanted[i] & 0xFF] = wanted.length - 1 - i;
    }
    int last = wanted.length - 1;
    for (int at = last; at < dump.length; at += skips[dump[at] & 0xFF]) {
      int i = 0;
      while (i <= last && dump[at - i] == wanted[last - i]) {
        i++;
      }
      if (i > last) {
        return true;
      }
    }
    return false;
  }

  /** Texts of secret files by a name that may be printed; of PEM the longest line. */
  private static Map<String, String> secrets(Path... folders) throws IOException {
    Map<String, String> secrets = new TreeMap<>();
    for (Path folder : folders) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(HeapTest::secret).toList()) {
          String text =
              Files.readString(file)
                  .lines()
                  .filter(line -> !line.startsWith("-----"))
                  .reduce("", (a, b) -> b.length() >= a.length() ? b : a);
          assertTrue(text.length() >= 16, file.toString());
          secrets.put(folder.getFileName() + "/" + file.getFileName(), text);
        }
      }
    }
    return secrets;
  }

  private static boolean secret(Path file) {
    return file.toString().endsWith(".key")
        || file.equals(stack.folder().resolve("secrets").resolve(file.getFileName()));
  }

  private static Map<String, SortedSet<String>> found(String program, Map<String, String> secrets)
      throws Exception {
    byte[] dump = dump(program);
    // Else a search that looks nowhere would find nothing too.
    assertTrue(forms(dump, "drawbridge.gateway-1").contains("UTF-8"), program);
    Map<String, SortedSet<String>> found = new LinkedHashMap<>();
    secrets.forEach(
        (name, text) -> {
          SortedSet<String> forms = forms(dump, text);
          if (!KEPT.getOrDefault(name, Set.of()).containsAll(forms)) {
            found.put(name, forms);
          }
        });
    return found;
  }

  private static Map<String, String> secrets() throws IOException {
    List<Path> folders = new ArrayList<>(List.of(stack.folder().resolve("secrets")));
    folders.add(stack.folder().resolve("certs"));
    try (Stream<Path> values = Files.list(stack.folder())) {
      values.filter(one -> one.toString().endsWith("-values")).forEach(folders::add);
    }
    Map<String, String> secrets = secrets(folders.toArray(Path[]::new));
    assertTrue(secrets.containsKey("secrets/erp"), secrets.keySet()::toString);
    assertTrue(secrets.containsKey("secrets/console"), secrets.keySet()::toString);
    assertTrue(
        secrets.keySet().stream().anyMatch(one -> one.contains("-values/")),
        secrets.keySet()::toString);
    return secrets;
  }

  @Test
  void theAgentsHeapHasNoSecretThatALibraryDoesNotKeep() throws Exception {
    assertEquals(Map.of(), found("agent-a", secrets()));
  }

  @Test
  void theGatewaysHeapHasNoSecretThatALibraryDoesNotKeep() throws Exception {
    assertEquals(Map.of(), found("gateway-1", secrets()));
  }

  @Test
  void theSearchFindsTextInEveryFormThatAHeapHas() throws Exception {
    byte[] random = new byte[30];
    RandomGenerator.getDefault().nextBytes(random);
    String base64 = Base64.getEncoder().encodeToString(random);
    // Put together here, so that each stands in the heap in one form alone.
    StringBuilder bytes = new StringBuilder(base64).reverse();
    String wide = base64 + "→";
    char[] characters = (base64 + bytes).toCharArray();
    Path file = temp.resolve("own.hprof");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpHeap(file.toString(), true);
    } finally {
      Reference.reachabilityFence(List.of(bytes, wide, characters));
    }
    byte[] dump = Files.readAllBytes(file);
    assertTrue(forms(dump, bytes.toString()).contains("UTF-8"));
    assertTrue(forms(dump, wide).contains("UTF-16LE"));
    assertTrue(forms(dump, new String(characters)).contains("UTF-16BE"));
    assertEquals(new TreeSet<>(), forms(dump, base64.substring(1) + base64.charAt(0)));
  }
}
