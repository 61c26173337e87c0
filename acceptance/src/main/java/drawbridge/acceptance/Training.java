package drawbridge.acceptance;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run of a laid-out agent and gateway for their caches: both start, lower the bridge, answer
 * calls as connectors make them, and end. The packaging script calls it with the start script of
 * each and the file that its JVM shall record into.
 */
final class Training {
  /** Enough for what a call needs to be loaded. */
  private static final int CALLS = 100;

  /** Writing what was recorded takes a JVM seconds, on a busy machine many. */
  static final long PATIENCE_SECONDS = 180;

  private static final List<String> PATHS =
      List.of(
          "/orders/v1/customers/17/orders",
          "/orders/v1/order/17",
          "/orders/v1/orders/by-note?beginning=a",
          "/orders/v1/customers/17",
          "/orders/v1/nothing");

  /**
   * Classes, and not which methods were hot: at a start nobody has time to compile them all at
   * once.
   */
  static final List<String> RECORD =
      List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining");

  private Training() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 4) {
      throw new IllegalArgumentException("AGENT AGENT-RECORD GATEWAY GATEWAY-RECORD, please");
    }
    try (Stack stack = Stack.start(StackPlan.small().withRows(1_000), line -> {})) {
      stack.stop("agent-a");
      stack.stop("gateway-1");
      RunningProgram gateway = stack.run("gateway-1", List.of(arguments[2]), record(arguments[3]));
      RunningProgram agent = stack.run("agent-a", List.of(arguments[0]), record(arguments[1]));
      gateway.awaitReady();
      agent.awaitReady();
      stack.awaitReady("gateway-1");
      call(stack);
      agent.end(PATIENCE_SECONDS, TimeUnit.SECONDS);
      gateway.end(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static Map<String, String> record(String file) {
    return Map.of(
        "DRAWBRIDGE_JAVA_OPTIONS",
        String.join(" ", RECORD) + " -XX:AOTMode=record -XX:AOTConfiguration=" + file);
  }

  /** Calls as connectors make them. */
  static void call(Stack stack) throws Exception {
    try (Connector connector = Connector.of(stack)) {
      for (int i = 0; i < CALLS; i++) {
        HttpResponse<String> answer = connector.get(PATHS.get(i % PATHS.size()));
        if (i % PATHS.size() < 2 && answer.statusCode() != 200) {
          throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
      }
      connector.stream("/orders/v1/orders");
    }
  }
}
