package drawbridge.namespace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program, driven as a person or a script does: its output, its control port, its end. */
final class MainTest {
  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void theProgramRunsAndObeysItsControlPort() throws Exception {
    TestCertificate certificate = TestCertificate.in(folder, "EC");
    Files.writeString(folder.resolve("root"), "root-secret\n");
    Path config =
        Files.writeString(
            folder.resolve("namespace.yaml"),
            """
            port: 0
            tls: { port: 0, certificate: ns.pem, key: ns.key }
            control: 0
            keys:
              - { name: root, key-file: root, rights: [manage] }
              - { name: agent, key-file: root, send: [q] }
            queues:
              - { name: q, lock: 5s, time-to-live: 60s }
            """);
    assertTrue(Files.exists(certificate.key()));
    Path readyFile = folder.resolve("ready.json");
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--config",
                config.toString(),
                "--ready-file",
                readyFile.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = program.inputReader(StandardCharsets.UTF_8)) {
      List<String> lines = new ArrayList<>();
      String line;
      while ((line = out.readLine()) != null && !line.equals("ready")) {
        lines.add(line);
      }
      assertTrue(lines.getFirst().contains("test double"));
      Map<String, Object> ready = JSONObjectUtils.parse(Files.readString(readyFile));
      assertEquals(String.valueOf(program.pid()), String.valueOf(ready.get("pid")));
      assertTrue(ready.containsKey("tlsPort"));
      String connection =
          "Endpoint=sb://localhost:%s;SharedAccessKeyName=root;SharedAccessKey=root-secret"
                  .formatted(ready.get("port"))
              + ";UseDevelopmentEmulator=true";
      assertTrue(lines.contains(connection), lines::toString);
      URI control = URI.create("http://localhost:" + ready.get("controlPort"));
      SdkLog.quiet();
      try (Sdk sdk = new Sdk(connection)) {
        obeys(control, sdk);
      }
      program.toHandle().destroy();
      assertTrue(program.waitFor(10, TimeUnit.SECONDS), "SIGTERM ends it");
      assertNull(out.readLine());
    } finally {
      program.destroyForcibly();
    }
  }

  private void obeys(URI control, Sdk sdk) throws Exception {
    sdk.sender("q").sendMessage(Sdk.text("one"));
    assertTrue(request("GET", control.resolve("/stats"), "").contains("\"messagesIn\":1"));
    assertTrue(
        request("POST", control.resolve("/behaviour?lose=1&queue=q&delay=1ms"), "")
            .contains("\"lose\":1.0"));
    sdk.sender("q").sendMessage(Sdk.text("two"));
    assertTrue(request("GET", control.resolve("/stats"), "").contains("\"lost\":1"));
    assertTrue(
        request("POST", control.resolve("/behaviour"), "{\"operations-per-second\": 9}")
            .contains("\"operationsPerSecond\":9"));
    request("POST", control.resolve("/normal"), "");
    assertTrue(request("GET", control.resolve("/behaviour"), "").contains("\"lose\":0.0"));
    assertEquals("{\"dropped\":1}", request("POST", control.resolve("/drop?key=root"), ""));
    assertEquals("{\"dropped\":0}", request("POST", control.resolve("/drop?queue=none"), ""));
    assertTrue(request("POST", control.resolve("/drop?all"), "").contains("dropped"));
    assertEquals("{}", request("POST", control.resolve("/silence?ms=10"), ""));
    assertEquals("{}", request("POST", control.resolve("/down?ms=10"), ""));
    assertEquals("{}", request("POST", control.resolve("/deny?key=agent"), ""));
    assertEquals("{}", request("POST", control.resolve("/allow?key=agent"), ""));
    for (String change :
        List.of(
            "/take?key=root&right=send&queue=q",
            "/give?key=root&right=send&queue=q",
            "/delete?queue=q",
            "/create?queue=q",
            "/clock?behind=10m",
            "/clock?ahead=0")) {
      assertEquals("{}", request("POST", control.resolve(change), ""));
    }
    assertTrue(request("POST", control.resolve("/delete?queue=none"), "").contains("no queue"));
    assertTrue(
        request("POST", control.resolve("/take?key=a&right=own&queue=q"), "").contains("none of"));
    assertTrue(request("POST", control.resolve("/drop"), "").contains("error"));
    assertTrue(request("POST", control.resolve("/behaviour?loss=1"), "").contains("loss"));
    assertTrue(request("GET", control.resolve("/nothing"), "").contains("error"));
  }

  private String request(String method, URI uri, String body) throws Exception {
    return http.send(
            HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(10))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body()
        .strip();
  }
}
