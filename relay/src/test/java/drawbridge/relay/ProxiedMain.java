package drawbridge.relay;

import drawbridge.certs.SampleKey;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.certs.SampleRequest;
import drawbridge.certs.SampleRequest.Usage;
import drawbridge.namespace.LocalNamespace;
import drawbridge.settings.Finding;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * Both ends of the way through a proxy, each a process in a network of its own: the namespace on
 * the outer side, and on the inner side whoever has no other way out.
 */
final class ProxiedMain {
  static final String HOST = "bus.drawbridge.test";
  static final String OWN = "drawbridge.plant-1.agent-a";
  static final String PEER = "drawbridge.gateway-1";
  static final String KEY = "a-key-of-the-test";
  static final String USER = "svc";
  static final String PASSWORD = "correct horse: battery";

  private ProxiedMain() {}

  /**
   * Prints what came of it.
   *
   * @param arguments {@code outer FOLDER} or {@code inner FOLDER PROXYHOST PROXYPORT}
   */
  public static void main(String... arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    if (arguments[0].equals("outer")) {
      var _ = namespace(folder, new SamplePki(), 443);
      Files.writeString(folder.resolve("ready"), "yes");
      new CountDownLatch(1).await();
    }
    NetworkSettings.Proxy bare =
        new NetworkSettings.Proxy(arguments[2], Integer.parseInt(arguments[3]), "", new Secret(""));
    System.out.println("direct: " + check(folder, Optional.empty()));
    System.out.println("no password: " + check(folder, Optional.of(bare)));
    System.out.println("wrong password: " + check(folder, as(bare, "another")));
    System.out.println("password: " + check(folder, as(bare, PASSWORD)));
    System.out.println(
        "message: " + message(network(folder.resolve("front-ca.pem"), as(bare, PASSWORD))));
    System.exit(0);
  }

  private static Optional<NetworkSettings.Proxy> as(NetworkSettings.Proxy proxy, String password) {
    return Optional.of(
        new NetworkSettings.Proxy(proxy.host(), proxy.port(), USER, new Secret(password)));
  }

  private static List<Finding> check(Path folder, Optional<NetworkSettings.Proxy> proxy) {
    return check(network(folder.resolve("front-ca.pem"), proxy));
  }

  static List<Finding> check(NetworkSettings network) {
    return NamespaceCheck.run(
        PeerName.agent("plant-1", "agent-a"), List.of(PEER), settings(), network);
  }

  static NetworkSettings network(Path trust, Optional<NetworkSettings.Proxy> proxy) {
    return new NetworkSettings(NetworkSettings.Transport.WEBSOCKET, proxy, true, List.of(trust));
  }

  static NamespaceSettings settings() {
    return new NamespaceSettings(HOST, 0, "root", new Secret(KEY), false);
  }

  /** A namespace whose certificate, by the CA in {@code front-ca.pem}, names {@link #HOST}. */
  static LocalNamespace namespace(Path folder, SamplePki pki, int port) throws IOException {
    pki.front().writeCertificate(folder.resolve("front-ca.pem"));
    server(pki).write(folder, "bus");
    return LocalNamespace.start(
        drawbridge.namespace.NamespaceSettings.builder()
            .noPlaintext()
            .tls(port, folder.resolve("bus.pem"), folder.resolve("bus.key"))
            .key("root", KEY)
            .queue(OWN)
            .queue(PEER)
            .build());
  }

  /** A server's certificate for {@link #HOST}. */
  static SampleLeaf server(SamplePki pki) {
    return pki.front()
        .issue(
            new SampleRequest(
                HOST,
                SampleKey.P256,
                Usage.SERVER,
                List.of(new GeneralName(GeneralName.dNSName, HOST)),
                Optional.empty(),
                false));
  }

  /** Sends one message to our own mailbox, and waits for it there. */
  static boolean message(NetworkSettings network) throws InterruptedException {
    network.install();
    BlockingQueue<Message> arrived = new ArrayBlockingQueue<>(10);
    try (ServiceBusCarrier carrier = new ServiceBusCarrier(OWN, settings(), network)) {
      carrier.start(
          new Carrier.Receiver() {
            @Override
            public void message(Message message) {
              arrived.add(message);
            }

            @Override
            public void link(boolean works) {}
          });
      UUID id = UUID.randomUUID();
      Message sent = new Message(Kind.DATA, id, 1, 0, 0, 0, 1, 0, OWN, new byte[] {1, 2, 3});
      carrier.send(OWN, sent, taken -> {});
      Message back = arrived.poll(60, TimeUnit.SECONDS);
      return back != null && back.channel().equals(id) && back.body().length == 3;
    }
  }
}
