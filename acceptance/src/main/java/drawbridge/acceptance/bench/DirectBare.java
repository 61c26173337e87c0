package drawbridge.acceptance.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import drawbridge.adapters.Call;
import drawbridge.adapters.Cancellation;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.agent.AgentSettings;
import drawbridge.agent.SiteFolder;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.DescribeRequest;
import drawbridge.relay.wire.End;
import drawbridge.relay.wire.Head;
import drawbridge.relay.wire.Header;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.ReplyHead;
import drawbridge.relay.wire.Request;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@link Topology#DIRECT_BARE} as a process: the adapter behind the front door, and nothing that
 * decides or records.
 */
final class DirectBare {
  private DirectBare() {}

  public static void main(String... arguments) throws Exception {
    Path config = Path.of(arguments[1]);
    AgentSettings settings = OneProcess.agentBeside(config);
    SiteFolder site = SiteFolder.open(settings.serves(), false);
    Catalogue catalogue = OneProcess.agent(settings, site).catalogue();
    OneProcess.gateway(config, Path.of(arguments[3]), OneProcess.serve(new Bare(site, catalogue)));
  }

  private static final class Bare extends BridgeGrpc.BridgeImplBase {
    private final SiteFolder site;
    private final Catalogue catalogue;

    Bare(SiteFolder site, Catalogue catalogue) {
      this.site = site;
      this.catalogue = catalogue;
    }

    @Override
    public void describe(DescribeRequest request, StreamObserver<Catalogue> out) {
      out.onNext(catalogue);
    }

    @Override
    public StreamObserver<Request> invoke(StreamObserver<Reply> out) {
      return new StreamObserver<>() {
        @Override
        public void onNext(Request request) {
          if (request.hasHead()) {
            answer(request.getHead(), out);
          }
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
      };
    }

    private void answer(Head head, StreamObserver<Reply> out) {
      Operation operation = site.served().operations().get(head.getOperation());
      if (operation == null) {
        out.onError(Status.NOT_FOUND.asException());
        return;
      }
      WholeAnswer whole = new WholeAnswer();
      try {
        Map<String, Object> values =
            site.arguments().read(operation, head.getArgumentsList(), new byte[0]);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        operation.action().run(new Call(values, deadline, 1_000, new Cancellation()), whole);
      } catch (FaultException e) {
        out.onError(Status.INTERNAL.withCause(e).asException());
        return;
      }
      ByteString body = UnsafeByteOperations.unsafeWrap(whole.bytes.toByteArray());
      out.onNext(
          Reply.newBuilder()
              .setHead(
                  ReplyHead.newBuilder()
                      .setStatus(200)
                      .setLength(body.size())
                      .addHeaders(
                          Header.newBuilder().setName("Content-Type").setValue("application/json")))
              .setChunk(body)
              .setEnd(End.getDefaultInstance())
              .build());
      out.onCompleted();
    }
  }
}
