package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.Request;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls over mutual TLS over a channel, whatever carries it. One test class per carrier. */
@Timeout(90)
abstract class RelayContract {
  @TempDir Path folder;
  RelayHarness harness;

  /** A carrier whose own mailbox this is. */
  abstract Carrier carrier(String mailbox) throws Exception;

  @BeforeEach
  void start() throws Exception {
    harness = new RelayHarness(folder);
    harness.start(carrier(harness.mailboxOfAgent()), carrier(harness.mailboxOfGateway()));
  }

  @AfterEach
  void end() throws Exception {
    harness.close();
    stopCarriers();
  }

  /** After both ends have said farewell. */
  abstract void stopCarriers() throws Exception;

  /** The bodies of the replies, joined. */
  static CompletableFuture<String> call(AgentLink link, String body) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    StringBuilder text = new StringBuilder();
    StreamObserver<Request> out =
        BridgeGrpc.newStub(link.calls())
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .invoke(
                new StreamObserver<>() {
                  @Override
                  public void onNext(Reply reply) {
                    text.append(reply.getChunk().toStringUtf8());
                  }

                  @Override
                  public void onError(Throwable error) {
                    answer.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {
                    answer.complete(text.toString());
                  }
                });
    out.onNext(RelayHarness.request("echo", body, link.clock().getAsLong()));
    out.onCompleted();
    return answer;
  }

  @Test
  void callsGoThroughWithTheProvenNameOfTheGateway() throws Exception {
    AgentLink link = harness.link();
    assertEquals("plant-1", link.site());
    assertEquals("agent-a", link.agent());
    assertEquals("hello", call(link, "hello").get(30, TimeUnit.SECONDS));
    assertEquals("gateway-1", harness.echo.gateway);
    assertTrue(harness.echo.elapsed.get() >= 0 && harness.echo.elapsed.get() < 10_000);
    harness.await("X25519MLKEM768");
  }

  @Test
  void manyCallsAtOnceShareTheChannel() throws Exception {
    AgentLink link = harness.link();
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      answers.add(call(link, "call " + i + " " + "x".repeat(i * 10)));
    }
    for (int i = 0; i < answers.size(); i++) {
      assertTrue(answers.get(i).get(60, TimeUnit.SECONDS).startsWith("call " + i + " "));
    }
  }

  @Test
  void aSlowReaderStopsTheSourceAndNobodyElse() throws Exception {
    AgentLink link = harness.link();
    CountDownLatch first = new CountDownLatch(1);
    CompletableFuture<ClientCallStreamObserver<Request>> stalled = new CompletableFuture<>();
    BridgeGrpc.newStub(link.calls())
        .invoke(
            new ClientResponseObserver<Request, Reply>() {
              @Override
              public void beforeStart(ClientCallStreamObserver<Request> call) {
                call.disableAutoRequestWithInitial(1);
                stalled.complete(call);
              }

              @Override
              public void onNext(Reply reply) {
                first.countDown();
              }

              @Override
              public void onError(Throwable error) {}

              @Override
              public void onCompleted() {}
            })
        .onNext(RelayHarness.request("stream", "", link.clock().getAsLong()));
    assertTrue(first.await(30, TimeUnit.SECONDS));
    for (int i = 0; i < 20; i++) {
      assertEquals("other", call(link, "other").get(30, TimeUnit.SECONDS));
    }
    long produced = harness.echo.streamed.get();
    assertTrue(produced < 4 << 20, "a stream that nobody reads produced " + produced);
    stalled.get().cancel("enough", Status.CANCELLED.asException());
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (harness.echo.cancelled.get() == 0 && System.nanoTime() < until) {
      call(link, "ping").get(30, TimeUnit.SECONDS);
    }
    assertEquals(1, harness.echo.cancelled.get(), "the cancellation reaches the agent");
  }

  @Test
  void aGatewayThatStartsAgainIsCalledBackAtOnce() throws Exception {
    AgentLink before = harness.link();
    assertEquals("one", call(before, "one").get(30, TimeUnit.SECONDS));
    harness.stopGateway();
    harness.await("down agent-a");
    harness.startGateway(carrier(harness.mailboxOfGateway()));
    assertEquals("two", call(harness.link(), "two").get(30, TimeUnit.SECONDS));
  }
}
