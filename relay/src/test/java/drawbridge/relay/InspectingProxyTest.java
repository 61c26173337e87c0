package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SamplePki;
import drawbridge.namespace.LocalNamespace;
import drawbridge.settings.Finding;
import drawbridge.settings.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Between us and Service Bus stands a proxy that breaks TLS open with a CA of its own. */
@Timeout(120)
final class InspectingProxyTest {
  @TempDir Path folder;
  @TempDir Path elsewhere;
  private final SamplePki bus = new SamplePki();
  private final SamplePki theirs = new SamplePki();
  private SSLContext before;
  private LocalNamespace namespace;
  private InspectingProxy proxy;

  @BeforeEach
  void start() throws Exception {
    before = SSLContext.getDefault();
    namespace = ProxiedMain.namespace(folder, bus, 0);
    theirs.front().writeCertificate(elsewhere.resolve("proxy-ca.pem"));
    SSLContext upstream =
        ProxiedMain.network(folder.resolve("front-ca.pem"), Optional.empty())
            .context()
            .orElseThrow();
    proxy = new InspectingProxy(ProxiedMain.server(theirs), upstream, namespace.tlsPort());
  }

  @AfterEach
  void stop() throws Exception {
    SSLContext.setDefault(before);
    proxy.close();
    namespace.close();
  }

  private NetworkSettings network(Path trust) {
    return ProxiedMain.network(
        trust,
        Optional.of(new NetworkSettings.Proxy("127.0.0.1", proxy.port(), "", new Secret(""))));
  }

  @Test
  void itsCaInNetworkTrustOpensTheWay() throws Exception {
    NetworkSettings network = network(elsewhere.resolve("proxy-ca.pem"));
    List<Finding> all = ProxiedMain.check(network);
    assertTrue(all.stream().allMatch(Finding::good), all::toString);
    assertTrue(ProxiedMain.message(network));
    assertTrue(proxy.inspected.get() >= 2, "the proxy saw it");
  }

  @Test
  void beforeThatTheCheckSaysWhoIssuedWhatItSawAndWhatToDo() {
    List<Finding> all = ProxiedMain.check(network(folder.resolve("front-ca.pem")));
    assertFalse(all.getLast().good(), all::toString);
    explained(all.getLast().sentence());
  }

  private static void explained(String text) {
    assertTrue(text.contains("for “CN=" + ProxiedMain.HOST), text);
    assertTrue(text.contains("issued by “CN=Front CA"), text);
    assertTrue(text.contains("name that CA: network: { trust: "), text);
  }

  /** The SDK says "no answer"; what a running program says to its admin is the reason. */
  @Test
  void aRunningProgramSaysSoToo() {
    NetworkSettings network = network(folder.resolve("front-ca.pem"));
    network.install();
    try (ServiceBusCarrier carrier =
        new ServiceBusCarrier(ProxiedMain.OWN, ProxiedMain.settings(), network)) {
      carrier.start(
          new Carrier.Receiver() {
            @Override
            public void message(Message message) {}

            @Override
            public void link(boolean works) {}
          });
      // As every program does as soon as it runs.
      Message hello =
          new Message(
              Kind.HELLO, Message.NO_CHANNEL, 0, 0, 0, 0, 1, 0, ProxiedMain.OWN, Message.NO_BODY);
      carrier.send(ProxiedMain.PEER, hello, taken -> {});
      long deadline = System.nanoTime() + 60_000_000_000L;
      while (carrier.problems().stream().noneMatch(text -> text.contains("network: { trust: "))
          && System.nanoTime() < deadline) {
        LockSupport.parkNanos(20_000_000);
      }
      explained(String.join("; ", carrier.problems()));
    }
  }

  @Test
  void aCertificateForAnotherHostIsNamedToo() throws Exception {
    NetworkSettings network = ProxiedMain.network(folder.resolve("front-ca.pem"), Optional.empty());
    NamespaceSettings settings =
        new NamespaceSettings(
            "localhost", namespace.tlsPort(), "root", new Secret(ProxiedMain.KEY), false);
    String problem = WayCheck.barred(WayCheck.run(settings, network).findings()).orElse("");
    assertTrue(problem.contains("for “CN=" + ProxiedMain.HOST), problem);
    assertTrue(problem.contains("and not for localhost"), problem);
  }
}
