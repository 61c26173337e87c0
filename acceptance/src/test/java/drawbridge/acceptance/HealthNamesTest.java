package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What an admin can do wrong at Service Bus while the programs run is named in the log and in the
 * health of both, and over when it is mended, without a restart.
 */
@Timeout(400)
final class HealthNamesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String GATEWAY = "gateway-1";
  private static final String AGENT = "agent-a";

  private static Stack stack;
  private static Connector connector;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    connector = Connector.of(stack);
  }

  @AfterAll
  static void stop() {
    connector.close();
    stack.close();
  }

  /** Control requests that make it and mend it, and what is said meanwhile by each of both. */
  enum Mistake {
    WRONG_CLOCK(
        "/clock?ahead=2h",
        "/clock?ahead=0",
        "cannot receive from drawbridge.plant-1.agent-a: the login is refused: this machine's clock is 7",
        "cannot receive from drawbridge.gateway-1: the login is refused: this machine's clock is 7"),
    EXPIRED_KEY(
        "/deny?key=agent-a /deny?key=gateway-1",
        "/allow?key=agent-a /allow?key=gateway-1",
        "cannot receive from drawbridge.plant-1.agent-a: the login is refused: the shared access key “agent-a” has expired or is wrong",
        "cannot receive from drawbridge.gateway-1: the login is refused: the shared access key “gateway-1” has expired or is wrong"),
    LOST_RIGHT(
        "/take?key=agent-a&right=send&queue=drawbridge.gateway-1 /take?key=gateway-1&right=listen&queue=drawbridge.gateway-1",
        "/give?key=agent-a&right=send&queue=drawbridge.gateway-1 /give?key=gateway-1&right=listen&queue=drawbridge.gateway-1",
        "cannot send to drawbridge.gateway-1: the right Send is missing",
        "cannot receive from drawbridge.gateway-1: the right Listen is missing"),
    DELETED_QUEUE(
        "/delete?queue=drawbridge.gateway-1",
        "/create?queue=drawbridge.gateway-1",
        "cannot send to drawbridge.gateway-1: there is no such queue",
        "cannot receive from drawbridge.gateway-1: there is no such queue");

    private final String made;
    private final String mended;
    private final String agentSays;
    private final String gatewaySays;

    Mistake(String made, String mended, String agentSays, String gatewaySays) {
      this.made = made;
      this.mended = mended;
      this.agentSays = agentSays;
      this.gatewaySays = gatewaySays;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyMistakeIsNamedAndHealsWhenItIsMended(Mistake mistake) throws Exception {
    assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
    List<Long> processes = List.of(stack.pid(AGENT), stack.pid(GATEWAY));
    control(mistake.made);
    await("health of the gateway", () -> gatewaySays(mistake.gatewaySays), this::gateway);
    await("status of the agent", () -> agentSays(mistake.agentSays), this::agent);
    for (String fix : List.of(agent(), gateway())) {
      assertTrue(fix.contains("Fix: "), fix);
    }
    assertTrue(log(GATEWAY).contains(mistake.gatewaySays), "the log of the gateway");
    assertTrue(log(AGENT).contains(mistake.agentSays), "the log of the agent");
    control(mistake.mended);
    await("the gateway is well", () -> !gatewaySays("cannot "), this::gateway);
    await("the agent is well", () -> status().path("ok").asBoolean(), this::agent);
    await("a call succeeds", () -> connector.get(Showing.ALLOWED).statusCode() == 200, () -> "");
    assertEquals(processes, List.of(stack.pid(AGENT), stack.pid(GATEWAY)));
    assertFalse(stack.anyEnd().isDone(), "a program has ended");
    assertTrue(log(GATEWAY).contains("no longer: " + begin(mistake.gatewaySays)));
    assertTrue(log(AGENT).contains("no longer: " + begin(mistake.agentSays)));
  }

  private static void control(String requests) throws Exception {
    for (String request : requests.split(" ", -1)) {
      stack.control(request);
    }
  }

  private static String begin(String problem) {
    return problem.substring(0, problem.indexOf(':'));
  }

  // ---- what both say

  /** As an admin's monitoring reads it. */
  private String gateway() throws Exception {
    return PrivatePort.get(URI.create(stack.privateGateway(GATEWAY) + "/healthz"));
  }

  private boolean gatewaySays(String problem) throws Exception {
    for (JsonNode each : JSON.readTree(gateway()).path("problems")) {
      if (each.asText().contains(problem)) {
        return true;
      }
    }
    return false;
  }

  private String agent() throws Exception {
    List<String> words =
        List.of("status", "--json", "--config=" + stack.configuration(AGENT).toString());
    return Ran.of(Repository.java("agent", "drawbridge.agent.Main", words).toArray(String[]::new))
        .text();
  }

  private JsonNode status() throws Exception {
    return JSON.readTree(agent());
  }

  private boolean agentSays(String problem) throws Exception {
    for (JsonNode each : status().path("troubles")) {
      if (each.toString().contains(problem)) {
        return true;
      }
    }
    return false;
  }

  private static String log(String program) throws Exception {
    return Files.readString(stack.log(program));
  }

  private interface Question<T> {
    T ask() throws Exception;
  }

  private static void await(String what, Question<Boolean> condition, Question<String> instead)
      throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.ask()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("never: " + what + "; it says " + instead.ask());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }
}
