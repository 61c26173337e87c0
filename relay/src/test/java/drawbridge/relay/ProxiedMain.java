package drawbridge.relay;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import drawbridge.certs.SampleKey;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.certs.SampleRequest;
import drawbridge.certs.SampleRequest.Usage;
import drawbridge.namespace.LocalNamespace;
import drawbridge.settings.Finding;
import drawbridge.settings.Secret;
import drawbridge.settings.Section;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
  static final int ENTRA = 8443;
  static final int FILES = 8444;
  static final int PLAIN = 8080;
  private static final String APPLICATION = "33333333-0000-0000-0000-000000000003";

  private ProxiedMain() {}

  /**
   * Prints what came of it.
   *
   * @param arguments {@code outer FOLDER} or {@code inner FOLDER PROXYHOST PROXYPORT}
   */
  public static void main(String... arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    if (arguments[0].equals("outer")) {
      SamplePki pki = new SamplePki();
      var _ = namespace(folder, pki, 443);
      others(folder, pki);
      Files.writeString(folder.resolve("ready"), "yes");
      new CountDownLatch(1).await();
    }
    NetworkSettings.Proxy bare =
        new NetworkSettings.Proxy(arguments[2], Integer.parseInt(arguments[3]), "", new Secret(""));
    System.out.println("direct: " + check(folder, Optional.empty()));
    System.out.println("no password: " + check(folder, Optional.of(bare)));
    System.out.println("wrong password: " + check(folder, as(bare, "another")));
    System.out.println("password: " + check(folder, as(bare, PASSWORD)));
    System.out.println("queues directly: " + queues(folder, Optional.empty()));
    System.out.println("queues: " + queues(folder, as(bare, PASSWORD)));
    System.out.println(
        "message: " + message(network(folder.resolve("front-ca.pem"), as(bare, PASSWORD))));
    NetworkSettings through = network(folder.resolve("front-ca.pem"), as(bare, PASSWORD));
    NetworkSettings direct = network(folder.resolve("front-ca.pem"), Optional.empty());
    System.out.println("entra directly: " + signIn(folder, direct));
    System.out.println("entra: " + signIn(folder, through));
    String keys = "https://" + HOST + ":" + FILES + "/keys.json";
    System.out.println("keys directly: " + fetched(direct, keys));
    System.out.println("keys: " + fetched(through, keys));
    for (String list :
        List.of(
            "https://" + HOST + ":" + FILES + "/relay.crl",
            "http://" + HOST + ":" + PLAIN + "/relay.crl")) {
      String name = list.substring(0, list.indexOf(':'));
      System.out.println("list by " + name + " directly: " + list(folder, direct, list));
      System.out.println("list by " + name + ": " + list(folder, through, list));
    }
    System.exit(0);
  }

  /** Entra ID, and whoever publishes keys and revocation lists. */
  private static void others(Path folder, SamplePki pki) throws Exception {
    TokenEndpoint entra = new TokenEndpoint(server(pki), HOST, ENTRA);
    SampleLeaf application =
        pki.connectors()
            .issue(SampleRequest.connector("agent-a of plant-1").withKey(SampleKey.RSA));
    application.write(folder, "app");
    entra.register(APPLICATION, application.certificate());
    pki.relay().writeCrl(folder.resolve("published.crl"));
    InetAddress here = InetAddress.getLoopbackAddress();
    HttpsServer files = HttpsServer.create(new InetSocketAddress(here, FILES), 0);
    files.setHttpsConfigurator(TokenEndpoint.configurator(server(pki)));
    files.createContext(
        "/keys.json", asked -> answer(asked, entra.keys().getBytes(StandardCharsets.UTF_8)));
    HttpServer plain = HttpServer.create(new InetSocketAddress(here, PLAIN), 0);
    for (HttpServer one : List.of(files, plain)) {
      one.createContext(
          "/relay.crl",
          asked -> answer(asked, Files.readAllBytes(folder.resolve("published.crl"))));
      one.start();
    }
  }

  private static void answer(HttpExchange exchange, byte[] body) throws IOException {
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static String signIn(Path folder, NetworkSettings network) {
    Section file =
        Section.parse(
            folder.resolve("agent.yaml"),
            "login: { entra: { tenant: %s, client: %s, certificate: app.pem, key: app.key, authority: \"https://%s:%d\" } }"
                .formatted(TokenEndpoint.TENANT, APPLICATION, HOST, ENTRA));
    Login login = Login.read(file.section("login"), Map.of());
    return login instanceof Login.Entra entra
        ? new EntraSignIn(entra, network).check().orElse("a token")
        : "another login";
  }

  private static String fetched(NetworkSettings network, String url) {
    try {
      byte[] got = new Fetch(network).get(URI.create(url), 1 << 20, Duration.ofSeconds(20));
      return "got " + new String(got, StandardCharsets.UTF_8).replace("\n", "");
    } catch (IOException e) {
      return "failed: " + e.getMessage();
    }
  }

  private static String list(Path folder, NetworkSettings network, String url) throws IOException {
    Path file = folder.resolve("fetched.crl");
    Files.deleteIfExists(file);
    try {
      new CrlUrl(URI.create(url), file, new Fetch(network)).fetch(Instant.now());
      return "same " + (Files.mismatch(file, folder.resolve("published.crl")) < 0);
    } catch (IOException e) {
      return "failed: " + e.getMessage();
    }
  }

  private static Optional<NetworkSettings.Proxy> as(NetworkSettings.Proxy proxy, String password) {
    return Optional.of(
        new NetworkSettings.Proxy(proxy.host(), proxy.port(), USER, new Secret(password)));
  }

  private static List<Finding> check(Path folder, Optional<NetworkSettings.Proxy> proxy) {
    return check(network(folder.resolve("front-ca.pem"), proxy));
  }

  private static List<Finding> queues(Path folder, Optional<NetworkSettings.Proxy> proxy)
      throws IOException {
    ManageOption manage = new ManageOption();
    manage.manage =
        Files.writeString(
            folder.resolve("manage"),
            "Endpoint=sb://%s/;SharedAccessKeyName=root;SharedAccessKey=%s".formatted(HOST, KEY));
    return QueueSettingsCheck.run(
        PeerName.agent("plant-1", "agent-a"),
        List.of(PEER),
        settings(),
        network(folder.resolve("front-ca.pem"), proxy),
        manage,
        Duration.ofSeconds(10));
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
