package drawbridge.adapters.sql;

import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Type;
import java.util.ArrayList;
import java.util.List;

/** What a {@code :name} of an API file stands for. */
sealed interface Bind {
  /** A parameter of the operation. */
  record Given(Parameter parameter) implements Bind {}

  /** An attribute of the authenticated caller. */
  record Caller(String attribute) implements Bind {}

  /**
   * The values of a call.
   *
   * @throws FaultException FORBIDDEN where the caller lacks an attribute: NULL in its place could
   *     mean anything
   */
  static List<Sql.Bound> values(List<Bind> binds, Call call) throws FaultException {
    List<Sql.Bound> values = new ArrayList<>(binds.size());
    for (Bind bind : binds) {
      values.add(
          switch (bind) {
            case Given(Parameter parameter) ->
                new Sql.Bound(parameter.type(), call.arguments().get(parameter.name()));
            case Caller(String attribute) -> {
              String value = call.request().caller().get(attribute);
              if (value == null) {
                throw Fault.of(
                        Fault.Code.FORBIDDEN,
                        "this operation needs to know more of its caller than is known")
                    .thrown();
              }
              yield new Sql.Bound(Type.STRING, value);
            }
          });
    }
    return values;
  }

  /** Nulls of the right types, for a statement that is only described. */
  static List<Sql.Bound> nulls(List<Bind> binds) {
    return binds.stream()
        .map(
            bind ->
                switch (bind) {
                  case Given(Parameter parameter) -> new Sql.Bound(parameter.type(), null);
                  case Caller _ -> new Sql.Bound(Type.STRING, null);
                })
        .toList();
  }
}
