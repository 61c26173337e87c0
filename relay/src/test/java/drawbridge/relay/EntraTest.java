package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleKey;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import drawbridge.certs.SampleRequest;
import drawbridge.certs.SampleTokens;
import drawbridge.namespace.LocalNamespace;
import drawbridge.namespace.NamespaceSettings.Principal;
import drawbridge.namespace.NamespaceSettings.Tokens;
import drawbridge.namespace.Permissions;
import drawbridge.settings.Finding;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The three ways of signing in by Entra ID, through Microsoft's own library: it asks a token
 * endpoint of the test, and the local namespace believes that endpoint's keys.
 */
@Timeout(120)
final class EntraTest {
  private static final PeerName SELF = PeerName.agent("plant-1", "agent-a");
  private static final String OWN = "drawbridge.plant-1.agent-a";
  private static final String PEER = "drawbridge.gateway-1";
  private static final String APPLICATION = "33333333-0000-0000-0000-000000000003";
  private static final String OWNER = "55555555-0000-0000-0000-000000000005";
  private static final String POD = "44444444-0000-0000-0000-000000000004";

  @TempDir Path folder;
  private final SamplePki pki = new SamplePki();
  private SSLContext before;
  private TokenEndpoint entra;
  private LocalNamespace namespace;

  @BeforeEach
  void start() throws Exception {
    before = SSLContext.getDefault();
    pki.front().writeCertificate(folder.resolve("front-ca.pem"));
    pki.local("namespace").write(folder, "namespace");
    entra = new TokenEndpoint(pki.local("entra"));
    Files.writeString(folder.resolve("keys.json"), entra.keys());
    Permissions least = Permissions.of(Set.of(OWN), Set.of(PEER));
    List<Principal> known = new ArrayList<>();
    for (String id : List.of(APPLICATION, POD, TokenEndpoint.MACHINE)) {
      known.add(new Principal(id, id, least));
    }
    known.add(new Principal(OWNER, OWNER, Permissions.all()));
    namespace =
        LocalNamespace.start(
            drawbridge.namespace.NamespaceSettings.builder()
                .noPlaintext()
                .tls(0, folder.resolve("namespace.pem"), folder.resolve("namespace.key"))
                .tokens(
                    new Tokens(
                        folder.resolve("keys.json"), Tokens.AUDIENCE, Optional.empty(), known))
                .queue(OWN)
                .queue(PEER)
                .queue("drawbridge.gateway-9")
                .build());
  }

  @AfterEach
  void stop() {
    namespace.close();
    entra.close();
    SSLContext.setDefault(before);
  }

  private SampleLeaf application(SampleKey kind) throws Exception {
    SampleLeaf leaf =
        pki.connectors().issue(SampleRequest.connector("agent-a of plant-1").withKey(kind));
    leaf.write(folder, "app");
    return leaf;
  }

  private NamespaceSettings settings(String login) {
    return settings(login, Map.of());
  }

  private NamespaceSettings settings(String login, Map<String, String> environment) {
    Section file = Section.parse(folder.resolve("agent.yaml"), "login: " + login);
    return new NamespaceSettings(
        "localhost", namespace.tlsPort(), Login.read(file.section("login"), environment), false);
  }

  private String certificateLogin() {
    return certificateLogin(APPLICATION);
  }

  private String certificateLogin(String client) {
    return "{ entra: { tenant: %s, client: %s, certificate: app.pem, key: app.key, authority: \"%s\" } }"
        .formatted(TokenEndpoint.TENANT, client, entra.authority());
  }

  private NetworkSettings network() {
    return new NetworkSettings(
        NetworkSettings.Transport.AUTO,
        Optional.empty(),
        false,
        List.of(folder.resolve("front-ca.pem")));
  }

  private List<Finding> check(NamespaceSettings settings, String peer) {
    return NamespaceCheck.run(SELF, List.of(peer), settings, network());
  }

  private void allGood(NamespaceSettings settings) {
    List<Finding> all = check(settings, PEER);
    assertEquals("Send to " + PEER, all.getLast().what());
    assertTrue(all.stream().allMatch(Finding::good), all::toString);
  }

