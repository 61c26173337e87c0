package drawbridge.agent;

import drawbridge.agent.console.Status;
import drawbridge.agent.console.StatusSocket;
import drawbridge.relay.AgentRelay;
import drawbridge.relay.PeerName;
import drawbridge.relay.RelayEvents;
import drawbridge.relay.RelayTls;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.settings.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether a channel to each gateway can be opened. Where the agent runs it is asked: a second
 * process of its name would put it aside.
 */
final class ChannelCheck {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String FIX =
      "see whether that gateway runs and lists this agent below “sites”; its log names who is refused";

  private ChannelCheck() {}

  /** Blocks for some seconds at most. */
  static List<Finding> run(AgentSettings settings) {
    return running(settings).map(ChannelCheck::told).orElseGet(() -> tried(settings));
  }

  private static Optional<Status> running(AgentSettings settings) {
    Path socket = new StateFolder(settings.state()).status();
    if (!Files.exists(socket)) {
      return Optional.empty();
    }
    try {
      return Optional.of(StatusSocket.parse(StatusSocket.ask(socket)));
    } catch (IOException e) {
      return Optional.empty(); // of an agent that was killed
    }
  }

  private static List<Finding> told(Status status) {
    return status.channels().stream()
        .map(
            channel ->
                channel.open()
                    ? Finding.ok("channel to " + channel.gateway(), "open, says the agent")
                    : Finding.failed("channel to " + channel.gateway(), channel.detail(), FIX))
        .toList();
  }

  private static List<Finding> tried(AgentSettings settings) {
    Supervisor.Connections connections = Supervisor.Connections.read(settings);
    PeerName self = PeerName.agent(settings.site(), settings.name());
    long begin = System.nanoTime();
    try (AgentRelay relay =
        AgentRelay.start(
            self,
            settings.gateways(),
            connections.namespace(),
            connections.network(),
            new RelayTls(connections.identity(), self, InstantSource.system()),
            // Offers nothing: no gateway sends calls to who has no catalogue.
            new BridgeGrpc.BridgeImplBase() {},
            new Silent())) {
      while (!relay.states().stream().allMatch(AgentRelay.GatewayState::open)
          && System.nanoTime() - begin < PATIENCE) {
        LockSupport.parkNanos(PAUSE);
      }
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      return relay.states().stream()
          .map(
              state ->
                  (state.open()
                          ? Finding.ok("channel to " + state.gateway(), state.detail())
                          : Finding.failed("channel to " + state.gateway(), state.detail(), FIX))
                      .after(took))
          .toList();
    }
  }

  /** What happens on the way is told by the states. */
  private record Silent() implements RelayEvents {
    @Override
    public void opened(PeerName peer, String detail) {}

    @Override
    public void closed(PeerName peer, String why) {}

    @Override
    public void security(PeerName peer, Threat threat, String what) {}

    @Override
    public void superseded(PeerName peer) {}
  }
}
