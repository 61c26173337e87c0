package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.settings.Finding;
import drawbridge.settings.Finding.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The OpenSSL commands of docs/certificates.md make what the programs believe. */
final class OpenSslGuideTest {
  private static final Path GUIDE = Path.of("..", "docs", "certificates.md");
  private static final PeerName SELF = PeerName.agent("plant-1", "agent-a");

  @TempDir private Path folder;

  private void run(String commands) throws Exception {
    Path said = folder.resolve("said");
    Process shell =
        new ProcessBuilder("sh", "-c", "set -e\n" + commands)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    shell.getOutputStream().close();
    assertTrue(shell.waitFor(60, TimeUnit.SECONDS), commands);
    assertEquals(0, shell.exitValue(), () -> commands + "\n" + read(said));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  private List<Finding> check() {
    IdentitySettings settings =
        new IdentitySettings(
            folder.resolve("agent-a.pem"),
            folder.resolve("agent-a.key"),
            folder.resolve("relay-ca.pem"),
            folder.resolve("relay.crl"),
            Duration.ofHours(24));
    return IdentityCheck.run(settings, SELF, Instant.now());
  }

  @Test
  void whatTheGuideMakesIsBelievedAndWhatItRevokesIsNot() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/openssl")), "openssl is not installed");
    String guide = Files.readString(GUIDE);
    List<String> blocks =
        Pattern.compile("(?ms)^```sh\\n(.*?)^```")
            .matcher(guide.substring(guide.indexOf("## Making them with OpenSSL")))
            .results()
            .map((MatchResult block) -> block.group(1))
            .toList();
    assertEquals(3, blocks.size());
    run(blocks.get(0));
    run(blocks.get(1));
    List<Finding> good = check();
    assertTrue(good.stream().allMatch(one -> one.verdict() == Verdict.OK), good::toString);

    Files.copy(folder.resolve("agent-a.pem"), folder.resolve("lost.pem"));
    run(blocks.get(2));
    List<Finding> revoked = check();
    assertTrue(
        revoked.stream()
            .anyMatch(
                one -> one.verdict() == Verdict.FAILED && one.detail().contains("is on the CRL")),
        revoked::toString);
  }
}
