package drawbridge.agent.policy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Names of certificates come from the gateway, which may send anything: each is a name with one
 * spelling, or none. Runs its seeds as a test; with {@code JAZZER_FUZZ=1} in the environment it
 * searches.
 */
final class NameFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void aNameHasOneSpellingOrIsNone(byte[] bytes) {
    Optional<String> name = Caller.canonical(new String(bytes, StandardCharsets.UTF_8));
    if (name.isPresent() && name.get().isEmpty()) {
      throw new AssertionError("a name without a word");
    }
  }
}
