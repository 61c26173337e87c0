package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A key in a PKCS #11 token, here SoftHSM's: it is used in channels and never read. */
@Timeout(120)
final class TokenTest {
  private static final List<Path> MODULES =
      List.of(
          Path.of("/usr/lib/softhsm/libsofthsm2.so"),
          Path.of("/usr/lib64/pkcs11/libsofthsm2.so"),
          Path.of("/usr/lib64/softhsm/libsofthsm2.so"));

  @TempDir Path folder;

  private String run(String... command) throws IOException, InterruptedException {
    Path said = folder.resolve("said");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString());
    Process process = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertTrue(process.waitFor(90, TimeUnit.SECONDS));
    String text = Files.readString(said);
    assertEquals(0, process.exitValue(), text);
    return text;
  }

  @Test
  void keysInATokenOpenChannels() throws Exception {
    Optional<Path> module = MODULES.stream().filter(Files::exists).findFirst();
    assumeTrue(module.isPresent(), "no SoftHSM here: install Debian's softhsm2");
    assumeTrue(
        Stream.of("/usr/bin/softhsm2-util", "/usr/local/bin/softhsm2-util")
            .anyMatch(tool -> Files.isExecutable(Path.of(tool))),
        "no softhsm2-util here: install Debian's softhsm2");
    Files.createDirectories(folder.resolve("tokens"));
    Files.writeString(
        folder.resolve("softhsm2.conf"),
        "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n"
            .formatted(folder.resolve("tokens")));
    run(
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        "drawbridge",
        "--pin",
        "4711",
        "--so-pin",
        "0815");
    Files.writeString(folder.resolve("pin"), "4711\n");
    String said =
        run(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            TokenMain.class.getName(),
            folder.toString(),
            module.get().toString());
    assertTrue(said.contains("EC agent agent-a of plant-1 X25519MLKEM768 EC"), said);
    assertTrue(said.contains("RSA agent agent-a of plant-1 X25519MLKEM768 RSA"), said);
    assertTrue(said.contains("identity.pkcs11: ") && said.contains("of the label “another”"), said);
    assertTrue(said.contains("the token does not take the PIN"), said);
  }
}
