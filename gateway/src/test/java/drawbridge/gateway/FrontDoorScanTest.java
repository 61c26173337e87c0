package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The front door as the scanners of security teams see it. A certificate of the caller is asked for
 * and not required here, so that they get further than others would.
 */
@Timeout(400)
final class FrontDoorScanTest {
  @TempDir Path folder;
  private Stage stage;

  @BeforeEach
  void start() {
    stage = new Stage(folder, "EC", "EC", ", required: false", Stage.ONE_SITE);
  }

  @AfterEach
  void stop() {
    stage.close();
  }

  private String run(List<String> command) throws IOException, InterruptedException {
    Path said = folder.resolve("said");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(360, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("not done in time: " + Files.readString(said));
    }
    return Files.readString(said);
  }

  private static void assumeTool(String name, String debian) {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(part -> Files.isExecutable(Path.of(part, name))),
        "no " + name + " here: install Debian's " + debian);
  }

  @Test
  void sslscanFindsModernTlsAndNothingElse() throws Exception {
    assumeTool("sslscan", "sslscan");
    String said = run(List.of("sslscan", "--no-colour", "localhost:" + stage.gateway.port()));
    for (String old : List.of("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1")) {
      assertTrue(said.lines().anyMatch(line -> line.matches(old + "\\s+disabled")), said);
    }
    for (String modern : List.of("TLSv1.2", "TLSv1.3")) {
      assertTrue(said.lines().anyMatch(line -> line.matches(modern + "\\s+enabled")), said);
    }
    assertFalse(said.contains("Compression enabled"), said);
    assertTrue(said.contains("Session renegotiation not supported"), said);
    assertTrue(
        said.lines()
            .filter(line -> line.endsWith("vulnerable to heartbleed"))
            .allMatch(line -> line.contains(" not vulnerable")),
        said);
    List<String> ciphers =
        said.lines()
            .filter(line -> line.matches("(Preferred|Accepted)\\s+TLSv1\\.[23]\\s+.*"))
            .toList();
    assertTrue(ciphers.size() >= 4, said);
    for (String cipher : ciphers) {
      assertTrue(cipher.matches(".*\\s(128|256) bits.*"), cipher);
      assertTrue(cipher.contains("GCM") || cipher.contains("CHACHA20"), cipher);
      assertTrue(cipher.contains("TLSv1.3") || cipher.contains("ECDHE"), cipher);
    }
  }

  @Test
  void testsslFindsNothingOfWeight() throws Exception {
    assumeTool("testssl", "testssl.sh");
    Path found = folder.resolve("found.json");
    String said =
        run(
            List.of(
                "testssl",
                "--quiet",
                "--color",
                "0",
                "--warnings",
                "off",
                "--protocols",
                "--server-preference",
                "--fs",
                "--vulnerable",
                "--jsonfile",
                found.toString(),
                "localhost:" + stage.gateway.port()));
    JsonNode all = new ObjectMapper().readTree(found.toFile());
    assertTrue(all.size() >= 15, said);
    List<String> heavy = new ArrayList<>();
    Set<String> weights = Set.of("MEDIUM", "HIGH", "CRITICAL");
    for (JsonNode finding : all) {
      if (weights.contains(finding.path("severity").asText())) {
        heavy.add(finding.path("id").asText() + ": " + finding.path("finding").asText());
      }
    }
    assertEquals(List.of(), heavy, said);
  }
}
