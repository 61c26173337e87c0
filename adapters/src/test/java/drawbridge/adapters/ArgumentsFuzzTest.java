package drawbridge.adapters;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Bodies and values as any connector may send them: each becomes what its type says, or a fault
 * that names the parameter. Runs its seeds as a test; with {@code JAZZER_FUZZ=1} in the environment
 * it searches.
 */
final class ArgumentsFuzzTest {
  private static final Operation OPERATION = operation();

  /** A parameter of each type in the body, and one in the query. */
  private static Operation operation() {
    List<Parameter> parameters = new ArrayList<>();
    for (Type type : Type.values()) {
      String name = type.name().toLowerCase(Locale.ROOT);
      parameters.add(new Parameter(name, Parameter.In.BODY, type, false, null, ""));
      if (type != Type.OBJECT) {
        parameters.add(new Parameter("q-" + name, Parameter.In.QUERY, type, false, null, ""));
      }
    }
    return new Outline("a/v1/Op", "Op", "", "", "POST", "/x", parameters, Traits.PLAIN)
        .with(false, false, List.of(), (call, answer) -> {});
  }

  private static void read(List<Arguments.Given> given, byte[] body) {
    try {
      Map<String, Object> values = Arguments.read(OPERATION, given, body);
      for (String name : values.keySet()) {
        if (OPERATION.parameters().stream().noneMatch(one -> one.name().equals(name))) {
          throw new AssertionError("nobody declared " + name);
        }
      }
    } catch (FaultException e) {
      if (e.fault().code() != Fault.Code.INVALID_ARGUMENT || e.fault().message().length() > 1_000) {
        throw new AssertionError(e.fault().toString(), e);
      }
    }
  }

  @FuzzTest(maxDuration = "60s")
  void aBodyIsReadOrRefused(byte[] body) {
    read(List.of(), body);
  }

  @FuzzTest(maxDuration = "60s")
  void aValueIsReadOrRefusedByEachType(byte[] text) {
    String value = new String(text, StandardCharsets.UTF_8);
    for (Parameter parameter : OPERATION.parameters()) {
      if (parameter.in() == Parameter.In.QUERY) {
        read(
            List.of(new Arguments.Given(parameter.name(), value, Parameter.In.QUERY)), new byte[0]);
      }
    }
  }
}
