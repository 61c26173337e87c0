package drawbridge.adapters;

import java.util.List;

/** What an API file says of an operation in the same words for every adapter; immutable. */
public record Outline(
    String id,
    String name,
    String summary,
    String description,
    String method,
    String path,
    List<Parameter> parameters,
    Traits traits) {

  /** The operation, with what only its adapter knows. */
  public Operation with(
      boolean safe, boolean single, List<Column> columns, Operation.Action action) {
    return new Operation(
        id,
        name,
        summary,
        description,
        method,
        path,
        parameters,
        List.copyOf(columns),
        safe,
        single,
        traits,
        action,
        AuditPlan.HASHED);
  }
}
