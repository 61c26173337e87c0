package drawbridge.gateway;

import com.google.protobuf.ByteString;
import drawbridge.relay.AgentLink;
import drawbridge.relay.wire.AnchorRequest;
import drawbridge.relay.wire.Anchored;
import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Argument;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.DescribeRequest;
import drawbridge.relay.wire.End;
import drawbridge.relay.wire.Fault;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Header;
import drawbridge.relay.wire.MeasureRequest;
import drawbridge.relay.wire.Measured;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import drawbridge.relay.wire.Pool;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.ReplyHead;
import drawbridge.relay.wire.Request;
import drawbridge.relay.wire.Source;
import drawbridge.relay.wire.ViewReply;
import drawbridge.relay.wire.ViewRequest;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An agent that speaks the calls' protocol over gRPC's in-process transport. */
final class FakeAgent implements AutoCloseable {
  static final int CHUNK = 64 << 10;

  final String site;
  final String name;
  final AtomicBoolean suspect = new AtomicBoolean();
  final Queue<Head> heads = new ConcurrentLinkedQueue<>();
  final AtomicLong bodyBytes = new AtomicLong();
  final AtomicLong produced = new AtomicLong();
  final AtomicInteger asked = new AtomicInteger();
  final CountDownLatch cancelled = new CountDownLatch(1);

  /** After which Wait is answered; 0: never. */
  volatile long waitMillis;

  final CountDownLatch waiting = new CountDownLatch(1);
  private final List<ServerCallStreamObserver<Catalogue>> listeners = new CopyOnWriteArrayList<>();
  private final Server server;
  private final ManagedChannel channel;
  private final AgentLink link;
  private volatile Catalogue catalogue;

  /** What it lets callers see: nothing, unless a test says so. */
  volatile ViewReply view = ViewReply.getDefaultInstance();

  final Queue<ViewRequest> viewers = new ConcurrentLinkedQueue<>();

  /** How often it was asked how busy its sources are. */
  final AtomicInteger measurements = new AtomicInteger();

  /** It is of a version before that question. */
  volatile boolean older;

  /** Its first answer to it ends early. */
  volatile boolean breaksOff;

  /** How busy its sources are. */
  private final Measured measured =
      Measured.newBuilder()
          .addPools(
              Pool.newBuilder()
                  .setSource("erp")
                  .setActive(3)
                  .setIdle(2)
                  .setWaiting(5)
                  .setTimeouts(7))
          .build();

  /** What it says of its audit log; null: it does not know the question. */
  volatile @Nullable Function<AnchorRequest, List<Anchored>> checkpoints;

