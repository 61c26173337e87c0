package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two processes of one name read one mailbox, so that each takes about half of the other's
 * messages. The newer one stays, the older one is told so, and neither comes back.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(180)
class TwinTest {
  private static final String SECOND = "a second process reads the mailbox ";

  @TempDir Path folder;
  private RelayHarness one;
  private RelayHarness other;
  private LocalBroker broker = new LocalBroker();

  @BeforeEach
  void start() throws Exception {
    one = new RelayHarness(folder);
    other = one.another();
    broker.close();
    broker = new LocalBroker(one.mailboxOfAgent(), one.mailboxOfGateway());
  }

  @AfterEach
  void end() {
    other.close();
    one.close();
    broker.close();
  }

  private void await(Condition condition, String what) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < until, "never: " + what);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  @Test
  void ofTwoAgentsTheNewerOneStays() throws Exception {
    one.start(broker.carrier(one.mailboxOfAgent()), broker.carrier(one.mailboxOfGateway()));
    assertEquals("a", RelayContract.call(one.link(), "a").get(30, TimeUnit.SECONDS));

    other.startAgent(broker.carrier(one.mailboxOfAgent()));
    await(
        () -> one.agentProblems().equals(List.of(SECOND + one.mailboxOfAgent())),
        "the older one sees the newer one");
    one.await("superseded gateway gateway-1");
    await(
        () ->
            one.gatewayProblems().stream()
                .anyMatch(said -> said.startsWith("a second process at " + one.mailboxOfAgent())),
        "the gateway's health names the two");
    one.closeAgent();

    AgentLink link = one.link();
    while (!one.links.isEmpty()) {
      link = one.link();
    }
    assertEquals("b", RelayContract.call(link, "b").get(30, TimeUnit.SECONDS));
    assertEquals(1, other.echo.calls.get(), "the newer one answers");
    assertEquals(Set.of("gateway gateway-1"), one.superseded, "the older agent alone is told");
    assertEquals(Set.of(), other.superseded, "the newer one stays");
  }

  @Test
  void ofTwoGatewaysTheNewerOneStays() throws Exception {
    one.start(broker.carrier(one.mailboxOfAgent()), broker.carrier(one.mailboxOfGateway()));
    assertEquals("a", RelayContract.call(one.link(), "a").get(30, TimeUnit.SECONDS));
    other.startGateway(broker.carrier(one.mailboxOfGateway()));
    AgentLink link = other.link();
    long proved = System.nanoTime();
    one.await("superseded agent agent-a");
    // Until then it takes half of what is meant for the newer one.
    assertTrue(System.nanoTime() - proved < TimeUnit.SECONDS.toNanos(20), "told late");
    one.stopGateway();
    assertEquals("b", RelayContract.call(link, "b").get(30, TimeUnit.SECONDS));
    assertEquals(
        Set.of("agent agent-a of plant-1"), one.superseded, "the older gateway alone is told");
    assertEquals(Set.of(), other.superseded, "the newer one stays");
  }
}
