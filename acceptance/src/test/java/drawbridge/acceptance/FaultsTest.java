package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code bench faults}: every fault for some seconds, in a random order; with {@code
 * -Ddrawbridge.long} an hour of rounds.
 */
@Tag("alone")
@Timeout(6_000)
final class FaultsTest {
  private static final List<String> SHORT =
      List.of("--mixed", "1", "--seconds", "3", "--outage", "7", "--callers", "32", "--slack", "5");

  /** An hour of all of them, each as long as the command does it by itself. */
  private static final List<String> LONG = List.of("--mixed", "60");

  @Test
  void everyCallIsAccountedFor() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("faults", "--json"));
    arguments.addAll(Boolean.getBoolean("drawbridge.long") ? LONG : SHORT);
    Process bench =
        new ProcessBuilder(
                Repository.java("acceptance", "drawbridge.acceptance.bench.Bench", arguments))
            .redirectErrorStream(true)
            .start();
    bench.getOutputStream().close();
    String said = new String(bench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    System.out.println(said);
    bench.waitFor(10, TimeUnit.SECONDS);
    assertEquals(0, bench.exitValue(), said);
  }
}
