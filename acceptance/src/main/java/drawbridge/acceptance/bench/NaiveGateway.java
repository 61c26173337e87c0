package drawbridge.acceptance.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import drawbridge.relay.PromptSockets;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.DescribeRequest;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.Request;
import io.grpc.stub.StreamObserver;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The gateway of {@link Topology#NAIVE}: the true front door, and a message for each call. */
final class NaiveGateway {
  private NaiveGateway() {}

  public static void main(String... arguments) throws Exception {
    var _ = PromptSockets.install();
    Path config = Path.of(arguments[1]);
    Map<String, Consumer<byte[]>> waiting = new ConcurrentHashMap<>();
    NaiveQueue queue =
        new NaiveQueue(
            config,
            "drawbridge.gateway-1",
            "drawbridge.plant-1.agent-a",
            message -> {
              Consumer<byte[]> caller = waiting.remove(message.getCorrelationId());
              if (caller != null) {
                caller.accept(message.getBody().toBytes());
              }
            });
    OneProcess.gateway(
        config, Path.of(arguments[3]), OneProcess.serve(new Forwarding(queue, waiting)));
  }

  private static final class Forwarding extends BridgeGrpc.BridgeImplBase {
    private final NaiveQueue queue;
    private final Map<String, Consumer<byte[]>> waiting;

    Forwarding(NaiveQueue queue, Map<String, Consumer<byte[]>> waiting) {
      this.queue = queue;
      this.waiting = waiting;
    }

    @Override
    public void describe(DescribeRequest request, StreamObserver<Catalogue> out) {
      waiting.put(
          NaiveAgent.CATALOGUE,
          body -> {
            try {
              out.onNext(Catalogue.parseFrom(body));
            } catch (InvalidProtocolBufferException e) {
              throw new UncheckedIOException(e);
            }
          });
      queue.send(NaiveAgent.CATALOGUE, new byte[0]);
    }

    @Override
    public StreamObserver<Request> invoke(StreamObserver<Reply> out) {
      return new StreamObserver<>() {
        @Override
        public void onNext(Request request) {
          if (!request.hasHead()) {
            return;
          }
          String correlation = UUID.randomUUID().toString();
          waiting.put(
              correlation,
              body -> {
                try {
                  out.onNext(Reply.parseFrom(body));
                  out.onCompleted();
                } catch (InvalidProtocolBufferException e) {
                  throw new UncheckedIOException(e);
                }
              });
          queue.send(correlation, request.toByteArray());
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
      };
    }
  }
}
