package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.certs.SampleTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Everything that a full run wrote and answered is searched for every secret that it used: keys,
 * passwords, tokens, and what callers said in arguments.
 */
final class SecretsTest {
  private static final String CONSOLE = "0123456789abcdef-the-token-of-the-console";
  private static final String ARGUMENT = "Leave-at-dock-4711-and-tell-nobody";
  private static final String APPLICATION = "55555555-0000-0000-0000-000000000005";

  private static final SampleTokens TOKENS = SampleTokens.create("a");
  private static Stack stack;
  private static String token = "";

  /** What was answered by anybody, under the name of the question. */
  private static final Map<String, String> ANSWERS = new LinkedHashMap<>();

  @BeforeAll
  static void run() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    int console = Layout.freePorts(1)[0];
    Path agent = stack.configuration("agent-a");
    Path keys = agent.resolveSibling("token-keys.json");
    Files.writeString(keys, SampleTokens.keys(TOKENS));
    Files.writeString(agent.resolveSibling("secrets").resolve("console"), CONSOLE);
    String tokens =
        "tokens: { tenant: %s, audience: \"%s\", keys: { file: token-keys.json } }"
            .formatted(SampleTokens.TENANT, SampleTokens.AUDIENCE);
    Files.writeString(
        agent,
        Files.readString(agent)
            + "console: { port: %d, token-file: secrets/console }\n%s\n"
                .formatted(console, tokens));
    Path gateway = stack.configuration("gateway-1");
    Files.writeString(
        gateway, Files.readString(gateway).replace("callers:\n", "callers:\n  " + tokens + "\n"));
    Path policy = stack.folder().resolve("site/policy.yaml");
    Files.writeString(
        policy,
        Files.readString(policy)
            + """
              - name: an-application
                allow: [orders/v1/FindByNote]
                to: { token: { app: %s } }
            """
                .formatted(APPLICATION));
    for (String program : List.of("gateway-1", "agent-a")) {
      stack.stop(program);
      stack.restart(program);
    }
    stack.awaitReady("gateway-1");
    calls();
    ask("metrics", stack.privateGateway("gateway-1") + "/metrics");
    ask("health", stack.privateGateway("gateway-1") + "/healthz");
    ask("readiness", stack.privateGateway("gateway-1") + "/readyz");
    console(console);
    status();
  }

  private static void calls() throws Exception {
    Map<String, Object> claims = SampleTokens.claims(APPLICATION, Instant.now());
    token = TOKENS.token(claims);
    Map<String, Object> other = new LinkedHashMap<>(claims);
    other.put("aud", "api://another");
    String bearer = "Bearer " + token;
    try (Connector connector = Connector.of(stack)) {
      assertEquals(200, answer(connector, "GET", Showing.ALLOWED, ""));
      assertEquals(
          200,
          answer(
              connector,
              "GET",
              "/orders/v1/orders/by-note?beginning=" + ARGUMENT,
              "",
              "Authorization",
              bearer));
      answer(connector, "GET", Showing.ALLOWED, "", "Authorization", bearer + "x");
      answer(
          connector, "GET", Showing.ALLOWED, "", "Authorization", "Bearer " + TOKENS.token(other));
      answer(connector, "GET", "/orders/v1/customers/42", "", "Authorization", bearer);
      answer(connector, "GET", "/orders/v1/order/" + ARGUMENT, "");
      answer(connector, "GET", "/nowhere/" + ARGUMENT, "");
      answer(
          connector,
          "POST",
          "/orders/v1/order/1/notes",
          "{\"text\":\"" + ARGUMENT + "\"}",
          "Content-Type",
          "application/json");
      answer(
          connector,
          "POST",
          "/orders/v1/order/-1/notes",
          "{\"text\":\"" + ARGUMENT + "\"",
          "Content-Type",
          "application/json");
      answer(connector, "GET", "/orders/v1/pages", "");
      answer(connector, "GET", "/catalogue", "", "Accept", "application/json");
      answer(connector, "GET", "/orders/v1/openapi.json", "");
    }
  }

  private static int answer(
      Connector connector, String method, String path, String body, String... headers)
      throws Exception {
    HttpResponse<byte[]> answer = connector.send(method, path, body, headers);
    ANSWERS.put(
        ANSWERS.size() + " " + method + " " + answer.statusCode(),
        answer.headers().map() + "\n" + new String(answer.body(), StandardCharsets.UTF_8));
    return answer.statusCode();
  }

  private static void ask(String name, String url) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    assertEquals(200, answer.statusCode(), name);
    ANSWERS.put(name, answer.headers().map() + "\n" + answer.body());
  }

  private static void console(int port) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    String root = "http://127.0.0.1:" + port;
    HttpResponse<String> in =
        client.send(
            HttpRequest.newBuilder(URI.create(root + "/sign-in"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("token=" + CONSOLE))
                .build(),
            BodyHandlers.ofString());
    assertEquals(303, in.statusCode());
    String cookie = in.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
    for (String page : List.of("/", "/audit")) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(root + page)).header("Cookie", cookie).build(),
              BodyHandlers.ofString());
      assertEquals(200, answer.statusCode(), page);
      ANSWERS.put("console " + page, answer.headers().map() + "\n" + answer.body());
    }
  }

  private static void status() throws Exception {
    Path said = stack.folder().resolve("status.out");
    List<String> command =
        Repository.java(
            "agent",
            "drawbridge.agent.Main",
            List.of("status", "--json", "--config", stack.configuration("agent-a").toString()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertTrue(new ObjectMapper().readTree(said.toFile()).isObject(), Files.readString(said));
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  /** Every secret by a name that may be printed. */
  private static Map<String, String> secrets() throws IOException {
    Map<String, String> secrets = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(stack.folder().resolve("secrets"))) {
      for (Path file : files.toList()) {
        secrets.put("secrets/" + file.getFileName(), Files.readString(file).strip());
      }
    }
    try (Stream<Path> files = Files.list(stack.folder().resolve("certs"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".key")).toList()) {
        // Of PEM the longest line: its first ones are alike for all keys of a kind.
        secrets.put(
            "certs/" + file.getFileName(),
            Files.readString(file)
                .lines()
                .filter(line -> !line.startsWith("-----"))
                .reduce("", (a, b) -> b.length() >= a.length() ? b : a));
      }
    }
    secrets.put("a caller's token", token);
    secrets.put("the signature of a caller's token", token.substring(token.lastIndexOf('.') + 1));
    secrets.values().forEach(value -> assertTrue(value.length() >= 16, secrets::toString));
    assertTrue(secrets.size() >= 12, () -> secrets.keySet().toString());
    return secrets;
  }

  /** Files that programs wrote; not those from which they got the secrets. */
  private static List<Path> written() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String part :
        List.of("logs", "audit", "audit-state", "audit-gateway-1", "ready", "site")) {
      Path folder = stack.folder().resolve(part);
      if (Files.exists(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          files.filter(Files::isRegularFile).forEach(all::add);
        }
      }
    }
    all.add(stack.folder().resolve("status.out"));
    // The stand-in for Service Bus prints the connection strings that it takes.
    all.remove(stack.log("namespace"));
    assertTrue(all.size() >= 8, all::toString);
    return all;
  }

  /** Programs still run: where a file gets its name meanwhile, all are read again. */
  private static List<String> places(String secret) throws IOException {
    for (int left = 20; ; left--) {
      try {
        return placesNow(secret);
      } catch (NoSuchFileException e) {
        if (left == 0) {
          throw e;
        }
      }
    }
  }

  private static List<String> placesNow(String secret) throws IOException {
    List<String> found = new ArrayList<>();
    String bytes = new String(secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    for (Path file : written()) {
      if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(bytes)) {
        found.add(stack.folder().relativize(file).toString());
      }
    }
    ANSWERS.forEach(
        (name, text) -> {
          if (text.contains(secret)) {
            found.add(name);
          }
        });
    return found;
  }

  @Test
  void noSecretIsInAnythingThatWasWrittenOrAnswered() throws IOException {
    for (Map.Entry<String, String> secret : secrets().entrySet()) {
      assertEquals(List.of(), places(secret.getValue()), secret.getKey());
    }
  }

  /** The log and the audit have an argument's hash at most; a caller is told what it sent. */
  @Test
  void noArgumentIsInLogsAuditMetricsOrThePages() throws IOException {
    List<String> found = places(ARGUMENT);
    found.removeIf(place -> place.contains(" GET ") || place.contains(" POST "));
    assertEquals(List.of(), found);
  }

  @Test
  void noSecretIsInArgumentsOrEnvironmentOfAProcess() throws IOException {
    Map<String, String> seen = new LinkedHashMap<>();
    for (Map.Entry<String, Long> process : stack.pids().entrySet()) {
      for (String part : List.of("cmdline", "environ")) {
        Path file = Path.of("/proc", Long.toString(process.getValue()), part);
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isReadable(file), "no " + file);
        seen.put(
            process.getKey() + " " + part, Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    assertTrue(seen.getOrDefault("agent-a cmdline", "").contains("agent-a.yaml"), seen::toString);
    for (Map.Entry<String, String> secret : secrets().entrySet()) {
      seen.forEach(
          (where, text) ->
              assertTrue(!text.contains(secret.getValue()), secret.getKey() + " is in " + where));
    }
  }

  /** Else a search that looks nowhere would find nothing too. */
  @Test
  void theSameSearchFindsWhatIsWritten() throws IOException {
    assertTrue(places("connector-reads-orders").stream().anyMatch(p -> p.startsWith("audit/")));
    assertTrue(places("listens on").stream().anyMatch(p -> p.startsWith("logs/gateway-1")));
    assertTrue(places("agent-a").contains("status.out"));
    assertTrue(places("drawbridge_").contains("metrics"));
    assertTrue(
        places("401").stream().anyMatch(p -> p.startsWith("audit-gateway-1/"))
            || ANSWERS.keySet().stream().anyMatch(name -> name.endsWith(" 401")));
  }
}
