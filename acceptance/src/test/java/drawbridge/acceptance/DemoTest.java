package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command, as a process. */
final class DemoTest {
  @TempDir private Path folder;

  @Test
  void showsThatAllHoldsAndLeavesNothingRunning() throws Exception {
    Process demo = start("--once", "--dir", folder.toString());
    String said = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(demo.waitFor(10, TimeUnit.SECONDS));
    assertEquals(0, demo.exitValue(), said);
    assertFalse(said.contains("WRONG"), said);

    JsonNode json = json();
    assertTrue(json.path("gateway").asText().startsWith("https://localhost:"), json::toString);
    for (String file : List.of("ca", "certificate", "key", "agent-config", "gateway-config")) {
      assertTrue(Files.isRegularFile(Path.of(json.path(file).asText())), file);
    }
    assertTrue(Files.isDirectory(Path.of(json.path("audit").asText())));
    assertEquals("orders/v1", json.path("apis").path(0).asText());
    assertEquals("host/v1", json.path("apis").path(1).asText());
    for (String row :
        List.of("an RPG program's price", "an order over its data queue", "a row of Db2")) {
      assertTrue(
          said.lines()
              .anyMatch(
                  line -> line.contains("simulated IBM i: " + row) && line.contains("as it must")),
          said);
    }
    assertEquals(5, json.path("pids").size());
    assertAllEnded(json.path("pids"));
  }

  /** What a kernel does that runs out of memory. */
  @Test
  @EnabledIfSystemProperty(
      named = "drawbridge.long",
      matches = "true",
      disabledReason = "GuardTest does it to one program; the whole demo: drawbridge test --long")
  void endsEverythingItStartedWhenItIsKilled() throws Exception {
    Process demo = start("--dir", folder.toString());
    JsonNode pids = pids(demo);
    demo.destroyForcibly().waitFor();
    assertAllEnded(pids);
  }

  @Test
  void printsACallToTryAndEndsEverythingAtCtrlC() throws Exception {
    assumeTrue(Ran.of("curl", "--version").code() == 0, "curl is not installed");
    // A shell without job control starts its background jobs with the signal ignored.
    List<String> listening = List.of("env", "--default-signal=INT");
    assumeTrue(
        Ran.of("env", "--default-signal=INT", "true").code() == 0, "env knows no signals here");
    Process demo = start(listening, "--dir", folder.toString());
    String call = "";
    try (BufferedReader said = demo.inputReader()) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        if (line.startsWith("  curl ")) {
          call = line.strip();
          break;
        }
      }
      JsonNode pids = pids(demo);
      Ran answer = Ran.of("sh", "-c", call + " --fail --silent --show-error");
      assertEquals(0, answer.code(), () -> answer.text());
      assertTrue(answer.text().contains("\"placed_on\":"), answer.text());

      assertEquals(0, Ran.of("kill", "-INT", Long.toString(demo.pid())).code());
      assertTrue(demo.waitFor(30, TimeUnit.SECONDS), "it goes on");
      assertEquals(130, demo.exitValue(), "as a shell tells of a program that was interrupted");
      assertAllEnded(pids);
    } finally {
      demo.destroyForcibly();
    }
  }

  /** Here the agent is paused, so that every call of its is refused. */
  @Test
  void sayingThatAllHoldsTakesThatAllHolds() throws Exception {
    Process demo = start("--once", "--dir", folder.toString());
    JsonNode pids = pids(demo);
    String pid = Long.toString(demo.pid());
    assertEquals(0, Ran.of("kill", "-STOP", pid).code()); // it shall not be done before
    try {
      String agent = json().path("agent-config").asText();
      List<String> pause =
          Repository.java("agent", "drawbridge.agent.Main", List.of("pause", "--config", agent));
      assertEquals(0, Ran.of(pause.toArray(String[]::new)).code());
    } finally {
      assertEquals(0, Ran.of("kill", "-CONT", pid).code());
    }
    String said = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(demo.waitFor(10, TimeUnit.SECONDS));
    assertEquals(1, demo.exitValue(), said);
    assertTrue(said.contains("WRONG") && said.contains("as it must"), said);
    assertFalse(said.contains("All as it must be."), said);
    assertAllEnded(pids);
  }

  /** Of all that it started, once they run. */
  private JsonNode pids(Process demo) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    while (!Files.exists(folder.resolve("demo.json")) && System.nanoTime() < deadline) {
      assertFalse(demo.waitFor(20, TimeUnit.MILLISECONDS), "the demo ended by itself");
    }
    JsonNode pids = json().path("pids");
    assertEquals(5, pids.size());
    for (JsonNode pid : pids) {
      assertTrue(ProcessHandle.of(pid.asLong()).orElseThrow().isAlive());
    }
    return pids;
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("demo.json").toFile());
  }

  private static void assertAllEnded(JsonNode pids) throws Exception {
    for (JsonNode pid : pids) {
      Processes.awaitEnd(pid.asLong());
    }
  }

  private Process start(String... arguments) throws Exception {
    return start(List.of(), arguments);
  }

  private Process start(List<String> by, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(by);
    command.addAll(Repository.java("acceptance", "drawbridge.acceptance.Demo", List.of(arguments)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .directory(folder.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .start();
  }
}