  FakeAgent(String site, String name, String... apis) {
    this.site = site;
    this.name = name;
    this.catalogue = catalogue(site, name, apis);
    String address = UUID.randomUUID().toString();
    try {
      server = InProcessServerBuilder.forName(address).addService(new Service()).build().start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    channel = InProcessChannelBuilder.forName(address).build();
    link = new AgentLink(site, name, channel, suspect::get, () -> 42, asked::incrementAndGet);
  }

  AgentLink link() {
    return link;
  }

  /** Breaks the channel under every call. */
  void crash() {
    server.shutdownNow();
    channel.shutdownNow();
  }

  void tell(Catalogue changed) {
    catalogue = changed;
    listeners.forEach(listener -> listener.onNext(changed));
  }

  Catalogue catalogue() {
    return catalogue;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  static Catalogue catalogue(String site, String name, String... apis) {
    Catalogue.Builder catalogue =
        Catalogue.newBuilder()
            .setSite(site)
            .setAgent(name)
            .setVersion("1")
            .setDigest("d1")
            .setCertificateDays(77)
            .addSources(Source.newBuilder().setName("erp").setAvailable(true));
    for (String api : apis) {
      catalogue.addApis(
          Api.newBuilder()
              .setName(api)
              .setVersion("v1")
              .addOperations(
                  operation("FindOrders", "GET", "/customers/{customerId}/orders", true)
                      .addParameters(
                          Parameter.newBuilder().setName("X-Tenant").setIn(Parameter.In.HEADER)))
              .addOperations(operation("Best", "GET", "/customers/best/orders", true))
              .addOperations(operation("PlaceOrder", "POST", "/orders", false))
              .addOperations(operation("Export", "GET", "/export", true))
              .addOperations(operation("Wait", "GET", "/wait", true))
              .addOperations(operation("Break", "GET", "/break", true))
              .addOperations(operation("Fault", "GET", "/fault", true))
              .addOperations(operation("Change", "POST", "/change", false))
              .addOperations(operation("Hold", "POST", "/hold", false)));
    }
    return catalogue.build();
  }

  private static Operation.Builder operation(
      String name, String method, String path, boolean safe) {
    return Operation.newBuilder().setName(name).setMethod(method).setPath(path).setSafe(safe);
  }

  private final class Service extends BridgeGrpc.BridgeImplBase {
    @Override
    public void describe(DescribeRequest request, StreamObserver<Catalogue> listener) {
      listeners.add((ServerCallStreamObserver<Catalogue>) listener);
      listener.onNext(catalogue);
    }

    @Override
    public void anchor(AnchorRequest request, StreamObserver<Anchored> observer) {
      Function<AnchorRequest, List<Anchored>> told = checkpoints;
      if (told == null) {
        super.anchor(request, observer);
      } else {
        told.apply(request).forEach(observer::onNext);
      }
    }

    @Override
    public void measure(MeasureRequest request, StreamObserver<Measured> observer) {
      boolean first = measurements.getAndIncrement() == 0;
      if (older) {
        super.measure(request, observer);
        return;
      }
      observer.onNext(measured);
      if (first && breaksOff) {
        observer.onError(Status.UNAVAILABLE.asRuntimeException());
      }
    }

    @Override
    public void view(ViewRequest request, StreamObserver<ViewReply> observer) {
      viewers.add(request);
      observer.onNext(view);
      observer.onCompleted();
    }

    @Override
    public StreamObserver<Request> invoke(StreamObserver<Reply> replies) {
      return new Invocation((ServerCallStreamObserver<Reply>) replies);
    }
  }

  private final class Invocation implements StreamObserver<Request> {
    private final ServerCallStreamObserver<Reply> replies;
    private final AtomicBoolean begun = new AtomicBoolean();
    private Head head = Head.getDefaultInstance();
    private long body;
    private long left = -1;

    Invocation(ServerCallStreamObserver<Reply> replies) {
      this.replies = replies;
      replies.setOnCancelHandler(cancelled::countDown);
      replies.setOnReadyHandler(this::produce);
    }

    @Override
    public void onNext(Request request) {
      if (request.hasHead()) {
        head = request.getHead();
        heads.add(head);
      }
      body += request.getChunk().size();
      bodyBytes.addAndGet(request.getChunk().size());
      if (request.getLast()) {
        run();
      }
    }

    private void run() {
      String operation = head.getOperation().substring(head.getOperation().lastIndexOf('/') + 1);
      switch (operation) {
        case "FindOrders", "Best" -> whole(200, "{\"by\":\"" + name + "\"}");
        case "PlaceOrder" -> whole(201, "{\"bytes\":" + body + "}");
        case "Wait" -> {
          waiting.countDown();
          if (waitMillis > 0) {
            CompletableFuture.delayedExecutor(waitMillis, TimeUnit.MILLISECONDS)
                .execute(() -> whole(200, "{\"by\":\"" + name + "\"}"));
          }
        }
        case "Hold" -> waiting.countDown();
        case "Export" -> {
          left = Long.parseLong(argument("bytes"));
          replies.onNext(Reply.newBuilder().setHead(replyHead(200).setLength(0)).build());
          begun.set(true);
          produce();
        }
        case "Break" -> {
          replies.onNext(
              Reply.newBuilder()
                  .setHead(replyHead(200))
                  .setChunk(ByteString.copyFromUtf8("[1,2,"))
                  .build());
          fault(Fault.newBuilder().setCode(Fault.Code.SOURCE_ERROR).setReference("r-1"));
        }
        case "Fault", "Change" ->
            fault(
                Fault.newBuilder()
                    .setCode(Fault.Code.valueOf(argument("code")))
                    .setMessage("Said by the agent.")
                    .setParameter("since")
                    .addAllow("GET")
                    .addAllow("PUT")
                    .setRetryable(Boolean.parseBoolean(argument("retryable")))
                    .setRetryAfterS(7)
                    .setReference("agent-reference"));
        default -> {
          if (head.getOtherMethodsList().isEmpty()) {
            fault(Fault.newBuilder().setCode(Fault.Code.NOT_FOUND));
          } else {
            fault(
                Fault.newBuilder()
                    .setCode(Fault.Code.METHOD_NOT_ALLOWED)
                    .addAllAllow(head.getOtherMethodsList()));
          }
        }
      }
    }

    private String argument(String name) {
      return head.getArgumentsList().stream()
          .filter(a -> a.getName().equals(name))
          .map(Argument::getValue)
          .findFirst()
          .orElse("");
    }

    private void whole(int status, String text) {
      ByteString bytes = ByteString.copyFromUtf8(text);
      replies.onNext(
          Reply.newBuilder()
              .setHead(replyHead(status).setLength(bytes.size()))
              .setChunk(bytes)
              .setEnd(End.newBuilder().setRows(1))
              .build());
      replies.onCompleted();
    }

    private void fault(Fault.Builder fault) {
      replies.onNext(Reply.newBuilder().setEnd(End.newBuilder().setFault(fault)).build());
      replies.onCompleted();
    }

    private ReplyHead.Builder replyHead(int status) {
      return ReplyHead.newBuilder()
          .setStatus(status)
          .addHeaders(Header.newBuilder().setName("Content-Type").setValue("application/json"))
          .addHeaders(Header.newBuilder().setName("Transfer-Encoding").setValue("evil"));
    }

    private synchronized void produce() {
      if (!begun.get()) {
        return;
      }
      while (left > 0 && replies.isReady()) {
        int n = (int) Math.min(CHUNK, left);
        replies.onNext(Reply.newBuilder().setChunk(ByteString.copyFrom(new byte[n])).build());
        produced.addAndGet(n);
        left -= n;
      }
      if (left == 0) {
        left = -1;
        replies.onNext(Reply.newBuilder().setEnd(End.newBuilder().setRows(1)).build());
        replies.onCompleted();
      }
    }

    @Override
    public void onError(Throwable broken) {}

    @Override
    public void onCompleted() {}
  }
}
