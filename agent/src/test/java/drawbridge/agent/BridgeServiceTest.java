package drawbridge.agent;

import static drawbridge.agent.Bridge.ALL;
import static drawbridge.agent.Bridge.await;
import static drawbridge.agent.Bridge.chunk;
import static drawbridge.agent.Bridge.head;
import static drawbridge.agent.Operations.changing;
import static drawbridge.agent.Operations.reading;
import static drawbridge.agent.Operations.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Fault.Code;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Parameter;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that are answered or refused as they should be. */
class BridgeServiceTest {
  @TempDir Path folder;

  private static Head.Builder withN(Head.Builder head, String value) {
    return head.addArguments(
        Argument.newBuilder().setName("n").setValue(value).setIn(Parameter.In.QUERY));
  }

  // ---- who may

  @Test
  void anAllowedCallIsAnsweredInOneMessageAndRecordedOnce() throws Exception {
    try (Bridge bridge = new Bridge(folder, ALL, reading("Find", Operations::hello))) {
      Bridge.Exchange exchange =
          bridge.call(
              withN(head("Find"), "7")
                  .setTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
      assertEquals("[{\"n\":7}]", exchange.body());
      assertEquals(1, exchange.replies.size());
      Reply reply = exchange.last();
      assertEquals(200, reply.getHead().getStatus());
      assertEquals("application/json", reply.getHead().getHeaders(0).getValue());
      assertEquals(9, reply.getHead().getLength());
      assertEquals(1, reply.getEnd().getRows());
      assertEquals(9, reply.getEnd().getBytes());
      Map<String, String> record = bridge.records("call").getFirst();
      assertEquals("ok", record.get("outcome"));
      assertEquals("apps", record.get("rule"));
      assertEquals(22, record.getOrDefault("arguments.n.hash", "").length());
      assertTrue(Files.exists(folder.resolve("values").resolve(record.get("values_key") + ".key")));
      assertEquals("0af7651916cd43dd8448eb211c80319c", record.get("trace_id"));
      assertEquals("CN=apim", record.get("claimed.tls.client.subject"));
      assertEquals(0, bridge.records("begin").size());
    }
  }

  @Test
  void forbiddenAndUnknownAreTheSame() throws Exception {
    try (Bridge bridge = new Bridge(folder, ALL, reading("Find", Operations::hello))) {
      Caller stranger = Caller.newBuilder().setSubject("CN=stranger").build();
      var forbidden = bridge.call(head("Find").setCaller(stranger)).fault();
      var unknown = bridge.call(head("Nothing").setCaller(stranger)).fault();
      var noPath = bridge.call(head("").setCaller(stranger).addOtherMethods("GET")).fault();
      var noApi = bridge.call(head("").setOperation("secret/v1/")).fault();
      var noSense = bridge.call(head("").setOperation("nonsense")).fault();
      assertEquals(Code.FORBIDDEN, forbidden.getCode());
      assertNotEquals(forbidden.getReference(), unknown.getReference());
      for (var other : List.of(unknown, noPath, noApi, noSense)) {
        assertEquals(
            forbidden.toBuilder().clearReference().build(),
            other.toBuilder().clearReference().build());
      }
      Map<String, String> record = bridge.records("refused").getFirst();
      assertEquals("refused", record.get("outcome"));
      assertEquals("no rule allows it", record.get("reason"));
      assertEquals(forbidden.getReference(), record.get("reference"));
      assertEquals(5, bridge.records("refused").size());
    }
  }

  @Test
  void insideAnApiThatTheCallerViewsWhatIsMissingIsNamed() throws Exception {
    String rules = "  - { name: see, view: [orders/v1], to: { gateway: [gateway-1] } }\n";
    try (Bridge bridge = new Bridge(folder, rules, reading("Find", Operations::hello))) {
      assertEquals(Code.NOT_FOUND, bridge.call(head("")).fault().getCode());
      var method = bridge.call(head("").addOtherMethods("GET").addOtherMethods("x y")).fault();
      assertEquals(Code.METHOD_NOT_ALLOWED, method.getCode());
      assertEquals(List.of("GET"), method.getAllowList());
    }
  }

  @Test
  void aCallerWithoutBudgetIsToldWhenToComeBack() throws Exception {
    String rules =
        "  - { name: few, allow: [orders/v1/*], to: { gateway: [gateway-1] }, limits: { calls: 2/h } }\n";
    try (Bridge bridge = new Bridge(folder, rules, reading("Find", Operations::hello))) {
      bridge.call(head("Find")).body();
      bridge.call(head("Find")).body();
      var fault = bridge.call(head("Find")).fault();
      assertEquals(Code.TOO_MANY_CALLS, fault.getCode());
      assertTrue(fault.getRetryable());
      assertTrue(fault.getRetryAfterS() > 1_700 && fault.getRetryAfterS() <= 1_800);
    }
  }

  // ---- what they ask

  @Test
  void aBadArgumentIsNamedAndNothingRuns() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    try (Bridge bridge =
        new Bridge(folder, ALL, changing("Add", (call, answer) -> runs.incrementAndGet()))) {
      var fault = bridge.call(withN(head("Add"), "seven")).fault();
      assertEquals(Code.INVALID_ARGUMENT, fault.getCode());
      assertEquals("n", fault.getParameter());
      assertFalse(fault.getRetryable());
      assertEquals(0, runs.get());
      assertEquals("INVALID_ARGUMENT", bridge.records("refused").getFirst().get("error.type"));
    }
  }

