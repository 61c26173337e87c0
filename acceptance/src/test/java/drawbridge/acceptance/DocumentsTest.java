package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Documents of the running bridge, in the hands of tools that others wrote: validators, prism's
 * proxy, and a client that openapi-generator makes. All of it behind a proxy with another host and
 * a path prefix.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DocumentsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private PublicStack bridge;

  @BeforeAll
  void start() throws Exception {
    bridge = PublicStack.start();
  }

  @AfterAll
  void stop() {
    if (bridge != null) {
      bridge.close();
    }
  }

  private HttpResponse<String> get(String url) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(url))
            .header("Accept", "application/json")
            .timeout(Duration.ofSeconds(30))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> send(String method, String url, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Accept", "application/json")
            .timeout(Duration.ofSeconds(30));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    return http.send(
        request
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void everyUrlIsThePublicOne() throws Exception {
    JsonNode catalogue = JSON.readTree(get(bridge.url + "/catalogue").body());
    assertEquals(2, catalogue.path("apis").size());
    for (JsonNode api : catalogue.path("apis")) {
      String path = bridge.url + api.path("path").asText();
      JsonNode openApi = JSON.readTree(get(path + "/openapi.json").body());
      assertEquals(path, openApi.at("/servers/0/url").asText());
      JsonNode swagger = JSON.readTree(get(path + "/swagger.json").body());
      assertEquals(URI.create(bridge.url).getAuthority(), swagger.path("host").asText());
      assertEquals(
          PublicStack.PREFIX + api.path("path").asText(), swagger.path("basePath").asText());
    }
  }

  @Test
  void allPagesAreFetchedThroughAProxyWithAnotherHostAndPath() throws Exception {
    for (String list : List.of("/orders/v1/pages", "/orders/v1/memos?$orderby=due%20desc")) {
      List<Integer> seen = new ArrayList<>();
      int pages = 0;
      String next = bridge.url + list;
      while (!next.isEmpty()) {
        assertTrue(next.startsWith(bridge.url + list.replaceFirst("[?].*", "")), next);
        HttpResponse<String> answer = get(next);
        assertEquals(200, answer.statusCode(), answer.body());
        JsonNode page = JSON.readTree(answer.body());
        page.path("value").forEach(row -> seen.add(row.path("id").asInt()));
        next = page.path("nextLink").asText("");
        pages++;
      }
      assertEquals(3, pages, list);
      assertEquals(seen.size(), Set.copyOf(seen).size(), "no row twice");
      assertTrue(seen.size() == 1_000 || (list.contains("memos") && seen.size() >= 25), list);
    }
  }

  /** The sample's rules let calls run for 120 s. */
  @Test
  void whatMayRunLongerThanPlatformsWaitSaysSo() throws Exception {
    JsonNode openApi = JSON.readTree(get(bridge.url + "/orders/v1/openapi.json").body());
    JsonNode order = openApi.at("/paths/~1order~1{orderId}/get");
    assertTrue(
        order.path("x-drawbridge-warning").asText().contains("120 seconds"), order::toString);
  }

  @Test
  void theServedDocumentsPassTheValidators(@TempDir Path served, @TempDir Path folder)
      throws Exception {
    Validators.assumeInstalled();
    for (String api : List.of("orders/v1", "shipping/v2")) {
      for (String document : List.of("openapi.json", "apiProperties.json", "swagger.json")) {
        // The tests' public URL is plain HTTP, which certification would not have.
        Files.writeString(
            served.resolve(document),
            get(bridge.url + "/" + api + "/" + document).body().replace("\"http\"", "\"https\""));
      }
      // An API without a contact cannot be certified, and its document says so by having none.
      assertEquals(
          api.startsWith("orders"),
          JSON.readTree(served.resolve("swagger.json").toFile()).path("info").has("contact"));
      Validators.add(served, folder, api.replace('/', '-'));
    }
    Validators.judge(folder);
  }

  /** Prism stands between, and turns whatever the document does not say into a 500. */
  @Test
  void prismFindsNoMismatch(@TempDir Path folder) throws Exception {
    Validators.assumeInstalled();
    Path document = folder.resolve("openapi.json");
    Files.writeString(document, get(bridge.url + "/orders/v1/openapi.json").body());
    int port = Layout.freePorts(1)[0];
    Process prism =
        new ProcessBuilder(
                "node",
                Validators.TOOLS
                    .resolve("node_modules/@stoplight/prism-cli/dist/index.js")
                    .toString(),
                "proxy",
                "--errors",
                "--port",
                Integer.toString(port),
                document.toString(),
                bridge.url + "/orders/v1")
            .redirectErrorStream(true)
            .start();
    try {
      assertTrue(listening(prism).get(60, TimeUnit.SECONDS), "prism did not start");
      String through = "http://127.0.0.1:" + port;
      for (String path :
          List.of(
              "/customers/7/orders",
              "/customers/7/orders?since=2020-01-01",
              "/orders/by-note?beginning=a",
              "/orders",
              "/order/7",
              "/wait/0")) {
        HttpResponse<String> answer = get(through + path);
        assertEquals(200, answer.statusCode(), path + " " + answer.body());
      }
      // Creations, changes and deletions, with the statuses that the document promises.
      HttpResponse<String> made = send("POST", through + "/memos", "{\"text\":\"prism\"}");
      assertEquals(201, made.statusCode(), made.body());
      String memo = through + "/memos/" + JSON.readTree(made.body()).path("id").asText();
      assertEquals(200, get(memo).statusCode());
      HttpResponse<String> changed = send("PATCH", memo, "{\"due\":\"2026-02-03\"}");
      assertEquals(200, changed.statusCode(), changed.body());
      assertEquals(204, send("DELETE", memo, "").statusCode());
      assertEquals(200, get(through + "/memos?$filter=id%20gt%203").statusCode());
      assertEquals(200, get(through + "/pages").statusCode());
      // Faults have the documented form as well.
      HttpResponse<String> missing = get(through + "/order/2000000000");
      assertEquals(404, missing.statusCode(), missing.body());
      // What the document does not allow never gets through, so prism does look.
      assertEquals(422, get(through + "/order/no-number").statusCode());
    } finally {
      prism.descendants().forEach(ProcessHandle::destroyForcibly);
      prism.destroyForcibly();
    }
  }

  private static CompletableFuture<Boolean> listening(Process prism) {
    CompletableFuture<Boolean> up = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (BufferedReader said =
                  new BufferedReader(
                      new InputStreamReader(prism.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = said.readLine(); line != null; line = said.readLine()) {
                  if (line.contains("listening")) {
                    up.complete(true);
                  }
                }
              } catch (IOException e) {
                // it was ended
              }
              up.complete(false);
            });
    return up;
  }

  @Test
  void aGeneratedClientCallsTheBridge(@TempDir Path folder) throws Exception {
    Path generator = jar("openapi-generator-cli");
    Path document = folder.resolve("openapi.json");
    Files.writeString(document, get(bridge.url + "/orders/v1/openapi.json").body());
    Process generate =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                generator.toString(),
                "generate",
                "-g",
                "java",
                "--library",
                "native",
                "-i",
                document.toString(),
                "-o",
                folder.resolve("client").toString(),
                "--additional-properties",
                "openApiNullable=false,annotationLibrary=none,documentationProvider=none,hideGenerationTimestamp=true,useJakartaEe=true")
            .redirectErrorStream(true)
            .start();
    String said = new String(generate.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(generate.waitFor(2, TimeUnit.MINUTES));
    assertEquals(0, generate.exitValue(), said);

    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-nowarn",
                "-d",
                classes.toString(),
                "-cp",
                generator + File.pathSeparator + jar("jakarta.annotation-api")));
    try (Stream<Path> sources = Files.walk(folder.resolve("client/src/main/java"))) {
      sources.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(arguments::add);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertEquals(0, compiler.run(null, null, null, arguments.toArray(String[]::new)));

    URL[] urls = {
      classes.toUri().toURL(),
      generator.toUri().toURL(),
      jar("jakarta.annotation-api").toUri().toURL()
    };
    try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
      Class<?> api = loader.loadClass("org.openapitools.client.api.DefaultApi");
      Object client = api.getConstructor().newInstance();
      Object order = api.getMethod("getOrder", Integer.class).invoke(client, 7);
      assertEquals(7, order.getClass().getMethod("getId").invoke(order));
      Object list =
          api.getMethod("findOrders", Integer.class, java.time.LocalDate.class)
              .invoke(client, 7, java.time.LocalDate.of(2000, 1, 1));
      List<?> rows = (List<?>) assertNotNullAnd(list.getClass().getMethod("getValue").invoke(list));
      assertFalse(rows.isEmpty());
    }
  }

  private static Object assertNotNullAnd(Object value) {
    assertNotNull(value);
    return value;
  }

  /** Put there by the build. */
  private static Path jar(String name) {
    return Repository.root().resolve("acceptance/target/tools").resolve(name + ".jar");
  }
}
