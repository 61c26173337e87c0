package drawbridge.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.settings.Answers.Rule;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private final Answers alone = new Answers(Optional.empty());

  /** Somebody who answers in this order, then hangs up. */
  private static Answers with(String... lines) {
    Deque<String> left = new ArrayDeque<>(List.of(lines));
    return new Answers(
        Optional.of(
            new Answers.Asked() {
              @Override
              public @Nullable String line(String prompt) {
                return left.poll();
              }

              @Override
              public @Nullable String hidden(String prompt) {
                return left.poll();
              }
            }));
  }

  @Test
  void withoutATerminalAllThatIsMissingIsNamedAtOnce() {
    alone.needed("--site", null, "Site", "plant-1", Rule.NAME);
    alone.needed("--name", null, "Name", "agent-a", Rule.NAME);
    alone.needed("--gateway", "Gateway 1", "", "", Rule.NAME);
    assertEquals("8443", alone.usual("--port", null, "Port", "8443", Rule.PLAIN));
    assertEquals("", alone.optional("--proxy", null, "Proxy", Rule.PLAIN));
    assertEquals(3, alone.mistakes().size());
    assertTrue(alone.mistakes().get(0).startsWith("--site is missing"), alone.mistakes()::toString);
    assertTrue(alone.mistakes().get(2).contains("“Gateway 1” is not"), alone.mistakes()::toString);
  }

  @Test
  void anExampleIsTakenByWhoeverIsAskedAndNeverWithoutAsking() {
    assertEquals("plant-1", with("").needed("--site", null, "Site", "plant-1", Rule.NAME));
    assertEquals("", alone.needed("--site", null, "Site", "plant-1", Rule.NAME));
  }

  @Test
  void aWrongAnswerIsAskedForAgain() {
    Answers answers = with("Plant 1", "plant-1");
    assertEquals("plant-1", answers.needed("--site", null, "Site", "", Rule.NAME));
    assertTrue(answers.mistakes().isEmpty());
    Answers silent = with();
    assertEquals("", silent.needed("--site", null, "Site", "", Rule.NAME));
    assertEquals(1, silent.mistakes().size());
  }

  @Test
  void whatWouldEndAValueInAFileIsRefused() {
    alone.needed("--key-name", "a\", b: \"c", "", "", Rule.PLAIN);
    alone.needed("--key-name", "a\nb: c", "", "", Rule.PLAIN);
    assertEquals(2, alone.mistakes().size());
  }
}
