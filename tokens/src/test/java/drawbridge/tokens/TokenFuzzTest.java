package drawbridge.tokens;

import com.code_intelligence.jazzer.junit.FuzzTest;
import drawbridge.certs.SampleTokens;
import drawbridge.relay.NetworkSettings;
import drawbridge.settings.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;

/**
 * Whatever text stands where a token should, it is refused: nobody but the issuer of our own key
 * makes one. Runs its seeds as a test; with {@code JAZZER_FUZZ=1} in the environment it searches.
 */
final class TokenFuzzTest {
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  private static final TokenVerifier VERIFIER = verifier();

  private static TokenVerifier verifier() {
    try {
      Path keys = Files.createTempFile("keys", ".json");
      try {
        Files.writeString(keys, SampleTokens.keys(SampleTokens.create("k1")));
        Section section =
            Section.parse(
                keys.resolveSibling("agent.yaml"),
                "tenant: %s\naudience: [api://drawbridge]\nkeys: { file: %s }\n"
                    .formatted(SampleTokens.TENANT, keys));
        return TokenVerifier.open(TokenSettings.read(section), NetworkSettings.DIRECT, () -> NOON);
      } finally {
        Files.delete(keys);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void nothingButATokenIsBelieved(byte[] bytes) {
    try {
      Token token = VERIFIER.verify(new String(bytes, StandardCharsets.UTF_8));
      throw new AssertionError("believed: " + token);
    } catch (TokenRefused e) {
      if (e.reason() == null) {
        throw new AssertionError("no reason", e);
      }
    }
  }

  @FuzzTest(maxDuration = "60s")
  void keysArePublicOrNone(byte[] bytes) {
    try {
      Keys.parse(bytes)
          .forEach(
              (id, key) -> {
                if (key.isPrivate()) {
                  throw new AssertionError("a private key was taken for a public one");
                }
              });
    } catch (ParseException e) {
      if (e.getMessage() == null) {
        throw new AssertionError("no reason", e);
      }
    }
  }
}
