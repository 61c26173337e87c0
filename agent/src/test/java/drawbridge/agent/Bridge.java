package drawbridge.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.agent.policy.Policy;
import drawbridge.audit.AuditLog;
import drawbridge.audit.ValueKeys;
import drawbridge.relay.GatewayLink;
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Caller;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.Request;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The agent's service behind real gRPC, with a gateway and its callers on the other end. */
final class Bridge implements AutoCloseable {
  /** A rule by which the caller of {@link #head} may do all. */
  static final String ALL =
      "  - { name: apps, allow: [orders/v1/*], to: { certificate: { subject: CN=apim } }, limits: { calls: 1000/s, rows: 100, bytes: 10MB, time: 20s } }\n";

  static final Duration SOON = Duration.ofSeconds(10);

  final Path audit;
  final AuditLog log;
  final ValueKeys values;
  final Feed<Catalogue> feed;
  final BridgeService service;
  volatile long underWayMillis;
  volatile Served served;
  private final Server server;
  private final ManagedChannel channel;

  Bridge(Path folder, String rules, Operation... operations) throws IOException {
    this(folder, Calls.Bounds.DEFAULT, rules, operations);
  }

  Bridge(Path folder, Calls.Bounds bounds, String rules, Operation... operations)
      throws IOException {
    this(folder, bounds, Guards.none(), rules, operations);
  }

  Bridge(Path folder, Calls.Bounds bounds, Guards guards, String rules, Operation... operations)
      throws IOException {
    Path policy = Files.writeString(folder.resolve("policy.yaml"), "rules:\n" + rules);
    served =
        new Served(
            "d1",
            List.of(new Served.Api("orders", "v1", "Orders", "", List.of(operations))),
            Policy.read(policy));
    audit = folder.resolve("audit");
    log = AuditLog.open(audit, AuditFiles.KEY);
    values = ValueKeys.open(folder.resolve("values"), Duration.ofDays(30), InstantSource.system());
    feed = new Feed<>(Catalogues.of("plant-1", "agent-a", "1", this.served).build());
    service =
        new BridgeService(
            new Calls(
                () -> served, log, values, Bridge::arguments, bounds, PageKey.random(), guards),
            feed);
    String name = InProcessServerBuilder.generateName();
    GatewayLink link = new GatewayLink("gateway-1", clock -> underWayMillis);
    server =
        InProcessServerBuilder.forName(name)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(ServerInterceptors.intercept(service, new Linked(link)))
            .build()
            .start();
    channel =
        InProcessChannelBuilder.forName(name)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  /** What a channel does for every call. */
  record Linked(GatewayLink link) implements ServerInterceptor {
    @Override
    public <Q, P> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
      return Contexts.interceptCall(
          Context.current().withValue(GatewayLink.KEY, link), call, headers, next);
    }
  }

  private static Map<String, Object> arguments(
      Operation operation, List<Argument> given, byte[] body) throws FaultException {
    Map<String, Object> values = new HashMap<>();
    for (Argument one : given) {
      try {
        values.put(one.getName(), Integer.valueOf(one.getValue()));
      } catch (NumberFormatException e) {
        throw Fault.argument(one.getName(), "must be a number").thrown();
      }
    }
    if (body.length > 0) {
      values.put("body", new String(body, UTF_8));
    }
    return values;
  }

  BridgeGrpc.BridgeStub stub() {
    return BridgeGrpc.newStub(channel);
  }

  /** A call of CN=apim, with half a minute left. */
  static Head.Builder head(String operation) {
    byte[] id = new byte[16];
    ThreadLocalRandom.current().nextBytes(id);
    return Head.newBuilder()
        .setCallId(ByteString.copyFrom(id))
        .setAttempt(1)
        .setOperation("orders/v1/" + operation)
        .setDeadlineMs(30_000)
        .setCaller(Caller.newBuilder().setSubject("CN=apim").setIssuer("CN=CA"));
  }

  /** Sends the call in one message and reads the reply to its end. */
  Exchange call(Head.Builder head) {
    return begin(head, Integer.MAX_VALUE, Request.newBuilder().setLast(true)).toEnd();
  }

  Exchange begin(Head.Builder head) {
    return begin(head, Integer.MAX_VALUE, Request.newBuilder().setLast(true));
  }

  /** As a caller that asks for so many messages and then reads no further by itself. */
  Exchange begin(Head.Builder head, int messages, Request.Builder first) {
    Exchange exchange = new Exchange(messages);
    exchange.requests = stub().invoke(exchange);
    exchange.requests.onNext(first.setHead(head).build());
    return exchange;
  }

  List<Map<String, String>> records(String kind) {
    return AuditFiles.read(audit, kind);
  }

  /** The records of one kind once there are so many. */
  List<Map<String, String>> records(String kind, int count) {
    await(() -> records(kind).size() >= count, "audit records " + kind);
    return records(kind);
  }

  static void await(BooleanSupplier condition, String what) {
    long until = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - until < 0, "never: " + what);
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }

  static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(SOON.toSeconds(), TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws Exception {
    channel.shutdownNow();
    server.shutdownNow();
    server.awaitTermination(SOON.toSeconds(), TimeUnit.SECONDS);
    service.close();
    service.drain(SOON);
    log.close();
  }

  /** One call as the gateway sees it. */
  static final class Exchange implements ClientResponseObserver<Request, Reply> {
    final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    final CountDownLatch ended = new CountDownLatch(1);
    private final int messages;
    @Nullable StreamObserver<Request> requests;
    private @Nullable ClientCallStreamObserver<Request> control;
    volatile @Nullable Throwable error;

    Exchange(int messages) {
      this.messages = messages;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Request> stream) {
      control = stream;
      if (messages < Integer.MAX_VALUE) {
        stream.disableAutoRequestWithInitial(messages);
      }
    }

    ClientCallStreamObserver<Request> control() {
      return java.util.Objects.requireNonNull(control);
    }

    StreamObserver<Request> requests() {
      return java.util.Objects.requireNonNull(requests);
    }

    @Override
    public void onNext(Reply reply) {
      replies.add(reply);
    }

    @Override
    public void onError(Throwable e) {
      error = e;
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }

    Exchange toEnd() {
      await(ended);
      return this;
    }

    Reply last() {
      Reply last = null;
      for (Reply reply : replies) {
        last = reply;
      }
      assertNotNull(last, "a reply, but " + error);
      return last;
    }

    drawbridge.relay.wire.Fault fault() {
      assertTrue(last().getEnd().hasFault(), "a fault, but " + last());
      return last().getEnd().getFault();
    }

    String body() {
      assertTrue(last().hasEnd() && !last().getEnd().hasFault(), "an answer, but " + last());
      ByteString all = ByteString.EMPTY;
      for (Reply reply : replies) {
        all = all.concat(reply.getChunk());
      }
      return all.toString(UTF_8);
    }
  }

  /** A piece of a request's body. */
  static Request.Builder chunk(String text) {
    return Request.newBuilder().setChunk(ByteString.copyFromUtf8(text));
  }
}
