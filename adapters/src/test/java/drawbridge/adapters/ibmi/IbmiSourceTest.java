package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Site;
import drawbridge.adapters.SourceCheck;
import drawbridge.certs.SamplePki;
import drawbridge.ibmi.stub.DataQueue;
import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.HostSettings;
import drawbridge.ibmi.stub.HostUser;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IbmiSourceTest {
  @TempDir private Path folder;

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Site site(TestHost host, String further) throws Exception {
    Files.createDirectories(folder.resolve("apis"));
    Files.writeString(
        folder.resolve("sources.yaml"), "as400:\n  adapter: ibmi\n" + host.yaml(further).indent(2));
    return Site.open(folder, Duration.ZERO);
  }

  private static SourceCheck check(Site site) {
    return site.checkSources(PATIENCE).getFirst();
  }

  private static String details(SourceCheck check) {
    return String.join("\n", check.details());
  }

  @Test
  void theCheckTellsVersionServersAndAuthorities() throws Exception {
    try (TestHost host =
            TestHost.start(
                folder,
                HostSettings.builder()
                    .files(Files.createDirectory(folder.resolve("ifs")))
                    .database("jdbc:h2:mem:check;MODE=DB2"));
        Site site = site(host, "")) {
      SourceCheck check = check(site);
      assertTrue(check.ok(), check::toString);
      String details = details(check);
      assertTrue(details.contains("signed on as BRIDGE, job "), details);
      assertTrue(details.contains("version V7R5"), details);
      assertTrue(details.contains("password level (QPWDLVL) 3"), details);
      assertTrue(details.contains("the data queue server is reachable"), details);
      assertTrue(details.contains("BRIDGE has no special authority"), details);
      assertTrue(details.contains("warning: without tls"), details);
      assertEquals("available", site.sources().getFirst().detail());
    }
  }

  @Test
  void aUserWithTooMuchAuthorityIsSaid() throws Exception {
    try (TestHost host = TestHost.start(folder);
        Site site = site(host, "")) {
      host.host().user("BRIDGE", "s3cret").specialAuthorities("*ALLOBJ", "*JOBCTL");
      String details = details(check(site));
      assertTrue(details.contains("BRIDGE has *ALLOBJ *JOBCTL, and should have none"), details);
    }
  }

  @Test
  void objectsThatAreMissingAreNamed() throws Exception {
    try (TestHost host = TestHost.start(folder);
        HostPool pool = host.pool("");
        HostJob job = pool.borrow(TestHost.in(20_000))) {
      host.host().program("SHOP", "HELLO", parameters -> {});
      assertTrue(HostCheck.missing(job.system(), "/QSYS.LIB/SHOP.LIB/HELLO.PGM").isEmpty());
      assertTrue(
          HostCheck.missing(job.system(), "/QSYS.LIB/SHOP.LIB/NONE.PGM")
              .orElse("")
              .contains("CPF9801"));
      assertTrue(
          HostCheck.missing(job.system(), "/QSYS.LIB/NOWHERE.LIB/X.DTAQ")
              .orElse("")
              .contains("CPF9810"));
    }
  }

  @Test
  void theCheckFailsWhereAnObjectOfAnApiFileIsMissing() throws Exception {
    try (TestHost host = TestHost.start(folder)) {
      host.host().library("SHOP");
      String operations =
          """
          - name: Send
            post: /orders
            data-queue: { library: SHOP, name: ORDERS, do: send }
          - name: Start
            post: /start
            command: { library: SHOP, name: STRORDER }
          """;
      try (HostSite site = HostSite.open(folder, host, "commands: [SHOP/STRORDER]\n", operations)) {
        SourceCheck check = site.check();
        assertFalse(check.ok());
        assertEquals("the source lacks objects that operations need", check.message());
        assertTrue(
            details(check).contains("/QSYS.LIB/SHOP.LIB/ORDERS.DTAQ: CPF9801"), details(check));
        assertTrue(
            details(check).contains("/QSYS.LIB/SHOP.LIB/STRORDER.CMD: CPF9801"), details(check));
        host.host().dataQueue("SHOP", "ORDERS", DataQueue.Order.FIFO, 100, 0, false);
        host.host().command("STRORDER", (job, text) -> List.of());
        assertTrue(site.check().ok(), () -> details(site.check()));
      }
    }
  }

  @Test
  void aRefusalNamesTheFileToMendAndOnlyToTheAdmin() throws Exception {
    try (TestHost host = TestHost.start(folder);
        Site site = site(host, "")) {
      Files.writeString(host.passwordFile(), "wrong");
      SourceCheck check = check(site);
      assertFalse(check.ok());
      assertEquals("the source refused the sign-in", check.message());
      assertTrue(details(check).contains(host.passwordFile().toString()), details(check));
      assertEquals("the source refused the sign-in", site.sources().getFirst().detail());
      assertFalse(site.sources().getFirst().available());
      Files.writeString(host.passwordFile(), "s3cret");
      TestHost.await("resumed by itself", () -> site.sources().getFirst().available());
    }
  }

  private String remedy(Consumer<HostUser> change) throws Exception {
    try (TestHost host = TestHost.start(folder, HostSettings.builder());
        Site site = site(host, "")) {
      change.accept(host.host().user("BRIDGE", "s3cret"));
      return details(check(site));
    }
  }

  @Test
  void eachReasonOfARefusalHasItsRemedy() throws Exception {
    String disabled = remedy(user -> user.enabled(false));
    assertTrue(disabled.contains("BRIDGE is disabled on the system; enable it there"), disabled);
    String expired = remedy(user -> user.expired(true));
    assertTrue(expired.contains("has expired; change it on the system"), expired);
  }

  @Test
  void whatWasNotThePasswordsFaultIsTriedAgainOnceTheFileIsTouched() throws Exception {
    try (TestHost host = TestHost.start(folder);
        Site site = site(host, "")) {
      HostUser user = host.host().user("BRIDGE", "s3cret").enabled(false);
      assertFalse(check(site).ok());
      user.enabled(true);
      assertFalse(check(site).ok());
      assertEquals(1, user.attempts());
      Files.setLastModifiedTime(host.passwordFile(), FileTime.from(Instant.now().plusSeconds(60)));
      TestHost.await("resumed by itself", () -> site.sources().getFirst().available());
    }
  }

  @Test
  void thePasswordsLastDaysAreTold() throws Exception {
    try (TestHost host = TestHost.start(folder);
        Site site = site(host, "")) {
      host.host()
          .user("BRIDGE", "s3cret")
          .expires(LocalDateTime.now(ZoneId.systemDefault()).plusDays(6).plusHours(1));
      check(site);
      assertTrue(site.sources().getFirst().available());
      assertTrue(
          site.sources()
              .getFirst()
              .detail()
              .matches("available; the password expires in [567] days"),
          site.sources().getFirst().detail());
    }
  }

  // ---- TLS

  private HostSettings.Builder tls(SamplePki pki) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    KeyStore store = pki.local("ibmi").keyStore("x");
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, "x".toCharArray());
    context.init(keys.getKeyManagers(), null, null);
    pki.front().writeCertificate(folder.resolve("ca.pem"));
    return HostSettings.builder().tls(context).plain(false);
  }

  private Fault fault(TestHost host, String further) throws Exception {
    try (HostPool pool = host.pool(further)) {
      return assertThrows(FaultException.class, () -> pool.borrow(TestHost.in(20_000))).fault();
    }
  }

  @Test
  void aPrivateAuthorityAndTheHostsNameAreChecked() throws Exception {
    SamplePki pki = new SamplePki();
    try (TestHost host =
            TestHost.start(folder, tls(pki).address(InetAddress.getLoopbackAddress()));
        HostPool pool = host.pool("tls: { trust: ca.pem }\n")) {
      try (HostJob job = pool.borrow(TestHost.in(20_000))) {
        assertTrue(job.jobName().endsWith("/QZRCSRVS"), job.jobName());
      }
      assertEquals("TLS with the source failed", fault(host, "tls: { trust: system }\n").message());
    }
    // The certificate is for localhost and 127.0.0.1; this host has another address.
    try (TestHost host = TestHost.start(folder, tls(pki))) {
      if (!host.host().name().equals("127.0.0.1")) {
        assertEquals(
            "TLS with the source failed", fault(host, "tls: { trust: ca.pem }\n").message());
        assertEquals(0, host.host().requests(HostService.SIGN_ON, 0x7004));
      }
    }
  }

  @Test
  void statementsRunOverTheSameTls() throws Exception {
    SamplePki pki = new SamplePki();
    String operations = "- { name: One, get: /one, sql: select 1 as N from SYSIBM.SYSDUMMY1 }\n";
    try (TestHost host =
        TestHost.start(
            folder,
            tls(pki)
                .database("jdbc:h2:mem:tls;MODE=DB2")
                .address(InetAddress.getLoopbackAddress()))) {
      try (HostSite site = HostSite.open(folder, host, "tls: { trust: ca.pem }\n", operations)) {
        assertEquals("{\"value\":[{\"N\":1}]}", site.call("One", "").text());
      }
      try (HostSite site = HostSite.open(folder, host, "tls: { trust: system }\n", operations)) {
        assertEquals("TLS with the source failed", site.fault("One", "").message());
      }
    }
  }

  @Test
  void everyKeyIsDocumented() throws Exception {
    try (Stream<Path> docs = Files.list(Path.of("../docs"))) {
      String all =
          docs.filter(file -> file.toString().endsWith(".md"))
              .map(IbmiSourceTest::read)
              .collect(Collectors.joining("\n"));
      Section section =
          Section.parse(
              folder.resolve("sources.yaml"),
              "system: x\nlogin: { user: X, password-file: password }\nzzzzzzzz: 1\n");
      Files.writeString(folder.resolve("password"), "x");
      IbmiSettings.read(section);
      String message =
          String.valueOf(assertThrows(SettingsException.class, section::done).getMessage());
      String known = message.substring(message.indexOf("known are ") + "known are ".length());
      for (String key : Arrays.asList(known.split(", ", -1))) {
        assertTrue(all.contains("| `" + key.replaceAll("\\W+$", "")), () -> key + " of " + known);
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
