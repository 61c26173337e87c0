package drawbridge.adapters;

import java.util.List;

/**
 * A named thing that a connector may call; immutable.
 *
 * @param id {@code api/version/name}, such as {@code orders/v1/FindOrders}
 * @param method upper case
 * @param path below the API, with {@code {parameter}} segments
 * @param columns empty where they are not known before the first call
 * @param safe may run twice without harm: a GET on a read-only connection, or the file says so
 * @param single answers one object (404 where there is none) rather than a list
 * @param traits what documents say beyond this
 * @param audit what the audit log keeps of its values
 */
public record Operation(
    String id,
    String name,
    String summary,
    String description,
    String method,
    String path,
    List<Parameter> parameters,
    List<Column> columns,
    boolean safe,
    boolean single,
    Traits traits,
    Action action,
    AuditPlan audit) {
  /** The same, with what the audit log keeps of it. */
  public Operation audited(AuditPlan plan) {
    return new Operation(
        id,
        name,
        summary,
        description,
        method,
        path,
        parameters,
        columns,
        safe,
        single,
        traits,
        action,
        plan);
  }

  /** What an operation does; made by its adapter, thread-safe. */
  public interface Action {
    /**
     * Runs once on the calling (virtual) thread and returns when the answer is complete. Stops, and
     * rolls back, when the deadline passes or the call is cancelled.
     *
     * @throws FaultException instead of an answer, or in the middle of one
     */
    void run(Call call, Answer answer) throws FaultException;
  }
}
