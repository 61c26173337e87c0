package drawbridge.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.adapters.Answer;
import drawbridge.adapters.AuditPlan;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Traits;
import drawbridge.adapters.Type;
import java.io.IOException;
import java.io.OutputStream;
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

  /** Answers with this JSON. */
  static void write(Answer answer, String text) throws FaultException {
    try (OutputStream out = answer.begin(200, "application/json")) {
      out.write(text.getBytes(UTF_8));
    } catch (IOException e) {
      throw Fault.of(Fault.Code.CANCELLED, "The answer was not wanted.", e).thrown();
    }
  }

  /** Answers one row with the argument {@code n}. */
  static void hello(Call call, Answer answer) throws FaultException {
    write(answer, "[{\"n\":" + call.arguments().get("n") + "}]");
    answer.rows(1);
  }
}
