package drawbridge.adapters.sql;

import com.code_intelligence.jazzer.junit.FuzzTest;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Type;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Whatever stands in {@code $filter}, it is a filter or the caller's mistake. Runs its seeds as a
 * test; with {@code JAZZER_FUZZ=1} in the environment it searches.
 */
final class FilterFuzzTest {
  private static final Map<String, Filter.Field> FIELDS =
      Map.of(
          "name", new Filter.Field("name", "name", Type.STRING, true),
          "amount", new Filter.Field("amount", "amount", Type.DECIMAL, true),
          "day", new Filter.Field("day", "day_of", Type.DATE, true),
          "open", new Filter.Field("open", "is_open", Type.BOOLEAN, true));

  @FuzzTest(maxDuration = "60s")
  void aFilterIsReadOrRefused(byte[] bytes) {
    try {
      FilterParser.parse("$filter", new String(bytes, StandardCharsets.UTF_8), FIELDS::get);
    } catch (FaultException e) {
      if (e.fault().code() != Fault.Code.INVALID_ARGUMENT) {
        throw new AssertionError("not the caller's mistake", e);
      }
    }
  }
}
