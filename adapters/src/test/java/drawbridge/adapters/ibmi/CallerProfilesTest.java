package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.TestCall;
import drawbridge.ibmi.stub.DataQueue;
import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.HostSettings;
import drawbridge.ibmi.stub.HostUser;
import drawbridge.ibmi.stub.Job;
import drawbridge.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who works on the host: a token in place of the password, a profile for each caller. */
@Timeout(120)
final class CallerProfilesTest {
  private static final String OPERATIONS =
      """
      - { name: Who, get: /who, safe: true, program: { pcml: ../who.pcml } }
      - { name: Send, post: /send, data-queue: { library: SHOP, name: ORDERS, do: send } }
      - { name: Take, post: /take, data-queue: { library: SHOP, name: ORDERS, do: receive, wait: 1s } }
      - { name: Rows, get: /rows, sql: select ID from ORDERS }
      """;

  private static final String CALLERS =
      """
      callers:
        - { caller: { app: 6f1c0000-0000-0000-0000-000000000001 }, profile: WEBORD }
        - { caller: { subject: "CN=apim, O=Contoso" }, profile: APIM, password-file: apim }
      """;

  private static final String WEB = "6f1c0000-0000-0000-0000-000000000001";

  @TempDir Path folder;
  private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=DB2;DB_CLOSE_DELAY=-1";
  private TestHost host;
  private HostUser web;

