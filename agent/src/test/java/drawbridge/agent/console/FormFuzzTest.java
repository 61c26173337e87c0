package drawbridge.agent.console;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a browser sends to the console is fields or said to be none. Runs its seeds as a test; with
 * {@code JAZZER_FUZZ=1} in the environment it searches.
 */
final class FormFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void aFormHasFieldsOrIsRefused(byte[] bytes) {
    Map<String, String> fields = new LinkedHashMap<>();
    try {
      Form.decode(new String(bytes, StandardCharsets.UTF_8), fields);
    } catch (Form.Wrong e) {
      if (e.getMessage() == null) {
        throw new AssertionError("no reason", e);
      }
    }
    if (fields.size() > bytes.length) {
      throw new AssertionError("fields that nobody sent: " + fields);
    }
  }
}
