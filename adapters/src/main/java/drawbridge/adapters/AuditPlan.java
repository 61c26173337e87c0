package drawbridge.adapters;

import drawbridge.settings.Section;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What of an operation's values the audit log keeps, beyond keyed hashes of all arguments;
 * immutable.
 *
 * @param columns of the answer whose values are recorded, such as {@code [id]}
 * @param clear arguments and columns that are recorded as they are
 * @param omitted arguments of which only the name is recorded
 */
public record AuditPlan(List<String> columns, Set<String> clear, Set<String> omitted) {
  /** Everything hashed, and no columns. */
  public static final AuditPlan HASHED = new AuditPlan(List.of(), Set.of(), Set.of());

  public AuditPlan {
    columns = List.copyOf(columns);
    clear = Set.copyOf(clear);
    omitted = Set.copyOf(omitted);
  }

  /** Reads {@code audit-columns}, {@code audit-clear} and {@code audit-omit} of an operation. */
  static AuditPlan read(Section operation, List<Parameter> parameters) {
    List<String> columns = texts(operation, "audit-columns");
    List<String> clear = texts(operation, "audit-clear");
    List<String> omitted = texts(operation, "audit-omit");
    Set<String> names = new LinkedHashSet<>();
    parameters.forEach(parameter -> names.add(parameter.name()));
    for (String name : omitted) {
      if (!names.contains(name)) {
        throw operation.wrong(
            "audit-omit", "“" + name + "” is no parameter", "name one of “parameters”");
      }
    }
    for (String name : clear) {
      if ((!names.contains(name) && !columns.contains(name)) || omitted.contains(name)) {
        throw operation.wrong(
            "audit-clear",
            "“" + name + "” is no parameter and no audited column, or it is omitted",
            "name one of “parameters” or of “audit-columns”");
      }
    }
    return new AuditPlan(columns, new LinkedHashSet<>(clear), new LinkedHashSet<>(omitted));
  }

  private static List<String> texts(Section operation, String key) {
    return operation.has(key) ? operation.texts(key) : List.of();
  }
}
