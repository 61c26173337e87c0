package drawbridge.gateway;

import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.List;

/** The headers of a request that its operation may see. */
final class ForwardedHeaders {
  /** What an operation may heed beside its parameters; the agent refuses what it can't. */
  private static final List<String> HEEDED =
      List.of("If-Match", "If-None-Match", "Idempotency-Key", "Prefer");

  private ForwardedHeaders() {}

  static void add(Head.Builder head, Headers headers, Operation operation) {
    for (Parameter parameter : operation.getParametersList()) {
      if (parameter.getIn() == Parameter.In.HEADER
          && HEEDED.stream().noneMatch(parameter.getName()::equalsIgnoreCase)) {
        add(head, headers, parameter.getName());
      }
    }
    HEEDED.forEach(name -> add(head, headers, name));
  }

  private static void add(Head.Builder head, Headers headers, String name) {
    headers
        .value(HeaderNames.create(name))
        .ifPresent(
            value ->
                head.addArguments(
                    Argument.newBuilder()
                        .setName(name)
                        .setValue(value)
                        .setIn(Parameter.In.HEADER)));
  }
}
