package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.agent.policy.Policy;
import drawbridge.settings.Answers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InitCommandTest {
  @TempDir Path folder;

  private final StringWriter said = new StringWriter();

  private int run(Answers answers, String... arguments) {
    PrintWriter out = new PrintWriter(said);
    return new CommandLine(new InitCommand(answers)).setOut(out).setErr(out).execute(arguments);
  }

  private String[] all(String... more) {
    List<String> words =
        List.of(
            "--into=" + folder.resolve("agent"),
            "--site=plant-1",
            "--name=agent-a",
            "--gateway=gateway-1",
            "--gateway=gateway-2",
            "--namespace=contoso.servicebus.windows.net");
    return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
  }

  private final Answers nobody = new Answers(Optional.empty());

  @Test
  void withoutATerminalTheMissingFlagsAreNamedAndNothingIsWritten() {
    assertEquals(2, run(nobody, "--into=" + folder.resolve("agent"), "--name=agent-a"));
    for (String flag : List.of("--site", "--gateway", "--namespace")) {
      assertTrue(said.toString().contains(flag + " is missing"), said::toString);
    }
    assertFalse(Files.exists(folder.resolve("agent")));
  }

  /**
   * A source without a password is opened all the same: the settings are right, the file is not
   * there yet.
   */
  @Test
  void whatItWritesIsReadAndAllowsNothing() throws Exception {
    Path sas = Files.writeString(folder.resolve("sas"), "a-key");
    Path password = Files.writeString(folder.resolve("erp"), "a-password");
    assertEquals(
        0,
        run(
            nobody,
            all(
                "--key-file=" + sas,
                "--proxy=http://proxy.example:8080",
                "--source=erp=jdbc:postgresql://127.0.0.1:1/erp",
                "--source-user=erp=bridge",
                "--source-password-file=erp=" + password)),
        said::toString);
    Path agent = folder.resolve("agent");
    AgentSettings settings = AgentSettings.read(agent.resolve("agent.yaml"));
    assertEquals(List.of("gateway-1", "gateway-2"), settings.gateways());
    assertTrue(settings.network().isPresent());
    assertEquals(List.of(), Policy.read(agent.resolve("site/policy.yaml")).unmatched(List.of()));
    try (SiteFolder site = SiteFolder.open(agent.resolve("site"), true)) {
      assertEquals(1, site.served().operations().size());
    }
    assertTrue(Files.readString(agent.resolve("agent-a.csr")).contains("CERTIFICATE REQUEST"));
    assertEquals("a-key", Files.readString(agent.resolve("secrets/sas")));
    for (Path file : List.of(agent.resolve("agent.yaml"), agent.resolve("site/sources.yaml"))) {
      assertFalse(Files.readString(file).contains("a-password"), file::toString);
    }
  }

  @Test
  void withoutASourceTheSiteIsReadTheSame() {
    assertEquals(0, run(nobody, all()), said::toString);
    try (SiteFolder site = SiteFolder.open(folder.resolve("agent/site"), true)) {
      assertEquals(0, site.served().operations().size());
    }
    assertTrue(said.toString().contains("secrets/sas"), "what is still to do is named");
  }

  @Test
  void nothingIsWrittenOver() throws Exception {
    assertEquals(0, run(nobody, all()), said::toString);
    String before = Files.readString(folder.resolve("agent/secrets/agent-a.key"));
    assertEquals(1, run(nobody, all()));
    assertTrue(said.toString().contains("is there already"), said::toString);
    assertEquals(before, Files.readString(folder.resolve("agent/secrets/agent-a.key")));
  }

  @Test
  void atATerminalItAsksForTheRest() throws Exception {
    Deque<String> lines =
        new ArrayDeque<>(
            List.of(
                folder.resolve("agent").toString(), // into
                "plant-1",
                "", // name: the example
                "gateway-1",
                "contoso.servicebus.windows.net",
                "", // name of the key: the agent's
                "the-key",
                "", // no proxy
                "erp",
                "jdbc:postgresql://127.0.0.1:1/erp",
                "bridge",
                "the-password"));
    Answers.Asked somebody =
        new Answers.Asked() {
          @Override
          public @Nullable String line(String prompt) {
            return lines.poll();
          }

          @Override
          public @Nullable String hidden(String prompt) {
            return lines.poll();
          }
        };
    assertEquals(0, run(new Answers(Optional.of(somebody))), said::toString);
    Path agent = folder.resolve("agent");
    assertEquals("agent-a", AgentSettings.read(agent.resolve("agent.yaml")).name());
    assertEquals("the-password", Files.readString(agent.resolve("secrets/erp")));
  }
}