  @BeforeEach
  void start() throws Exception {
    try (Connection connection = DriverManager.getConnection(url);
        var statement = connection.createStatement()) {
      statement.execute("create schema SHOP");
      statement.execute("create table SHOP.ORDERS(ID integer primary key)");
    }
    host = TestHost.start(folder, HostSettings.builder().database(url));
    web = host.host().user("WEBORD", "nobody knows").usedBy("BRIDGE");
    host.host().user("APIM", "4p1m");
    Files.writeString(folder.resolve("apim"), "4p1m");
    host.host().program("SHOP", "WHO", p -> p.text(0, 0, 10, p.job().user()));
    host.host().dataQueue("SHOP", "ORDERS", DataQueue.Order.FIFO, 100, 0, true);
    Files.writeString(
        folder.resolve("who.pcml"),
        """
        <pcml version="6.0">
          <program name="WHO" path="/QSYS.LIB/SHOP.LIB/WHO.PGM">
            <data name="NAME" type="char" length="10" usage="output"/>
          </program>
        </pcml>
        """);
    Files.writeString(folder.resolve("callers.yaml"), CALLERS);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  private HostSite open(String further) throws Exception {
    return HostSite.open(folder, host, "libraries: [SHOP]\n" + further, OPERATIONS);
  }

  private static TestCall call(HostSite site, String operation, String attribute, String value) {
    return new TestCall(site.operation(operation)).caller(attribute, value);
  }

  private static String run(TestCall call) throws Exception {
    return HostSite.virtual(call::run).text();
  }

  private static Fault fault(TestCall call) {
    return assertThrows(FaultException.class, () -> run(call)).fault();
  }

  private Stream<Job> jobs(HostService service) {
    return host.host().jobs().stream().filter(job -> job.service() == service);
  }

  @Test
  void eachCallerWorksAsTheProfileThatTheFileSays() throws Exception {
    try (HostSite site = open("callers: callers.yaml\n")) {
      assertEquals("{\"name\":\"WEBORD\"}", run(call(site, "Who", "app", WEB)));
      assertEquals(
          "{\"name\":\"APIM\"}",
          run(call(site, "Who", "subject", "cn=APIM,o=Contoso")),
          "names are compared as names");
      assertEquals(
          "{\"done\":true}", run(call(site, "Send", "app", WEB).body("{\"entry\":\"x\"}")));
      assertTrue(
          run(call(site, "Take", "subject", "CN=apim,O=Contoso")).contains("\"user\":\"WEBORD\""));
      assertEquals("{\"value\":[]}", run(call(site, "Rows", "app", WEB)));
      assertEquals("{\"value\":[]}", run(call(site, "Rows", "subject", "CN=apim,O=Contoso")));
      assertEquals(
          List.of("APIM", "WEBORD"), jobs(HostService.DATABASE).map(Job::user).sorted().toList());
      Fault nobody = fault(call(site, "Who", "subject", "CN=other"));
      assertEquals(Fault.Code.FORBIDDEN, nobody.code());
      assertEquals(Fault.Code.FORBIDDEN, fault(call(site, "Rows", "subject", "CN=other")).code());
      assertEquals(0, web.attempts(), "its password is not the bridge's to know");
    }
    TestHost.await("every job has ended", () -> host.host().jobs().isEmpty());
  }

  @Test
  void theCheckNamesAProfileThatIsNotThere() throws Exception {
    try (HostSite site = open("callers: callers.yaml\n")) {
      assertTrue(site.check().ok(), () -> site.check().toString());
    }
    Files.writeString(folder.resolve("callers.yaml"), CALLERS.replace("WEBORD", "NOBODY"));
    try (HostSite site = open("callers: callers.yaml\n")) {
      SourceCheck check = site.check();
      assertFalse(check.ok());
      assertTrue(check.details().toString().contains("/QSYS.LIB/NOBODY.USRPRF"), check::toString);
    }
  }

  @Test
  void othersMayBeServedByTheSourcesOwnUser() throws Exception {
    Files.writeString(folder.resolve("callers.yaml"), CALLERS + "others: service\nsize: 1\n");
    try (HostSite site = open("callers: callers.yaml\n")) {
      assertEquals("{\"name\":\"BRIDGE\"}", run(call(site, "Who", "subject", "CN=other")));
      assertEquals("{\"name\":\"WEBORD\"}", run(call(site, "Who", "app", WEB)));
    }
  }

  @Test
  void aProfileThatMayNotBeUsedFailsAloneAndLocksNobody() throws Exception {
    web.usedBy();
    try (HostSite site = open("callers: callers.yaml\n")) {
      for (int i = 0; i < 5; i++) {
        assertEquals(Fault.Code.SOURCE_UNAVAILABLE, fault(call(site, "Who", "app", WEB)).code());
      }
      assertEquals("{\"name\":\"APIM\"}", run(call(site, "Who", "subject", "CN=apim,O=Contoso")));
      assertEquals(0, web.refusals());
      web.usedBy("BRIDGE");
      assertEquals("{\"name\":\"WEBORD\"}", run(call(site, "Who", "app", WEB)));
    }
  }

  @Test
  void aTokenSparesThePasswordAndIsReplacedWhenTheHostForgetsIt() throws Exception {
    HostUser bridge = host.host().user("BRIDGE", "s3cret");
    host.host()
        .program(
            "SHOP",
            "WHO",
            p -> {
              p.text(0, 0, 10, p.job().user());
              together();
            });
    String token =
        host.yaml("libraries: [SHOP]\n").replace("password }", "password, profile-token: true }");
    // Each call then needs a connection of its own.
    String operations = OPERATIONS.replace("program:", "keeps-job: false, program:");
    try (HostSite site = HostSite.open(folder, token.lines().toList(), operations)) {
      atOnce(site, 4);
      assertEquals("{\"value\":[]}", run(call(site, "Rows", "app", WEB)));
      int once = bridge.attempts();
      atOnce(site, 4);
      assertEquals(once, bridge.attempts(), "further connections come with the token");
      host.host().forgetTokens();
      atOnce(site, 1);
      assertNotEquals(once, bridge.attempts(), "and a new one is got with the password");
      assertEquals(0, bridge.refusals());
    }
  }

  private volatile CyclicBarrier barrier = new CyclicBarrier(1);

  /** So that as many connections are needed as there are callers. */
  private void together() {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void atOnce(HostSite site, int count) throws Exception {
    barrier = new CyclicBarrier(count);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        answers.add(threads.submit(() -> run(call(site, "Who", "app", WEB))));
      }
      for (Future<String> answer : answers) {
        assertEquals("{\"name\":\"BRIDGE\"}", answer.get());
      }
    }
  }

