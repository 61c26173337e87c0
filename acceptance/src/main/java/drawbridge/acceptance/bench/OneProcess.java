package drawbridge.acceptance.bench;

import drawbridge.agent.Agent;
import drawbridge.agent.AgentSettings;
import drawbridge.agent.SiteFolder;
import drawbridge.gateway.Gateway;
import drawbridge.gateway.GatewaySettings;
import drawbridge.relay.AgentLink;
import drawbridge.relay.GatewayLink;
import drawbridge.settings.Section;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Executors;

/**
 * Parts of the programs put together without a relay, for comparison. Each lives until its process
 * ends.
 */
final class OneProcess {
  private OneProcess() {}

  /** The agent that has the same files as the gateway's neighbour in a stack. */
  static AgentSettings agentBeside(Path gatewayConfig) {
    return AgentSettings.read(gatewayConfig.resolveSibling(Topology.AGENT + ".yaml"));
  }

  static Agent agent(AgentSettings settings, SiteFolder site) {
    return Agent.open(settings, "bench", site.served(), site.arguments());
  }

  /** The service as the gateway reaches it, with no wire between. */
  static Channel serve(BindableService service) throws IOException {
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder.forName(name)
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .intercept(new FromGateway())
        .addService(service)
        .build()
        .start();
    return InProcessChannelBuilder.forName(name)
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }

  /** The true front door, leading to this channel. */
  static void gateway(Path config, Path readyFile, Channel calls)
      throws IOException, InterruptedException {
    Gateway gateway = Gateway.start(GatewaySettings.read(Section.read(config)));
    boolean taken =
        gateway
            .agents()
            .up(new AgentLink("plant-1", Topology.AGENT, calls, () -> false, () -> 0, () -> {}));
    if (!taken) {
      throw new IOException("the gateway does not know the agent");
    }
    ready(readyFile);
    Thread.currentThread().join();
  }

  static void ready(Path file) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(draft, "{\"pid\": " + ProcessHandle.current().pid() + "}");
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static final class FromGateway implements ServerInterceptor {
    private final GatewayLink link = new GatewayLink(Topology.GATEWAY, stamp -> 0);

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      return Contexts.interceptCall(
          Context.current().withValue(GatewayLink.KEY, link), call, headers, next);
    }
  }
}
