package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/audit.md, with OpenSSL and a shell and nothing of ours. */
class OthersToolsTest {
  private static final Pattern COMMANDS =
      Pattern.compile("```sh\ndrawbridge audit checkpoint FOLDER > note\n(.*?)```", Pattern.DOTALL);
  private static final String ED25519 = "302a300506032b6570032100";

  @TempDir Path temp;
  private String said = "";

  @BeforeEach
  void note() throws Exception {
    assumeTrue(run("openssl version") == 0, "openssl is not installed");
    Path folder = temp.resolve("audit");
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.call(about("c"), ok()));
    }
    Files.writeString(temp.resolve("note"), AuditFolder.of(folder).checkpoint().note());
    key(AuditFiles.KEY);
  }

  private void key(AuditKey key) throws IOException {
    byte[] typed = Base64.getDecoder().decode(key.verifier().text().split("\\+", 3)[2]);
    String raw = HexFormat.of().formatHex(Arrays.copyOfRange(typed, 1, typed.length));
    Files.writeString(
        temp.resolve("audit.pub"),
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(ED25519 + raw))
            + "\n-----END PUBLIC KEY-----\n");
  }

  private int run(String script) throws IOException, InterruptedException {
    Process shell =
        new ProcessBuilder("sh", "-e", "-c", script)
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("said").toFile())
            .start();
    assertTrue(shell.waitFor(30, TimeUnit.SECONDS));
    said = Files.readString(temp.resolve("said"));
    return shell.exitValue();
  }

  private static String commands() throws IOException {
    Matcher page = COMMANDS.matcher(Files.readString(Path.of("..", "docs", "audit.md")));
    assertTrue(page.find(), "docs/audit.md has the commands");
    return page.group(1);
  }

  @Test
  void openSslVerifiesACheckpointAsThePageSays() throws Exception {
    assertEquals(0, run(commands()), said);
    assertTrue(said.contains("Verified Successfully"), said);
  }

  @Test
  void openSslRefusesWhatWasAlteredOrSignedByAnother() throws Exception {
    Path note = temp.resolve("note");
    String whole = Files.readString(note);
    Files.writeString(note, whole.replaceFirst("\n\\d+\n", "\n9\n"));
    assertNotEquals(0, run(commands()), said);
    Files.writeString(note, whole);
    key(AuditKey.generate("another"));
    assertNotEquals(0, run(commands()), said);
  }
}