  @Test
  void aCertificateSignsInAndCarriesMessages() throws Exception {
    entra.register(APPLICATION, application(SampleKey.RSA).certificate());
    NamespaceSettings settings = settings(certificateLogin());
    allGood(settings);
    assertEquals(
        Set.of("/" + TokenEndpoint.TENANT + "/oauth2/v2.0/token client_credentials"),
        Set.copyOf(entra.asked));
    try (ServiceBusCarrier carrier = new ServiceBusCarrier(OWN, settings, network())) {
      carrier.start(
          new Carrier.Receiver() {
            @Override
            public void message(Message message) {}

            @Override
            public void link(boolean works) {}
          });
      Message hello =
          new Message(Kind.HELLO, UUID.randomUUID(), 0, 0, 0, 0, 1, 0, OWN, new byte[] {1, 2, 3});
      BlockingQueue<Boolean> taken = new ArrayBlockingQueue<>(1);
      carrier.send(PEER, hello, taken::add);
      assertEquals(true, taken.poll(30, TimeUnit.SECONDS));
      assertEquals(1, namespace.stats().queue(PEER).messagesIn());
      assertEquals(List.of(), carrier.problems());
    }
  }

  @Test
  void onlyWhatTheRoleAllowsIsAllowed() throws Exception {
    entra.register(APPLICATION, application(SampleKey.RSA).certificate());
    List<Finding> all = check(settings(certificateLogin()), "drawbridge.gateway-9");
    assertFalse(all.getLast().good(), all::toString);
    assertTrue(all.getLast().fix().contains("Azure Service Bus Data Sender"), all::toString);
  }

  /** What {@code --manage} without a file does. */
  @Test
  void theOwnLoginShowsTheSettingsOfTheQueuesWhereItsRoleAllowsIt() throws Exception {
    entra.register(APPLICATION, application(SampleKey.RSA).certificate());
    ManageOption own = new ManageOption();
    own.manage = Path.of("");
    Finding refused = queues(certificateLogin(), own).getFirst();
    assertTrue(refused.detail().contains("Manage,EntityRead claims"), refused::toString);
    assertTrue(refused.fix().contains("Azure Service Bus Data Owner"), refused::toString);
    entra.register(OWNER, application(SampleKey.RSA).certificate());
    List<Finding> seen = queues(certificateLogin(OWNER), own);
    assertEquals(
        List.of("Settings of " + OWN, "Settings of " + PEER),
        seen.stream().map(Finding::what).toList());
    assertTrue(seen.getFirst().detail().contains("time-to-live is PT336H"), seen::toString);
    entra.close();
    List<Finding> away = queues(certificateLogin(OWNER), own);
    assertEquals(1, away.size());
    assertTrue(away.getFirst().detail().contains("Entra ID cannot be reached"), away::toString);
  }

  private List<Finding> queues(String login, ManageOption own) {
    return QueueSettingsCheck.run(SELF, List.of(PEER), settings(login), network(), own);
  }

  @Test
  void aRenewedCertificateIsUsedWithoutARestart() throws Exception {
    application(SampleKey.RSA);
    NamespaceSettings settings = settings(certificateLogin());
    EntraSignIn signIn = new EntraSignIn((Login.Entra) settings.login(), network());
    Optional<String> unknown = signIn.check();
    assertTrue(unknown.orElse("").contains("AADSTS700027"), unknown::toString);
    assertTrue(unknown.orElse("").contains("is registered with that application"));
    entra.register(APPLICATION, application(SampleKey.RSA).certificate());
    assertEquals(Optional.empty(), signIn.check());
  }

