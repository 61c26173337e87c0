package drawbridge.agent;

import static drawbridge.agent.Operations.changing;
import static drawbridge.agent.Operations.reading;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.ViewReply;
import drawbridge.relay.wire.ViewReply.Seen;
import drawbridge.relay.wire.ViewRequest;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent says that a caller may see. */
class ViewsTest {
  private static final String RULES =
      """
        - { name: apps, allow: [orders/v1/Find], to: { certificate: { subject: CN=apim } }, limits: { calls: 600/min, rows: 100, bytes: 10MB, time: 20s } }
        - { name: nightly, allow: [orders/v1/*], to: { certificate: { subject: CN=batch } }, limits: { time: 300s } }
        - { name: authors, view: [orders/v1], to: { certificate: { subject: CN=author } } }
        - { name: never, deny: [orders/v1/Add], to: { certificate: { subject: CN=batch } } }
      """;

  @TempDir Path folder;

  private ViewReply seen(String subject) throws Exception {
    try (Bridge bridge =
        new Bridge(
            folder,
            RULES,
            reading("Find", (call, answer) -> {}),
            changing("Add", (call, answer) -> {}))) {
      BlockingQueue<ViewReply> replies = new LinkedBlockingQueue<>();
      bridge
          .stub()
          .view(
              ViewRequest.newBuilder()
                  .setCaller(Caller.newBuilder().setSubject(subject).setIssuer("CN=CA"))
                  .build(),
              new StreamObserver<>() {
                @Override
                public void onNext(ViewReply reply) {
                  replies.add(reply);
                }

                @Override
                public void onError(Throwable e) {
                  throw new AssertionError(e);
                }

                @Override
                public void onCompleted() {}
              });
      ViewReply reply = replies.poll(10, TimeUnit.SECONDS);
      return java.util.Objects.requireNonNull(reply);
    }
  }

  @Test
  void aStrangerSeesNothing() throws Exception {
    assertEquals(ViewReply.getDefaultInstance(), seen("CN=stranger"));
  }

  @Test
  void aCallerSeesWhatItMayCallAndNothingOfTheRest() throws Exception {
    Seen orders = seen("CN=apim").getApis(0);
    assertFalse(orders.getWhole());
    assertEquals(1, orders.getOperationsCount());
    assertEquals("Find", orders.getOperations(0).getName());
    assertTrue(orders.getOperations(0).getCallable());
    assertEquals("600/min", orders.getOperations(0).getLimits().getCalls());
    assertEquals(20, orders.getOperations(0).getLimits().getSeconds());
    assertEquals(0, orders.getOperations(0).getRulesCount());
  }

  @Test
  void whatIsDeniedIsNotSeen() throws Exception {
    Seen orders = seen("CN=batch").getApis(0);
    assertEquals(1, orders.getOperationsCount());
    assertEquals("Find", orders.getOperations(0).getName());
  }

  @Test
  void whoeverViewsAnApiSeesAllOfItAndWhichRulesAllowIt() throws Exception {
    Seen orders = seen("CN=author").getApis(0);
    assertTrue(orders.getWhole());
    assertEquals(2, orders.getOperationsCount());
    assertFalse(orders.getOperations(0).getCallable());
    assertEquals("[apps, nightly]", orders.getOperations(0).getRulesList().toString());
  }

  @Test
  void theCatalogueSaysHowLongTheLongestRuleLetsAnOperationRun() throws Exception {
    try (Bridge bridge = new Bridge(folder, RULES, reading("Find", (call, answer) -> {}))) {
      assertEquals(300, bridge.feed.current().getApis(0).getOperations(0).getSeconds());
    }
  }
}
