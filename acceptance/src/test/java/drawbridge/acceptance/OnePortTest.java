package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.acceptance.InstalledRoot.Ran;
import drawbridge.certs.SampleKey;
import drawbridge.certs.SamplePki;
import drawbridge.certs.SampleRequest;
import drawbridge.certs.SampleRequest.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an admin meets: a fresh Debian in a network whose firewall lets out one port. Install, init,
 * check, start by the unit's own command line, a call; and that nothing else was tried.
 */
@Timeout(600)
@NeedsPackages
final class OnePortTest {
  private static final String HOST = "bus.drawbridge.test";
  private static final String CHECK =
      "drawbridge-agent check --config /etc/drawbridge/agent/agent.yaml";

  @TempDir Path folder;

  @Test
  void installedBehindAFirewallItServesByTheOnePortThatIsOpen() throws Exception {
    Path packages = Packages.folder();
    Path debian = Packages.debian();
    String lacking = PrivateNetwork.lacking();
    assumeTrue(lacking.isEmpty(), lacking);
    try (Stack stack = Stack.start(StackPlan.small().withRows(1_000), line -> {})) {
      int port = reachable(stack);
      Path layer = Files.createDirectory(folder.resolve("layer"));
      try (PrivateNetwork network = new PrivateNetwork(folder, port, stack.database().port());
          InstalledRoot root = InstalledRoot.make(layer, debian, packages, stack.folder())) {
        root.behind(network);
        root.run(
            "echo '127.0.0.1 localhost\n%s %s' >/etc/hosts"
                .formatted(PrivateNetwork.NAMESPACE, HOST));
        root.run(
            "dpkg --install '%s'".formatted(Packages.one(packages, "drawbridge-agent", ".deb")));
        network.letOut(5671);
        firstRun(root, stack);
        InstalledService agent = new InstalledService(root, "agent", "agent-a", stack);
        agent.lend();
        for (int open : List.of(5671, 443)) {
          network.letOut(open);
          agent.start();
          agent.serves();
          onlyOutward(agent, stack, open);
          // The other way was tried where it had to be, and nothing else at all was.
          assertEquals(open == 443, network.refused() > 0, "packets that were refused");
          agent.stop();
        }
        assertTrue(agent.said().contains("WebSockets, port 443 does and is used"), agent.said());
        upgrade(root, packages);
        agent.start();
        agent.serves();
        agent.stop();
        root.run("dpkg --remove drawbridge-agent");
        root.run(
            "test -e /etc/drawbridge/agent/agent.yaml && test -d /var/lib/drawbridge/agent/audit");
        root.run("dpkg --purge drawbridge-agent");
        root.run("test ! -e /etc/drawbridge && test ! -e /var/lib/drawbridge");
      }
    }
  }

  /** To a package of a higher version: it takes the place of the program and of nothing else. */
  private static void upgrade(InstalledRoot root, Path packages) throws Exception {
    String kept =
        "cd / && sha256sum etc/drawbridge/agent/*.yaml etc/drawbridge/agent/secrets/*"
            + " var/lib/drawbridge/agent/audit/*";
    String before = root.run(kept);
    root.run("dpkg --install " + Packages.newer(root, packages, "agent"));
    assertEquals(before, root.run(kept));
    String version = root.run("dpkg-query --show --showformat='${Version}' drawbridge-agent");
    assertTrue(version.endsWith(".1"), version);
  }

  /** The namespace also by TLS, with a certificate for the name that the agent knows it by. */
  private int reachable(Stack stack) throws Exception {
    SamplePki pki = new SamplePki();
    Path certificates = stack.folder().resolve("certs");
    pki.front().writeCertificate(certificates.resolve("bus-ca.pem"));
    pki.front()
        .issue(
            new SampleRequest(
                HOST,
                SampleKey.P256,
                Usage.SERVER,
                List.of(new GeneralName(GeneralName.dNSName, HOST)),
                Optional.empty(),
                false))
        .write(certificates, "bus");
    int tls = Layout.freePorts(1)[0];
    Path file = stack.configuration("namespace");
    String text =
        Files.readString(file).replace("port: 0\n", "port: " + stack.namespacePort() + "\n");
    Files.writeString(file, text);
    Files.writeString(
        file,
        "tls: { port: %d, certificate: certs/bus.pem, key: certs/bus.key }\n".formatted(tls),
        StandardOpenOption.APPEND);
    stack.stop("agent-a");
    stack.stop("namespace");
    stack.run("namespace", "local-namespace", "drawbridge.namespace.Main");
    return tls;
  }

  /** As docs/install.md says; the check names what is wrong, and then nothing is. */
  private static void firstRun(InstalledRoot root, Stack stack) throws Exception {
    String said =
        root.run(
            """
            drawbridge-agent init --site=plant-1 --name=agent-a --gateway=gateway-1 --namespace=%1$s \
              --key-file='%2$s/secrets/agent-a' --samples='%2$s/certs' --source='erp=%3$s' --source-user=erp=%4$s \
              --source-password-file='erp=%2$s/secrets/erp'
            """
                .formatted(HOST, stack.folder(), stack.database().url(), OrdersDatabase.USER));
    assertTrue(said.contains("network: { trust:"), "the unknown CA is named: " + said);
    root.run(
        """
        set -e
        cp '%1$s/certs/bus-ca.pem' /etc/drawbridge/agent/
        chmod 644 /etc/drawbridge/agent/bus-ca.pem
        sed -i 's/^# network: .*/network: { trust: [system, bus-ca.pem] }/' /etc/drawbridge/agent/agent.yaml
        cp %1$s/site/policy.yaml /etc/drawbridge/agent/site/
        mkdir -p /etc/drawbridge/agent/site/apis
        cp %1$s/site/apis/*.yaml /etc/drawbridge/agent/site/apis/
        chmod -R go+rX /etc/drawbridge/agent/site
        """
            .formatted(stack.folder()));
    Ran checked = Ran.of(root.command(CHECK).toArray(String[]::new));
    for (String what :
        List.of(
            "AMQP: greeting", "Listen on drawbridge.plant-1.agent-a", "source erp", "channel")) {
      assertTrue(checked.text().contains("ok       " + what), checked.text());
    }
    assertEquals(0, checked.code(), checked.text());
    assertTrue(checked.text().contains("nothing: the other way is used"), checked.text());
  }

  /** One way out of the network, one to the source on the machine, and none in. */
  private static void onlyOutward(InstalledService agent, Stack stack, int open) throws Exception {
    List<String> sockets = agent.sockets();
    assertFalse(sockets.isEmpty());
    String namespace = PrivateNetwork.NAMESPACE + "]:" + open;
    int out = 0;
    for (String socket : sockets) {
      String[] words = socket.strip().split("\\s+", -1);
      assertNotEquals("LISTEN", words[1], socket);
      assertEquals("tcp", words[0], socket);
      if (words[1].equals("SYN-SENT") && words[5].contains(PrivateNetwork.NAMESPACE)) {
        continue; // the way that is barred is tried now and then
      }
      boolean outward =
          words[5].replace("[::ffff:", "").replace("]", "").equals(namespace.replace("]", ""));
      out += outward ? 1 : 0;
      assertTrue(outward || words[5].endsWith(":" + stack.database().port()), socket);
    }
    assertEquals(1, out, sockets::toString);
  }
}
