package drawbridge.agent;

import drawbridge.adapters.AuditPlan;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Traits;
import drawbridge.adapters.Type;
import java.util.List;

/** Operations of an API {@code orders/v1} for tests. */
final class Operations {
  private Operations() {}

  static Operation reading(String name, Operation.Action action) {
    return operation(name, "GET", true, action);
  }

  static Operation changing(String name, Operation.Action action) {
    return operation(name, "POST", false, action);
  }

  private static Operation operation(
      String name, String method, boolean safe, Operation.Action action) {
    return new Operation(
        "orders/v1/" + name,
        name,
        "",
        "",
        method,
        "/" + name,
        List.of(new Parameter("n", Parameter.In.QUERY, Type.INTEGER, false, null, "")),
        List.of(),
        safe,
        false,
        Traits.PLAIN,
        action,
        AuditPlan.HASHED);
  }
}
