package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Where the port of AMQP is barred, WebSockets are found without any setting, and the other way
 * round: in a network of its own, whose firewall refuses or drops.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
final class FallbackTest {
  @TempDir Path folder;

  private static List<String> apart(String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of("unshare", "--net", "--kill-child", "--fork"));
    if (!Files.getOwner(Path.of("/proc/self")).getName().equals("root")) {
      words.add("--map-root-user");
    }
    words.addAll(List.of(command));
    return words;
  }

  private int run(Path said, List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    if (!process.waitFor(240, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new AssertionError("not done in time: " + Files.readString(said));
    }
    return process.exitValue();
  }

  /** Whether networks can be made here, and the command in them. */
  private boolean can(String command) throws InterruptedException {
    try {
      return run(folder.resolve("probe"), apart("sh", "-c", "ip link set lo up && " + command))
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aPortThatIsRefusedIsGoneAround() throws Exception {
    assumeTrue(can("true"), "no right to make network namespaces here");
    found("");
  }

  /** Silence takes longer to understand, and is what most firewalls do. */
  @Test
  void aFirewallThatDropsIsGoneAround() throws Exception {
    String drop =
        "nft add table inet f && nft 'add chain inet f i { type filter hook input priority 0; }'"
            + " && nft add rule inet f i tcp dport 5671 drop";
    assumeTrue(can(drop), "no nftables in a network of its own: install Debian's nftables");
    String text = found(drop + " && ");
    assertTrue(text.contains("by WebSockets: true"), text);
  }

  private String found(String firewall) throws Exception {
    boolean drops = !firewall.isEmpty();
    Path said = folder.resolve("said");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    int code =
        run(
            said,
            apart(
                "sh",
                "-c",
                "ip link set lo up && "
                    + firewall
                    + "exec \"$0\" -XX:TieredStopAtLevel=1 -cp \"$1\" drawbridge.relay.FallbackMain \"$2\" \"$3\"",
                java,
                System.getProperty("java.class.path"),
                folder.toString(),
                drops ? "barred" : "open"));
    String text = Files.readString(said);
    assertEquals(0, code, text);
    assertTrue(text.contains("at first: AMQP, port 5671"), text);
    assertTrue(text.contains("by WebSockets: true WebSockets, port 443"), text);
    assertTrue(
        text.contains(
            "WARNING relay: AMQP, port 5671 does not get through to localhost; WebSockets, port 443"
                + " does and is used from now on"),
        text);
    assertTrue(text.contains("problems: []"), text);
    String check =
        text.lines().filter(line -> line.startsWith("check: ")).findFirst().orElseThrow();
    assertTrue(check.contains("so WebSockets are used"), check);
    assertTrue(!check.contains("FAILED") && check.contains("Listen on"), check);
    assertTrue(drops || text.contains("by AMQP: true AMQP, port 5671"), text);
    return text;
  }
}
