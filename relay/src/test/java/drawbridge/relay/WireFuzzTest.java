package drawbridge.relay;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/**
 * What a stranger can put before a channel is proven: hellos of TLS, ranges of acknowledgements,
 * names. Whatever the bytes are, they are a value or nothing. Runs its seeds as a test; with {@code
 * JAZZER_FUZZ=1} in the environment it searches.
 */
@Tag("instrumented")
final class WireFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void hellosAreHeardOrNot(byte[] bytes) {
    RelayTlsHello whole = new RelayTlsHello();
    whole.hear(bytes, 0, bytes.length);
    RelayTlsHello pieces = new RelayTlsHello();
    for (int i = 0; i < bytes.length; i += 7) {
      pieces.hear(bytes, i, Math.min(7, bytes.length - i));
    }
    if (whole.seen() && !pieces.seen()) {
      throw new AssertionError("what is heard depends on how it arrives");
    }
  }

  @FuzzTest(maxDuration = "60s")
  void rangesAreRunsOfNumbers(byte[] bytes) {
    Ranges ranges = Ranges.parse(bytes.length, bytes);
    if (ranges.runs().size() > bytes.length / Ranges.BYTES) {
      throw new AssertionError("more runs than bytes");
    }
    ranges.contains(bytes.length);
  }

  @FuzzTest(maxDuration = "60s")
  void messagesBreakNothing(byte[] script) {
    Forger.run(script);
  }

  @FuzzTest(maxDuration = "60s")
  void namesAreOursOrNobodys(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    PeerName.of(text)
        .ifPresent(
            name -> {
              if (!name.uri().equals(text)) {
                throw new AssertionError("two ways to write " + name);
              }
            });
  }
}