  @Test
  void anUnknownFormatIsNotAcceptable() throws Exception {
    try (Bridge bridge = new Bridge(folder, ALL, reading("Find", Operations::hello))) {
      assertEquals(
          Code.NOT_ACCEPTABLE, bridge.call(head("Find").setFormat("image/png")).fault().getCode());
    }
  }

  @Test
  void aBodyComesInPiecesAndIsBounded() throws Exception {
    try (Bridge bridge =
        new Bridge(
            folder,
            new Calls.Bounds(10, 8),
            ALL,
            changing("Add", (call, answer) -> write(answer, "" + call.arguments().get("body"))))) {
      Bridge.Exchange whole = bridge.begin(head("Add"), Integer.MAX_VALUE, chunk("abc"));
      whole.requests().onNext(chunk("def").setLast(true).build());
      assertEquals("abcdef", whole.toEnd().body());
      Bridge.Exchange halfClosed = bridge.begin(head("Add"), Integer.MAX_VALUE, chunk("abc"));
      halfClosed.requests().onCompleted();
      assertEquals("abc", halfClosed.toEnd().body());
      Bridge.Exchange long_ = bridge.begin(head("Add"), Integer.MAX_VALUE, chunk("abcdef"));
      long_.requests().onNext(chunk("ghi").build());
      assertEquals(Code.INVALID_ARGUMENT, long_.toEnd().fault().getCode());
    }
  }

