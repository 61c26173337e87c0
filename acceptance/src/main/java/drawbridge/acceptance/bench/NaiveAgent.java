package drawbridge.acceptance.bench;

import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import drawbridge.agent.Agent;
import drawbridge.agent.AgentSettings;
import drawbridge.agent.SiteFolder;
import drawbridge.relay.PromptSockets;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Reply;
import drawbridge.relay.wire.Request;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * The agent of {@link Topology#NAIVE}: policy, audit log and adapter as always, behind a queue of
 * requests.
 */
final class NaiveAgent {
  static final String CATALOGUE = "catalogue";

  private NaiveAgent() {}

  public static void main(String... arguments) throws Exception {
    var _ = PromptSockets.install();
    Path config = Path.of(arguments[1]);
    AgentSettings settings = AgentSettings.read(config);
    SiteFolder site = SiteFolder.open(settings.serves(), false);
    Agent agent = OneProcess.agent(settings, site);
    Channel calls = OneProcess.serve(agent.service());
    NaiveQueue[] queue = new NaiveQueue[1];
    queue[0] =
        new NaiveQueue(
            config,
            "drawbridge.plant-1.agent-a",
            "drawbridge.gateway-1",
            message -> Thread.ofVirtual().start(() -> answer(message, agent, calls, queue[0])));
    OneProcess.ready(Path.of(arguments[3]));
    Thread.currentThread().join();
  }

  private static void answer(
      ServiceBusReceivedMessage message, Agent agent, Channel calls, NaiveQueue queue) {
    String correlation = message.getCorrelationId();
    if (correlation.equals(CATALOGUE)) {
      queue.send(correlation, agent.catalogue().toByteArray());
      return;
    }
    try {
      StreamObserver<Request> request =
          BridgeGrpc.newStub(calls)
              .invoke(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(Reply reply) {
                      queue.send(correlation, reply.toByteArray());
                    }

                    @Override
                    public void onError(Throwable error) {}

                    @Override
                    public void onCompleted() {}
                  });
      request.onNext(Request.parseFrom(message.getBody().toBytes()));
      request.onCompleted();
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }
}
