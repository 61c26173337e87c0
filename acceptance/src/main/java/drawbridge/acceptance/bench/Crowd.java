package drawbridge.acceptance.bench;

import drawbridge.agent.AgentSettings;
import drawbridge.relay.AgentRelay;
import drawbridge.relay.IdentitySettings;
import drawbridge.relay.NamespaceSettings;
import drawbridge.relay.NetworkSettings;
import drawbridge.relay.PeerName;
import drawbridge.relay.RelayEvents;
import drawbridge.relay.RelayTls;
import drawbridge.relay.wire.BridgeGrpc;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.DescribeRequest;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Many agents in one process, each with its own connection, mailbox and certificate, and with
 * nothing to offer: {@code --config crowd-1.yaml --ready-file F}, the others lying beside it.
 */
final class Crowd {
  private Crowd() {}

  public static void main(String... arguments) throws Exception {
    Path first = Path.of(arguments[1]);
    List<Path> files;
    try (Stream<Path> beside = Files.list(first.resolveSibling("."))) {
      files = beside.filter(f -> f.getFileName().toString().matches("crowd-\\d+\\.yaml")).toList();
    }
    List<AgentRelay> agents = new ArrayList<>();
    for (Path file : files) {
      AgentSettings settings = AgentSettings.read(file.normalize());
      PeerName self = PeerName.agent(settings.site(), settings.name());
      IdentitySettings identity =
          IdentitySettings.read(settings.identity(), self, Instant.now(), NetworkSettings.DIRECT);
      agents.add(
          AgentRelay.start(
              self,
              settings.gateways(),
              NamespaceSettings.read(settings.namespace()),
              NetworkSettings.DIRECT,
              new RelayTls(identity, self, InstantSource.system()),
              new Silent(),
              new Unheard()));
    }
    while (!agents.stream().allMatch(Crowd::connected)) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
    OneProcess.ready(Path.of(arguments[3]));
    Thread.currentThread().join();
  }

  private static boolean connected(AgentRelay agent) {
    return agent.states().stream().allMatch(AgentRelay.GatewayState::open);
  }

  private static final class Silent extends BridgeGrpc.BridgeImplBase {
    @Override
    public void describe(DescribeRequest request, StreamObserver<Catalogue> out) {
      out.onNext(Catalogue.getDefaultInstance());
    }
  }

  private static final class Unheard implements RelayEvents {
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