  @Test
  void aLateCallIsNotStarted() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    try (Bridge bridge =
        new Bridge(folder, ALL, changing("Add", (call, answer) -> runs.incrementAndGet()))) {
      bridge.underWayMillis = 30_000;
      var fault = bridge.call(head("Add")).fault();
      assertEquals(Code.DEADLINE_EXCEEDED, fault.getCode());
      assertTrue(fault.getRetryable(), "nothing ran");
      assertEquals(0, runs.get());
      assertEquals("refused", bridge.records("refused").getFirst().get("outcome"));
    }
  }

  @Test
  void theDeadlineIsTheShorterOfWhatIsLeftAndTheRules() throws Exception {
    AtomicLong left = new AtomicLong();
    try (Bridge bridge =
        new Bridge(
            folder,
            ALL,
            reading(
                "Find",
                (call, answer) -> {
                  left.set(TimeUnit.NANOSECONDS.toMillis(call.deadline() - System.nanoTime()));
                  write(answer, "[]");
                }))) {
      bridge.call(head("Find").setDeadlineMs(60_000)).body();
      assertTrue(left.get() > 10_000 && left.get() <= 20_000, "the rule's 20 s, but " + left);
      bridge.underWayMillis = 25_000;
      bridge.call(head("Find")).body();
      assertTrue(left.get() > 0 && left.get() <= 5_000, "the 5 s left, but " + left);
    }
  }

  // ---- how much they get

  @Test
  void moreRowsThanAllowedAreAFault() throws Exception {
    try (Bridge bridge =
        new Bridge(
            folder,
            ALL,
            reading(
                "Find",
                (call, answer) -> {
                  assertEquals(100, call.mostRows());
                  throw Fault.of(Fault.Code.TOO_LARGE, "More rows than allowed.").thrown();
                }))) {
      var fault = bridge.call(head("Find")).fault();
      assertEquals(Code.TOO_LARGE, fault.getCode());
      assertFalse(fault.getRetryable());
      assertEquals("failed", bridge.records("call").getFirst().get("outcome"));
    }
  }

  @Test
  void moreBytesThanAllowedAreAFault() throws Exception {
    String rules =
        "  - { name: few, allow: [orders/v1/*], to: { gateway: [gateway-1] }, limits: { bytes: 100B } }\n";
    try (Bridge bridge =
        new Bridge(
            folder,
            rules,
            reading("Find", (call, answer) -> write(answer, "x".repeat(101))),
            changing("Add", (call, answer) -> write(answer, "x".repeat(101))))) {
      assertEquals(Code.TOO_LARGE, bridge.call(head("Find")).fault().getCode());
      assertEquals(
          Code.OUTCOME_UNKNOWN,
          bridge.call(head("Add")).fault().getCode(),
          "who knows what it did before it was cut off");
    }
  }

  @Test
  void aLongAnswerStreamsAtThePaceOfItsReader() throws Exception {
    AtomicLong produced = new AtomicLong();
    int megabytes = 6;
    try (Bridge bridge =
        new Bridge(
            folder,
            ALL,
            reading(
                "Find",
                (call, answer) -> {
                  try (OutputStream out = answer.begin(200, "application/x-ndjson")) {
                    byte[] line = "y".repeat(1 << 10).getBytes(UTF_8);
                    for (int i = 0; i < megabytes << 10; i++) {
                      out.write(line);
                      produced.addAndGet(line.length);
                    }
                  } catch (IOException e) {
                    throw Fault.of(Fault.Code.CANCELLED, "", e).thrown();
                  }
                }))) {
      Bridge.Exchange slow = bridge.begin(head("Find"), 2, Request.newBuilder().setLast(true));
      await(() -> slow.replies.size() == 2, "two messages");
      assertEquals(1, bridge.records("begin").size(), "durable before the first byte");
      assertEquals(0, slow.replies.peek().getHead().getLength(), "a stream");
      // Nothing further comes by itself: what is held back is one buffer and what gRPC took.
      await(() -> produced.get() > (ReplyBody.WHOLE >> 10 << 10) - 2048, "the first buffer");
      assertTrue(produced.get() <= ReplyBody.WHOLE + 4L * ReplyBody.CHUNK, "bounded: " + produced);
      assertEquals(2, slow.replies.size());
      slow.control().request(10_000);
      assertEquals(megabytes << 20, slow.toEnd().body().length());
      assertEquals("ok", bridge.records("end", 1).getFirst().get("outcome"));
      assertEquals(0, bridge.records("call").size());
      slow.replies.forEach(reply -> assertTrue(reply.getChunk().size() <= ReplyBody.CHUNK));
    }
  }

  @Test
  void readersThatDawdleTakeNoMorePlacesThanThereAreForLongAnswers() throws Exception {
    Semaphore places = new Semaphore(1);
    AtomicInteger length = new AtomicInteger(ReplyBody.WHOLE * 2);
    try (Bridge bridge =
        new Bridge(
            folder,
            ALL,
            reading(
                "Find",
                (call, answer) -> {
                  answer.places(places);
                  write(answer, "x".repeat(length.get()));
                }))) {
      Bridge.Exchange slow = bridge.begin(head("Find"), 2, Request.newBuilder().setLast(true));
      await(() -> slow.replies.size() == 2, "a long answer on its way");
      Bridge.Exchange second = bridge.call(head("Find"));
      assertEquals(Code.BUSY, second.fault().getCode());
      assertTrue(second.fault().getRetryAfterS() > 0);
      length.set(100);
      assertEquals(100, bridge.call(head("Find")).body().length(), "short ones need no place");
      slow.control().request(10_000);
      assertEquals(ReplyBody.WHOLE * 2, slow.toEnd().body().length());
      length.set(ReplyBody.WHOLE * 2);
      assertEquals(length.get(), bridge.call(head("Find")).body().length(), "free again");
    }
  }

  @Test
  void aStreamThatFailsSaysWhyInItsEnd() throws Exception {
    try (Bridge bridge =
        new Bridge(
            folder,
            ALL,
            reading(
                "Find",
                (call, answer) -> {
                  write(answer, "z".repeat(300_000));
                  throw Fault.of(Fault.Code.SOURCE_ERROR, "The source failed.").thrown();
                }))) {
      Bridge.Exchange exchange = bridge.call(head("Find"));
      assertEquals(200, exchange.replies.peek().getHead().getStatus());
      assertEquals(Code.SOURCE_ERROR, exchange.fault().getCode());
      assertTrue(exchange.fault().getRetryable(), "a safe operation");
      assertEquals("failed", bridge.records("end").getFirst().get("outcome"));
    }
  }

  // ---- leaving and lateness

  @Test
  void aCallerThatHangsUpCancelsTheAction() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (Bridge bridge =
        new Bridge(
            folder,
            ALL,
            reading("Find", (call, answer) -> waitForCancel(call, running, cancelled)))) {
      Bridge.Exchange exchange = bridge.begin(head("Find"));
      await(running);
      exchange.control().cancel("gone", null);
      await(cancelled);
      assertEquals("cancelled", bridge.records("call", 1).getFirst().get("outcome"));
    }
  }

  private static void waitForCancel(Call call, CountDownLatch running, CountDownLatch cancelled)
      throws FaultException {
    call.cancellation().onCancel(cancelled::countDown);
    running.countDown();
    await(cancelled);
    throw Fault.of(Fault.Code.CANCELLED, "The statement was cancelled.").thrown();
  }

  @Test
  void anActionThatOverrunsItsTimeIsCancelled() throws Exception {
    try (Bridge bridge =
        new Bridge(
            folder,
            ALL,
            reading("Find", BridgeServiceTest::untilCancelled),
            changing("Add", BridgeServiceTest::untilCancelled))) {
      var read = bridge.call(head("Find").setDeadlineMs(100)).fault();
      assertEquals(Code.DEADLINE_EXCEEDED, read.getCode());
      assertTrue(read.getRetryable());
      var write = bridge.call(head("Add").setDeadlineMs(100)).fault();
      assertEquals(Code.OUTCOME_UNKNOWN, write.getCode());
      assertFalse(write.getRetryable());
      assertEquals(0, write.getRetryAfterS());
      assertEquals("unknown", bridge.records("end").getFirst().get("outcome"));
    }
  }

  private static void untilCancelled(Call call, Answer answer) throws FaultException {
    waitForCancel(call, new CountDownLatch(1), new CountDownLatch(1));
  }

  @Test
  void aBodyThatNeverEndsIsGivenUp() throws Exception {
    try (Bridge bridge = new Bridge(folder, ALL, changing("Add", Operations::hello))) {
      Bridge.Exchange exchange =
          bridge.begin(head("Add").setDeadlineMs(100), Integer.MAX_VALUE, chunk("{"));
      assertEquals(Code.DEADLINE_EXCEEDED, exchange.toEnd().fault().getCode());
    }
  }
}
