package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusSenderClient;
import com.sun.net.httpserver.HttpsServer;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.Permissions;
import drawbridge.namespace.QueueSettings;
import drawbridge.settings.Finding;
import drawbridge.settings.Finding.Verdict;
import drawbridge.settings.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What an admin is told of a queue's settings: Microsoft's own client, by HTTPS with a CA that only
 * the settings name, at a namespace that describes its queues as the test wants them.
 */
@Timeout(120)
final class QueueSettingsCheckTest {
  private static final PeerName SELF = PeerName.agent("plant-1", "agent-a");
  private static final String OWN = "drawbridge.plant-1.agent-a";
  private static final String PEER = "drawbridge.gateway-1";
  private static final String XML = "application/atom+xml;type=entry;charset=utf-8";
  private static final String MANAGING = "bWFuYWdpbmcta2V5LW9mLXRoZS10ZXN0LW9ubHk=";

  @TempDir Path folder;
  private final SamplePki pki = new SamplePki();
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Logger root = Logger.getLogger("");
  private final Handler ear =
      new Handler() {
        @Override
        public void publish(LogRecord said) {
          logged.add(said.getMessage() + Arrays.toString(said.getParameters()) + said.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private Level before;
  private LocalNamespace namespace;

  @BeforeEach
  void start() throws Exception {
    pki.front().writeCertificate(folder.resolve("front-ca.pem"));
    pki.local("namespace").write(folder, "namespace");
    namespace = namespace(queue -> queue);
    ear.setLevel(Level.ALL);
    before = root.getLevel();
    root.setLevel(Level.ALL);
    root.addHandler(ear);
  }

  /** Whatever a test did, the key is in no line of any log, at any level. */
  @AfterEach
  void stop() {
    namespace.close();
    root.removeHandler(ear);
    root.setLevel(before);
    assertTrue(logged.stream().noneMatch(line -> line.contains(MANAGING)), logged::toString);
  }

  private LocalNamespace namespace(UnaryOperator<QueueSettings> own) {
    QueueSettings mailbox = QueueSettings.of(OWN).timeToLive(Duration.ofSeconds(60));
    return LocalNamespace.start(
        drawbridge.namespace.NamespaceSettings.builder()
            .port(0)
            .tls(0, folder.resolve("namespace.pem"), folder.resolve("namespace.key"))
            .key("boss", MANAGING)
            .key("agent-a", "agents-key", Permissions.of(Set.of(OWN), Set.of(PEER)))
            .queue(own.apply(mailbox))
            .queue(QueueSettings.of(PEER).timeToLive(Duration.ofSeconds(60)))
            .build());
  }

  private static NamespaceSettings at(String host, int port) {
    return new NamespaceSettings(host, port, "agent-a", new Secret("agents-key"), false);
  }

  private NetworkSettings network() {
    return new NetworkSettings(
        NetworkSettings.Transport.AUTO,
        Optional.empty(),
        false,
        List.of(folder.resolve("front-ca.pem")));
  }

  private ManageOption manage(String content) throws IOException {
    ManageOption option = new ManageOption();
    option.manage = Files.writeString(folder.resolve("manage"), content);
    return option;
  }

  private ManageOption manage(String name, String key) throws IOException {
    return manage(
        "Endpoint=sb://localhost/;SharedAccessKeyName=%s;SharedAccessKey=%s\n"
            .formatted(name, key));
  }

  private List<Finding> check(int port, String... peers) throws IOException {
    return check(at("localhost", port), network(), manage("boss", MANAGING), peers);
  }

  private static List<Finding> check(
      NamespaceSettings settings, NetworkSettings network, ManageOption manage, String... peers) {
    List<Finding> all = QueueSettingsCheck.run(SELF, List.of(peers), settings, network, manage);
    assertFalse(all.toString().contains(MANAGING), all::toString);
    return all;
  }

  private static void is(Finding finding, Verdict verdict, String detail, String fix) {
    assertEquals(verdict, finding.verdict(), finding::toString);
    assertTrue(finding.detail().contains(detail), finding::toString);
    assertTrue(finding.fix().contains(fix), finding::toString);
    assertTrue(finding.took().isPresent());
  }

  @Test
  void queuesThatAreAsTheyShouldBeAreSaidToBe() throws Exception {
    List<Finding> all = check(namespace.tlsPort(), PEER);
    assertEquals(
        List.of("Settings of " + OWN, "Settings of " + PEER),
        all.stream().map(Finding::what).toList());
    for (Finding finding : all) {
      is(finding, Verdict.OK, "time-to-live PT1M, 0 messages wait, 0 are dead letters", "");
    }
    assertEquals(0, namespace.stats().queue(PEER).messagesIn());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RequiresSession|true|FAILED|requires sessions|requiresSession cannot be changed: az servicebus queue delete --resource-group GROUP --namespace-name localhost --name drawbridge.plant-1.agent-a",
        "RequiresDuplicateDetection|true|FAILED|duplicates|requiresDuplicateDetection cannot be changed",
        "ForwardTo|elsewhere|FAILED|forwards everything to|remove its forwardTo",
        "Status|Disabled|FAILED|its status is Disabled|--status Active",
        "Status|SendDisabled|FAILED|its status is SendDisabled|--status Active",
        "Status|ReceiveDisabled|FAILED|its status is ReceiveDisabled|--status Active",
        "MaxMessageSizeInKilobytes|64|FAILED|up to 64 KB|--max-message-size 1024",
        "DefaultMessageTimeToLive|P10675199DT2H48M5.4775807S|WARNING|time-to-live is unlimited|az servicebus queue update --resource-group GROUP --namespace-name localhost --name drawbridge.plant-1.agent-a --default-message-time-to-live PT1M",
        "DefaultMessageTimeToLive|PT5S|WARNING|time-to-live is PT5S|--default-message-time-to-live PT1M",
        "DeadLetteringOnMessageExpiration|true|WARNING|kept as dead letters|--enable-dead-lettering-on-message-expiration false",
        "ForwardDeadLetteredMessagesTo|elsewhere|WARNING|forwards dead letters to|remove its forwardDead",
        "EnablePartitioning|true|WARNING|is partitioned|enablePartitioning cannot be changed",
        "AutoDeleteOnIdle|P7D|WARNING|is deleted|--auto-delete-on-idle P10675199",
      })
  void aSettingThatIsInTheWayIsNamedWithItsFix(
      String element, String value, Verdict verdict, String detail, String fix) throws Exception {
    try (LocalNamespace other = namespace(queue -> queue.described(element, value))) {
      List<Finding> all = check(other.tlsPort(), PEER);
      assertEquals(2, all.size(), all::toString);
      is(all.getFirst(), verdict, detail, fix);
      assertFalse(all.getFirst().detail().contains(";"), "one setting, and no other is named");
      assertEquals(Verdict.OK, all.getLast().verdict());
    }
  }

  @Test
  void severalSettingsAreOneFindingAndTheWorstCounts() throws Exception {
    try (LocalNamespace other =
        namespace(
            queue ->
                queue
                    .described("Status", "Disabled")
                    .described("DefaultMessageTimeToLive", "P1D")
                    .deadLetterOnExpiry(true))) {
      List<Finding> all = check(other.tlsPort());
      assertEquals(1, all.size());
      is(
          all.getFirst(),
          Verdict.FAILED,
          "its status is Disabled; time-to-live is PT24H",
          "--status Active --default-message-time-to-live PT1M --enable-dead-lettering-on-message"
              + "-expiration false");
    }
  }

  @Test
  void whatWaitsAndNobodyReadsIsCounted() throws Exception {
    try (ServiceBusSenderClient sender = sender(namespace)) {
      sender.sendMessages(many(99));
      is(check(namespace.tlsPort()).getFirst(), Verdict.OK, "99 messages wait", "");
      sender.sendMessages(many(1));
      is(
          check(namespace.tlsPort()).getFirst(),
          Verdict.WARNING,
          "(100 messages wait, 0 are dead letters)",
          "start the program whose mailbox it is");
    }
  }

  private static ServiceBusSenderClient sender(LocalNamespace to) {
    return new ServiceBusClientBuilder()
        .connectionString(to.connectionString("boss"))
        .sender()
        .queueName(OWN)
        .buildClient();
  }

  private static List<ServiceBusMessage> many(int count) {
    return IntStream.range(0, count).mapToObj(i -> new ServiceBusMessage("m")).toList();
  }

  @Test
  void deadLettersAreCounted() throws Exception {
    try (LocalNamespace other = namespace(queue -> queue.deadLetterOnExpiry(true))) {
      try (ServiceBusSenderClient sender = sender(other)) {
        sender.sendMessage(new ServiceBusMessage("m").setTimeToLive(Duration.ofMillis(1)));
      }
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      Finding found = check(other.tlsPort()).getFirst();
      while (!found.detail().contains("1 are dead letters") && System.nanoTime() < end) {
        found = check(other.tlsPort()).getFirst();
      }
      is(found, Verdict.WARNING, "nobody reads dead letters", "purge its dead-letter queue");
    }
  }

  @Test
  void aWrongKeyAKeyWithoutTheRightAndAMissingQueueAreToldApart() throws Exception {
    NamespaceSettings settings = at("localhost", namespace.tlsPort());
    List<Finding> wrong = check(settings, network(), manage("boss", "another-key"), PEER);
    assertEquals(1, wrong.size(), "it is wrong for all of them");
    is(wrong.getFirst(), Verdict.FAILED, "not allowed (InvalidSignature", "check name and value");
    List<Finding> less = check(settings, network(), manage("agent-a", "agents-key"), PEER);
    assertEquals(1, less.size());
    is(less.getFirst(), Verdict.FAILED, "not allowed (Manage,EntityRead claims", "right Manage");
    List<Finding> gone = check(namespace.tlsPort(), "drawbridge.gateway-9", PEER);
    assertEquals(3, gone.size(), "of that one alone");
    is(gone.get(1), Verdict.FAILED, "there is no such queue", "create it, or mend the name");
    assertEquals(Verdict.OK, gone.get(2).verdict());
  }

  @Test
  void aWayThatIsBarredIsNamed() throws Exception {
    int port = namespace.tlsPort();
    NetworkSettings system =
        new NetworkSettings(NetworkSettings.Transport.AUTO, Optional.empty(), true, List.of());
    List<Finding> strange = check(at("localhost", port), system, manage("boss", MANAGING), PEER);
    assertEquals(1, strange.size());
    is(strange.getFirst(), Verdict.FAILED, "the certificate seen is refused", "network.trust");
    namespace.silence(Duration.ofSeconds(20));
    Finding late =
        QueueSettingsCheck.run(
                SELF,
                List.of(PEER),
                at("localhost", port),
                network(),
                manage("boss", MANAGING),
                Duration.ofSeconds(2))
            .getFirst();
    is(late, Verdict.FAILED, "no answer in 2 s", "localhost:" + port);
    namespace.close();
    is(
        check(port).getFirst(),
        Verdict.FAILED,
        "no way there",
        "let HTTPS through to localhost:" + port);
    int closed;
    try (ServerSocket free = new ServerSocket(0)) {
      closed = free.getLocalPort();
    }
    NetworkSettings proxied =
        new NetworkSettings(
            NetworkSettings.Transport.AUTO,
            Optional.of(new NetworkSettings.Proxy("127.0.0.1", closed, "", new Secret(""))),
            false,
            List.of(folder.resolve("front-ca.pem")));
    is(
        check(at("localhost", port), proxied, manage("boss", MANAGING)).getFirst(),
        Verdict.FAILED,
        "no way there",
        "by the proxy 127.0.0.1");
  }

  @Test
  void aCertificateOfAnotherNameIsNamed() throws Exception {
    HttpsServer other = server(ProxiedMain.server(pki));
    try {
      is(
          check(other.getAddress().getPort()).getFirst(),
          Verdict.FAILED,
          "No subject alternative DNS name matching localhost",
          "network.trust");
    } finally {
      other.stop(0);
    }
  }

  private static HttpsServer server(SampleLeaf certificate) throws Exception {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(TokenEndpoint.configurator(certificate));
    server.start();
    return server;
  }

  /** Whoever answers in the namespace's place, with a certificate that is trusted. */
  @Test
  void answersThatAreNoneAreBoundedAndReadWithoutHarm() throws Exception {
    Files.writeString(folder.resolve("private"), "what no answer may fetch");
    String entity =
        "<!DOCTYPE entry [<!ENTITY x SYSTEM \"%s\">]><entry xmlns=\"http://www.w3.org/2005/Atom\"><content type=\"application/xml\"><QueueDescription xmlns=\"http://schemas.microsoft.com/netservices/2010/10/servicebus/connect\"><ForwardTo>&x;</ForwardTo></QueueDescription></content></entry>"
            .formatted(folder.resolve("private").toUri());
    HttpsServer server = server(pki.local("another"));
    String[] next = {"", "", ""};
    server.createContext(
        "/",
        asked -> {
          byte[] body = next[1].getBytes(StandardCharsets.UTF_8);
          asked.getResponseHeaders().set("Content-Type", next[2]);
          asked.getResponseHeaders().set("Location", "https://localhost/elsewhere");
          asked.sendResponseHeaders(Integer.parseInt(next[0]), 0);
          try (OutputStream out = asked.getResponseBody()) {
            out.write(body);
          }
        });
    try {
      int port = server.getAddress().getPort();
      for (String[] answer :
          new String[][] {
            {"200", "<p>Blocked</p>", "text/html", "no answer that can be read (text/html"},
            {"200", "<entry>" + " ".repeat(BoundedAnswer.LONGEST), XML, "longer than 1 MB"},
            {"200", "<entry><content>", XML, ""},
            {"200", "not XML", XML, ""},
            {"200", entity, XML, ""},
            {"302", "", XML, "status 302"},
            {"403", "<Error><Code>403</Code><Detail>Ip refused</Detail></Error>", XML, "forbidden"},
            {"500", "", XML, "status 500"},
            {"503", "<Error><Code>503</Code><Detail>busy</Detail></Error>", XML, "(busy)"}
          }) {
        System.arraycopy(answer, 0, next, 0, 3);
        Finding found = check(port, PEER).getFirst();
        assertFalse(found.toString().contains("what no answer may fetch"), found::toString);
        is(found, Verdict.FAILED, answer[3], "");
      }
    } finally {
      server.stop(0);
    }
  }

  @Test
  void inTheEmulatorModeNoProxySeesIt() throws Exception {
    NamespaceSettings emulator =
        new NamespaceSettings(
            "localhost", namespace.port(), "agent-a", new Secret("agents-key"), true);
    NetworkSettings proxied =
        new NetworkSettings(
            NetworkSettings.Transport.AUTO,
            Optional.of(new NetworkSettings.Proxy("127.0.0.1", 1, "", new Secret(""))),
            true,
            List.of());
    is(
        check(emulator, proxied, manage("boss", MANAGING)).getFirst(),
        Verdict.OK,
        "as the protocol needs them",
        "");
  }
}