  @Test
  void aWrongPasswordIsStillTriedOnce() throws Exception {
    HostUser bridge = host.host().user("BRIDGE", "another");
    String token = host.yaml("").replace("password }", "password, profile-token: true }");
    try (HostSite site = HostSite.open(folder, token.lines().toList(), OPERATIONS)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(Fault.Code.SOURCE_UNAVAILABLE, fault(call(site, "Who", "app", WEB)).code());
        assertEquals(Fault.Code.SOURCE_UNAVAILABLE, fault(call(site, "Rows", "app", WEB)).code());
      }
      assertEquals(1, bridge.attempts());
    }
  }

  @Test
  void theHostsOwnRecordsTellWhoCalled() throws Exception {
    List<String> journal = Collections.synchronizedList(new ArrayList<>());
    host.host()
        .command(
            "SNDJRNE",
            (job, text) -> {
              journal.add(text);
              return List.of();
            });
    try (HostSite site = open("announce: { accounting-code: true, journal: SHOP/BRIDGE }\n")) {
      run(call(site, "Who", "subject", "CN=o'apim,O=Contoso"));
      assertEquals("OAPIM", onlyCode().replaceAll("[^A-Z]", "").substring(0, 5));
      run(call(site, "Who", "user", "ann"));
      assertEquals("ANN", onlyCode());
      run(call(site, "Send", "user", "ann").body("{\"entry\":\"x\"}"));
      run(call(site, "Rows", "user", "ann"));
      Job sql = jobs(HostService.DATABASE).findFirst().orElseThrow();
      assertEquals("ann", sql.attributes().get("CLIENT USERID"));
      assertEquals("Drawbridge", sql.attributes().get("CLIENT APPLNAME"));
    }
    assertEquals(
        "QSYS/SNDJRNE JRN(SHOP/BRIDGE) TYPE(DB) ENTDTA('Drawbridge host/v1/Who subject=CN=o''apim,O=Contoso')",
        journal.getFirst());
    assertTrue(journal.get(2).contains("Drawbridge host/v1/Send"), journal.get(2));
    assertTrue(journal.get(2).contains("user=ann"), journal.get(2));
  }

  private String onlyCode() {
    return String.valueOf(
        jobs(HostService.COMMAND).findFirst().orElseThrow().attributes().get("ACGCDE"));
  }

  @Test
  void whatCannotBeAnnouncedIsNotDone() throws Exception {
    DataQueue orders = host.host().dataQueue("SHOP", "OTHER", DataQueue.Order.FIFO, 100, 0, false);
    try (HostSite site =
        HostSite.open(
            folder,
            host,
            "announce: { journal: SHOP/NOTHING }\n",
            "- { name: Send, post: /send, data-queue: { library: SHOP, name: OTHER, do: send } }\n")) {
      Fault fault = fault(call(site, "Send", "user", "ann").body("{\"entry\":\"x\"}"));
      assertEquals(Fault.Code.SOURCE_ERROR, fault.code(), "nothing ran");
      assertEquals(Fault.Reason.OBJECT_NOT_FOUND, fault.reason());
      assertEquals(0, orders.depth());
    }
  }

  @Test
  void twoCallersNeverShareAnAccountingCode() {
    String first = Announcement.code(Map.of("subject", "CN=a long name of a caller,O=One"));
    String second = Announcement.code(Map.of("subject", "CN=a long name of a caller,O=Two"));
    assertNotEquals(first, second);
    assertEquals(15, first.length());
    assertTrue(first.matches("[A-Z0-9 _-]+"), first);
    assertNotEquals(
        Announcement.code(Map.of("subject", "CN=ann,O=One")),
        Announcement.code(Map.of("user", "ann")));
    assertEquals("ANN", Announcement.code(Map.of("user", "ann", "app", WEB)));
    assertFalse(Announcement.code(Map.of()).isEmpty());
  }

  @Test
  void everyKeyIsDocumented() throws Exception {
    String page = Files.readString(Path.of("../docs/ibmi-sources.md"));
    List<String> keys = new ArrayList<>();
    for (String file : new String[] {"CallerProfiles", "Announcement"}) {
      Pattern.compile(
              "(?:text|section|flag|choice|integer|secret|sections|optionalText)\\(\"([a-z-]+)\"")
          .matcher(
              Files.readString(Path.of("src/main/java/drawbridge/adapters/ibmi/" + file + ".java")))
          .results()
          .forEach(found -> keys.add(found.group(1)));
    }
    assertTrue(keys.size() >= 7, keys::toString);
    keys.forEach(key -> assertTrue(page.matches("(?s).*[`{ ]" + key + "[`:].*"), key));
  }

  @Test
  void mistakesInTheFileAreTold() throws Exception {
    for (String[] one :
        new String[][] {
          {"callers: []\n", "names nobody"},
          {"callers:\n- { caller: { tenant: t }, profile: A }\n", "tells no caller from others"},
          {"callers:\n- { caller: { app: a }, profile: \"A B\" }\n", "is no name of an object"},
          {"callers:\n- { caller: { subject: nobody }, profile: A }\n", "no distinguished name"},
          {
            "callers:\n- { caller: { app: a }, profile: A }\n- { caller: { app: b }, profile: A, password-file: apim }\n",
            "signs on in two ways"
          }
        }) {
      Files.writeString(folder.resolve("callers.yaml"), one[0]);
      String said =
          String.valueOf(
              assertThrows(SettingsException.class, () -> open("callers: callers.yaml\n").close())
                  .getMessage());
      assertTrue(said.contains(one[1]), said);
    }
  }
}
