package drawbridge.relay;

import com.google.protobuf.ByteString;
import drawbridge.certs.SamplePki;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.DescribeRequest;
import drawbridge.relay.wire.End;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.Request;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An agent and a gateway with sample certificates and a service that answers for real, over
 * carriers of the test's choice.
 */
final class RelayHarness implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final BlockingQueue<AgentLink> links = new LinkedBlockingQueue<>();
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  final Set<String> superseded = ConcurrentHashMap.newKeySet();
  final Echo echo = new Echo();
  private final PeerName.Agent agentName = new PeerName.Agent("plant-1", "agent-a");
  private final PeerName.Gateway gatewayName = new PeerName.Gateway("gateway-1");
  private final Path folder;
  private @Nullable AgentRelay agent;
  private @Nullable GatewayRelay gateway;

  RelayHarness(Path folder) throws IOException {
    this(folder, new SamplePki());
  }

  RelayHarness(Path folder, SamplePki pki) throws IOException {
    this.folder = folder;
    pki.agent("plant-1", "agent-a").write(folder, "agent-a");
    pki.gateway("gateway-1").write(folder, "gateway-1");
    pki.relay().writeCertificate(folder.resolve("relay-ca.pem"));
    pki.relay().writeCrl(folder.resolve("relay.crl"));
  }

  /** Programs of the same names and the same certificates. */
  RelayHarness another() {
    return new RelayHarness(this);
  }

  private RelayHarness(RelayHarness same) {
    this.folder = same.folder;
  }

  void start(Carrier forAgent, Carrier forGateway) {
    startGateway(forGateway);
    startAgent(forAgent);
  }

  void startAgent(Carrier carrier) {
    agent =
        AgentRelay.start(
            agentName, List.of("gateway-1"), carrier, tls("agent-a", agentName), echo, new Told());
  }

  void startGateway(Carrier carrier) {
    gateway =
        GatewayRelay.start(
            gatewayName,
            Map.of(agentName.mailbox(), agentName),
            carrier,
            tls("gateway-1", gatewayName),
            new GatewayRelay.Links() {
              @Override
              public void up(AgentLink link) {
                links.add(link);
              }

              @Override
              public void down(AgentLink link) {
                events.add("down " + link.agent());
              }
            },
            new Told());
  }

  String mailboxOfAgent() {
    return agentName.mailbox();
  }

  String mailboxOfGateway() {
    return gatewayName.mailbox();
  }

  private RelayTls tls(String file, PeerName self) {
    IdentitySettings settings =
        new IdentitySettings(
            folder.resolve(file + ".pem"),
            folder.resolve(file + ".key"),
            folder.resolve("relay-ca.pem"),
            folder.resolve("relay.crl"),
            Duration.ofHours(24));
    return new RelayTls(settings, self, InstantSource.system());
  }

  AgentLink link() throws InterruptedException {
    AgentLink link = links.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (link == null) {
      throw new AssertionError("no channel came up; events: " + events);
    }
    return link;
  }

  /** Waits for an event that contains the words. */
  void await(String words) throws InterruptedException {
    Instant until = Instant.now().plus(PATIENCE);
    String last = "";
    while (Instant.now().isBefore(until)) {
      String event = events.poll(1, TimeUnit.SECONDS);
      if (event != null) {
        last = event;
        if (event.contains(words)) {
          return;
        }
      }
    }
    throw new AssertionError("never heard “" + words + "”, last was “" + last + "”");
  }

  static Request request(String operation, String body, long clock) {
    return Request.newBuilder()
        .setHead(Head.newBuilder().setOperation(operation).setClock(clock))
        .setChunk(ByteString.copyFromUtf8(body))
        .setLast(true)
        .build();
  }

  List<String> agentProblems() {
    return agent == null ? List.of() : agent.problems();
  }

  List<String> gatewayProblems() {
    return gateway == null ? List.of() : gateway.problems();
  }

  void closeAgent() {
    if (agent != null) {
      agent.close();
    }
  }

  void stopGateway() {
    if (gateway != null) {
      gateway.close();
    }
  }

  @Override
  public void close() {
    closeAgent();
    stopGateway();
  }

  private final class Told implements RelayEvents {
    @Override
    public void opened(PeerName peer, String detail) {
      events.add("opened " + peer + " " + detail);
    }

    @Override
    public void closed(PeerName peer, String why) {
      events.add("closed " + peer + " " + why);
    }

    @Override
    public void security(PeerName peer, Threat threat, String what) {
      events.add("security " + threat + " " + peer + " " + what);
    }

    @Override
    public void superseded(PeerName peer) {
      superseded.add(peer.toString());
      events.add("superseded " + peer);
    }
  }

  /**
   * {@code echo} gives the body back; {@code stream} sends chunks for as long as somebody takes
   * them; {@code wait} answers never.
   */
  static final class Echo extends BridgeGrpc.BridgeImplBase {
    final AtomicLong streamed = new AtomicLong();
    final AtomicInteger cancelled = new AtomicInteger();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicLong elapsed = new AtomicLong(-1);
    volatile String gateway = "";

    @Override
    public void describe(DescribeRequest request, StreamObserver<Catalogue> out) {
      out.onNext(Catalogue.newBuilder().setSite("plant-1").setAgent("agent-a").build());
    }

    @Override
    public StreamObserver<Request> invoke(StreamObserver<Reply> replies) {
      ServerCallStreamObserver<Reply> out = (ServerCallStreamObserver<Reply>) replies;
      GatewayLink link = GatewayLink.KEY.get();
      gateway = link.gateway();
      calls.incrementAndGet();
      out.setOnCancelHandler(cancelled::incrementAndGet);
      ByteString chunk = ByteString.copyFrom(new byte[64 << 10]);
      boolean[] streaming = new boolean[1];
      out.setOnReadyHandler(
          () -> {
            while (streaming[0] && out.isReady()) {
              out.onNext(Reply.newBuilder().setChunk(chunk).build());
              streamed.addAndGet(chunk.size());
            }
          });
      return new StreamObserver<>() {
        @Override
        public void onNext(Request request) {
          elapsed.set(link.elapsed().applyAsLong(request.getHead().getClock()));
          switch (request.getHead().getOperation()) {
            case "echo" -> {
              out.onNext(
                  Reply.newBuilder()
                      .setChunk(request.getChunk())
                      .setEnd(End.getDefaultInstance())
                      .build());
              out.onCompleted();
            }
            case "stream" -> {
              streaming[0] = true;
              while (out.isReady()) {
                out.onNext(Reply.newBuilder().setChunk(chunk).build());
                streamed.addAndGet(chunk.size());
              }
            }
            default -> {}
          }
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
      };
    }
  }
}
