package drawbridge.agent;

import static drawbridge.agent.Bridge.ALL;
import static drawbridge.agent.Bridge.await;
import static drawbridge.agent.Bridge.chunk;
import static drawbridge.agent.Bridge.head;
import static drawbridge.agent.Operations.changing;
import static drawbridge.agent.Operations.reading;
import static drawbridge.agent.Operations.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.DescribeRequest;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls of which something goes wrong: in the action, in their number, in the audit log. */
class BridgeFailuresTest {
  @TempDir Path folder;

  @Test
  void whatNobodyExpectedIsInternalAndTellsNothing() throws Exception {
    try (Bridge bridge =
        new Bridge(
            folder,
            ALL,
            reading(
                "Find",
                (call, answer) -> {
                  throw new IllegalStateException("secret detail");
                }),
            reading("Silent", (call, answer) -> {}),
            changing(
                "Add",
                (call, answer) -> {
                  throw new StackOverflowError();
                }))) {
      var fault = bridge.call(head("Find")).fault();
      assertEquals(Code.INTERNAL, fault.getCode());
      assertFalse(fault.toString().contains("secret"));
      assertTrue(fault.getRetryable());
      assertEquals(Code.INTERNAL, bridge.call(head("Silent")).fault().getCode());
      assertEquals(Code.OUTCOME_UNKNOWN, bridge.call(head("Add")).fault().getCode());
    }
  }

  @Test
  void everyFaultOfAnActionHasItsCodeAndSaysWhetherToRetry() throws Exception {
    List<Fault.Code> retryableRead =
        List.of(
            Fault.Code.BUSY,
            Fault.Code.SOURCE_UNAVAILABLE,
            Fault.Code.SOURCE_ERROR,
            Fault.Code.DEADLINE_EXCEEDED,
            Fault.Code.CANCELLED,
            Fault.Code.INTERNAL);
    List<Fault.Code> retryableWrite = List.of(Fault.Code.BUSY, Fault.Code.SOURCE_UNAVAILABLE);
    List<Fault.Code> open =
        List.of(
            Fault.Code.DEADLINE_EXCEEDED,
            Fault.Code.CANCELLED,
            Fault.Code.INTERNAL,
            Fault.Code.OUTCOME_UNKNOWN);
    for (Fault.Code code : Fault.Code.values()) {
      Path own = Files.createDirectory(folder.resolve(code.name()));
      drawbridge.adapters.Operation.Action failing =
          (call, answer) -> {
            throw Fault.of(code, "A safe sentence.").thrown();
          };
      try (Bridge bridge =
          new Bridge(own, ALL, reading("Find", failing), changing("Add", failing))) {
        var read = bridge.call(head("Find")).fault();
        assertEquals(code.name(), read.getCode().name());
        assertEquals("A safe sentence.", read.getMessage());
        assertEquals(retryableRead.contains(code), read.getRetryable(), code.name());
        var write = bridge.call(head("Add")).fault();
        assertEquals(open.contains(code) ? "OUTCOME_UNKNOWN" : code.name(), write.getCode().name());
        assertEquals(retryableWrite.contains(code), write.getRetryable(), code.name());
      }
    }
  }

