package drawbridge.adapters;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks what a caller gave against what an operation declares. Every mistake is {@link
 * Fault.Code#INVALID_ARGUMENT} and names the parameter, never the value.
 */
public final class Arguments {
  /** Headers in {@link Request#headers()}, in lower case. */
  public static final Set<String> HEEDED =
      Set.of("if-match", "if-none-match", "idempotency-key", "prefer");

  private Arguments() {}

  /**
   * One value as it arrived.
   *
   * @param value percent-decoded
   */
  public record Given(String name, String value, Parameter.In in) {}

  /**
   * The arguments by name, each in the Java type of its parameter: String, Integer, Long,
   * BigDecimal, Double, Boolean, LocalDate, LocalTime, LocalDateTime or (with an offset)
   * OffsetDateTime, UUID, byte[]; what is nested is a tree of {@code Map<String, Object>}, {@code
   * List<Object>}, String, BigDecimal, Boolean and null, unchecked. Defaults are filled in; what is
   * optional and not given is absent; an explicit null of a body is there with the value null.
   *
   * @param given from path, query and headers; headers that are not declared are passed over
   * @param body UTF-8 JSON, one object whose members are the parameters; null or empty: none
   */
  public static Map<String, Object> read(
      Operation operation, List<Given> given, byte @Nullable [] body) throws FaultException {
    Map<String, Object> values = new HashMap<>();
    List<Parameter> parameters = operation.parameters();
    for (Given one : given) {
      Parameter parameter = find(parameters, one.name(), one.in());
      if (parameter != null && reserved(operation, parameter)) {
        continue;
      }
      if (parameter != null) {
        put(values, parameter, Values.parse(parameter, one.value()));
      } else if (one.in() != Parameter.In.HEADER) {
        throw Fault.argument(shortened(one.name()), "this operation has no such parameter")
            .thrown();
      }
    }
    if (body != null && body.length > 0) {
      JsonBody.read(parameters, body, values);
    }
    for (Parameter parameter : parameters) {
      if (!values.containsKey(parameter.name())) {
        String otherwise = parameter.otherwise();
        if (otherwise != null) {
          values.put(parameter.name(), Values.parse(parameter, otherwise));
        } else if (parameter.required()) {
          throw Values.wrong(parameter, "is required");
        }
      }
    }
    return values;
  }

  /**
   * Options of a query and headers that mean the same for every operation: they are declared, so
   * that others are refused and documents list them, and travel in {@link Request}.
   */
  public static boolean reserved(Operation operation, Parameter parameter) {
    return switch (parameter.in()) {
      case QUERY ->
          parameter.name().startsWith("$")
              || (parameter.name().equals("page") && operation.traits().paged());
      case HEADER -> HEEDED.contains(parameter.name().toLowerCase(Locale.ROOT));
      case PATH, BODY -> false;
    };
  }

  static @Nullable Parameter find(List<Parameter> parameters, String name, Parameter.In in) {
    for (Parameter parameter : parameters) {
      if (parameter.in() == in
          && (in == Parameter.In.HEADER
              ? parameter.name().equalsIgnoreCase(name)
              : parameter.name().equals(name))) {
        return parameter;
      }
    }
    return null;
  }

  static void put(Map<String, Object> values, Parameter parameter, Object value)
      throws FaultException {
    if (values.putIfAbsent(parameter.name(), value) != null) {
      throw Values.wrong(parameter, "is given twice");
    }
  }

  /** A name that the caller made up goes back to it, so it is kept short and plain. */
  static String shortened(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9_$.-]", "?");
    return plain.length() <= 64 ? plain : plain.substring(0, 64);
  }
}
