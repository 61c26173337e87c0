package drawbridge.agent;

import drawbridge.adapters.Arguments;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Request;
import drawbridge.adapters.Restrictions;
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Parameter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What came with a call beyond its arguments, in the words of adapters. */
final class Requests {
  private Requests() {}

  /**
   * Reads it.
   *
   * @throws FaultException a header that this operation can't heed, and whose sender relies on it
   */
  static Request of(
      Operation operation,
      Head head,
      Map<String, String> caller,
      Restrictions restrictions,
      PageKey key)
      throws FaultException {
    Map<String, String> headers = new HashMap<>();
    Map<String, String> options = new HashMap<>();
    for (Argument one : head.getArgumentsList()) {
      if (one.getIn() == Parameter.In.HEADER) {
        String name = one.getName().toLowerCase(Locale.ROOT);
        if (Arguments.HEEDED.contains(name)) {
          headers.put(name, one.getValue());
        }
      } else if (one.getIn() == Parameter.In.QUERY
          && (one.getName().startsWith("$")
              || (one.getName().equals("page") && operation.traits().paged()))) {
        options.put(one.getName(), one.getValue());
      }
    }
    check(operation, headers);
    return new Request(
        caller,
        restrictions,
        headers,
        options,
        url(head),
        key.seal(new TreeMap<>(caller).toString(), operation.id()));
  }

  private static void check(Operation operation, Map<String, String> headers)
      throws FaultException {
    if (headers.containsKey("if-match") && !operation.traits().conditional()) {
      throw Fault.argument("If-Match", "This operation has no ETags, so it can't heed If-Match.")
          .thrown();
    }
    boolean idempotent =
        operation.parameters().stream()
            .anyMatch(parameter -> parameter.name().equalsIgnoreCase("Idempotency-Key"));
    if (headers.containsKey("idempotency-key") && !idempotent) {
      throw Fault.argument(
              "Idempotency-Key", "This operation keeps no keys, so it can't heed Idempotency-Key.")
          .thrown();
    }
  }

  /** The path begins with API and version, as the base URL ends with them. */
  private static String url(Head head) {
    String path = head.getPath();
    int version = path.indexOf('/', 1);
    int rest = version < 0 ? -1 : path.indexOf('/', version + 1);
    return head.getBaseUrl() + (rest < 0 ? "" : path.substring(rest));
  }
}