  @Test
  void aChangeIsNotBegunTwice() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    try (Bridge bridge =
        new Bridge(
            folder,
            ALL,
            changing(
                "Add",
                (call, answer) -> {
                  runs.incrementAndGet();
                  write(answer, "{}");
                }))) {
      Head.Builder first = head("Add");
      assertEquals("{}", bridge.call(first).body());
      var again = bridge.call(first.clone().setAttempt(2)).fault();
      assertEquals(Code.OUTCOME_UNKNOWN, again.getCode());
      assertFalse(again.getRetryable());
      assertEquals(Code.OUTCOME_UNKNOWN, bridge.call(first.clone()).fault().getCode());
      assertEquals(1, runs.get());
      assertEquals(1, bridge.records("begin").size());
      assertEquals("unknown", bridge.records("refused").getFirst().get("outcome"));
    }
  }

  @Test
  void tooManyCallsAtOnceAreRefusedAtOnce() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Bridge bridge =
        new Bridge(
            folder,
            new Calls.Bounds(1, 1 << 20),
            ALL,
            reading(
                "Find",
                (call, answer) -> {
                  running.countDown();
                  await(goOn);
                  write(answer, "[]");
                }))) {
      Bridge.Exchange first = bridge.begin(head("Find"));
      await(running);
      var busy = bridge.call(head("Find")).fault();
      assertEquals(Code.BUSY, busy.getCode());
      assertTrue(busy.getRetryable());
      goOn.countDown();
      assertEquals("[]", first.toEnd().body());
    }
  }

  // ---- the audit log fails

  @Test
  void whatCannotBeRecordedIsNotExecuted() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    drawbridge.adapters.Operation.Action counting =
        (call, answer) -> {
          runs.incrementAndGet();
          write(answer, "{}");
        };
    try (Bridge bridge =
        new Bridge(folder, ALL, reading("Find", counting), changing("Add", counting))) {
      Path away = Files.move(bridge.audit, folder.resolve("away"));
      var add = bridge.call(head("Add")).fault();
      assertEquals(Code.AUDIT_UNAVAILABLE, add.getCode());
      assertTrue(add.getRetryable(), "nothing ran");
      assertEquals(Code.AUDIT_UNAVAILABLE, bridge.call(head("Find")).fault().getCode());
      assertEquals(Code.AUDIT_UNAVAILABLE, bridge.call(head("Nothing")).fault().getCode());
      assertEquals(0, runs.get());
      Files.move(away, bridge.audit);
      assertEquals("{}", bridge.call(head("Add")).body());
      assertEquals("{}", bridge.call(head("Find")).body());
    }
  }

  @Test
  void anEndThatCannotBeRecordedIsNotReleased() throws Exception {
    Path away = folder.resolve("away");
    Path audit = folder.resolve("audit");
    drawbridge.adapters.Operation.Action losing =
        (call, answer) -> {
          write(answer, "q".repeat("long".equals(call.arguments().get("body")) ? 300_000 : 10));
          try {
            Files.move(audit, away);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        };
    try (Bridge bridge =
        new Bridge(folder, ALL, reading("Find", losing), changing("Add", losing))) {
      Bridge.Exchange read = bridge.call(head("Find"));
      assertEquals(Code.AUDIT_UNAVAILABLE, read.fault().getCode());
      assertEquals(1, read.replies.size(), "nothing of the answer left");
      Files.move(away, audit);
      assertEquals(Code.OUTCOME_UNKNOWN, bridge.call(head("Add")).fault().getCode());
      Files.move(away, audit);
      Bridge.Exchange stream =
          bridge.begin(head("Find"), Integer.MAX_VALUE, chunk("long").setLast(true)).toEnd();
      assertTrue(stream.replies.size() > 1, "it had begun");
      assertEquals(Code.AUDIT_UNAVAILABLE, stream.fault().getCode());
      Files.move(away, audit);
    }
  }

  // ---- the catalogue

  @Test
  void theCatalogueComesAtOnceAndAgainWhenItChanges() throws Exception {
    try (Bridge bridge = new Bridge(folder, ALL, reading("Find", Operations::hello))) {
      BlockingQueue<Catalogue> heard = new LinkedBlockingQueue<>();
      bridge
          .stub()
          .describe(
              DescribeRequest.newBuilder().setGateway("gateway-1").build(),
              new StreamObserver<>() {
                @Override
                public void onNext(Catalogue catalogue) {
                  heard.add(catalogue);
                }

                @Override
                public void onError(Throwable e) {}

                @Override
                public void onCompleted() {}
              });
      Catalogue first = heard.poll(10, TimeUnit.SECONDS);
      assertEquals("d1", first.getDigest());
      assertEquals("plant-1", first.getSite());
      var operation = first.getApis(0).getOperations(0);
      assertEquals("Find", operation.getName());
      assertEquals("integer", operation.getParameters(0).getType());
      assertTrue(operation.getSafe());
      bridge.feed.publish(first.toBuilder().setDraining(true).build());
      assertTrue(heard.poll(10, TimeUnit.SECONDS).getDraining());
    }
  }

  @Test
  void aDrainedAgentTakesNoMoreCalls() throws Exception {
    try (Bridge bridge = new Bridge(folder, ALL, reading("Find", Operations::hello))) {
      assertTrue(bridge.service.drain(Bridge.SOON));
      assertEquals(Code.BUSY, bridge.call(head("Find")).fault().getCode());
    }
  }
}