  @Test
  void aPodSignsInByTheTokenOfItsCluster() throws Exception {
    Map<String, Object> claims = SampleTokens.claims("system:serviceaccount:a:b", Instant.now());
    String token = SampleTokens.create("cluster").token(claims);
    Path file = Files.writeString(folder.resolve("token"), token, StandardCharsets.US_ASCII);
    entra.federate(POD, token);
    allGood(
        settings(
            "{ workload-identity: { tenant: %s, client: %s, token-file: token, authority: \"%s\" } }"
                .formatted(TokenEndpoint.TENANT, POD, entra.authority())));
    allGood(
        settings(
            "{ workload-identity: {} }",
            Map.of(
                "AZURE_TENANT_ID",
                TokenEndpoint.TENANT,
                "AZURE_CLIENT_ID",
                POD,
                "AZURE_FEDERATED_TOKEN_FILE",
                file.toString(),
                "AZURE_AUTHORITY_HOST",
                entra.authority())));
  }

  /** Where a machine asks for its identity stands in its environment, so it is a process's own. */
  @Test
  void aMachineSignsInByItsIdentityAndNeverThroughTheProxy() throws Exception {
    String metadata = entra.machineAuthority();
    Map<String, Map<String, String>> kinds =
        Map.of(
            "/msi/token",
            Map.of(
                "IDENTITY_ENDPOINT",
                metadata + "/msi/token",
                "IDENTITY_HEADER",
                TokenEndpoint.HEADER),
            "/metadata/identity/oauth2/token",
            Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", metadata));
    for (var kind : kinds.entrySet()) {
      entra.asked.clear();
      ProcessBuilder check =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              MachineMain.class.getName(),
              Integer.toString(namespace.tlsPort()),
              folder.resolve("front-ca.pem").toString());
      check.environment().putAll(kind.getValue());
      Path said = folder.resolve("said");
      Process process = check.redirectErrorStream(true).redirectOutput(said.toFile()).start();
      assertTrue(process.waitFor(90, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue(), Files.readString(said));
      assertTrue(entra.asked.contains(kind.getKey()), entra.asked::toString);
    }
  }

  @Test
  void everyMistakeNamesItsKeyAndItsFix() throws Exception {
    application(SampleKey.P256);
    mistake(certificateLogin(), "login.entra.certificate", "its key is EC, not RSA");
    application(SampleKey.RSA);
    pki.connector("another").write(folder, "other");
    Files.writeString(folder.resolve("app.key"), Files.readString(folder.resolve("other.key")));
    mistake(certificateLogin(), "login.entra.key", "there is no RSA key in it");
    application(SampleKey.RSA);
    String login = certificateLogin();
    mistake(login.replace(TokenEndpoint.TENANT, "common"), "login.entra.tenant", "is no directory");
    mistake(
        login.replace("https://localhost", "http://localhost"),
        "login.entra.authority",
        "not a URL by HTTPS");
    mistake(login.replace("client: ", "klient: "), "login.entra.client", "is missing");
    mistake("{ managed-identity: {}, sas: { name: a, key-file: b } }", "login.sas", "a second way");
    mistake("{ workload-identity: {} }", "login.workload-identity.token-file", "AZURE_FEDERATED");
  }

  private void mistake(String login, String key, String problem) {
    SettingsException wrong = assertThrows(SettingsException.class, () -> settings(login));
    assertEquals(key, wrong.key());
    assertTrue(String.valueOf(wrong.getMessage()).contains(problem), wrong::getMessage);
    assertFalse(wrong.fix().isEmpty());
  }

  @Test
  void theEmulatorModeKnowsNoTokens() {
    Section file =
        Section.parse(
            folder.resolve("agent.yaml"),
            "{ endpoint: \"localhost:5672\", emulator: true, login: { managed-identity: {} } }");
    SettingsException wrong =
        assertThrows(SettingsException.class, () -> NamespaceSettings.read(file));
    assertEquals("login.managed-identity", wrong.key());
  }

  @Test
  void anAuthorityThatIsAwayIsSaidToBe() throws Exception {
    application(SampleKey.RSA);
    NamespaceSettings settings = settings(certificateLogin());
    entra.close();
    List<Finding> all = check(settings, PEER);
    assertTrue(all.getLast().detail().contains("Entra ID cannot be reached"), all::toString);
    assertEquals("Token from Entra ID", all.getLast().what());
  }
}
