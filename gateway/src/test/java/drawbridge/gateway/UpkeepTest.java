package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SampleFiles;
import drawbridge.certs.SamplePki;
import drawbridge.relay.IdentitySettings;
import drawbridge.relay.PeerName;
import drawbridge.relay.RelayTls;
import drawbridge.settings.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ends and what is overdue is told before somebody is shut out. */
final class UpkeepTest {
  private static final PeerName SELF = PeerName.gateway("gateway-1");

  @TempDir Path folder;
  private final Instant start = Instant.now();
  private final AtomicReference<Instant> clock = new AtomicReference<>(start);

  private RelayTls relay(SamplePki pki) throws Exception {
    pki.gateway("gateway-1").write(folder, "gateway-1");
    pki.relay().writeCertificate(folder.resolve("relay-ca.pem"));
    SampleFiles.crl(
        folder.resolve("relay.crl"),
        pki.relay().crl(start.minusSeconds(60), start.plus(Duration.ofDays(3))));
    Section file =
        Section.parse(
            folder.resolve("id.yaml"),
            "identity: { certificate: gateway-1.pem, key: gateway-1.key, peers: relay-ca.pem,"
                + " crl: { file: relay.crl } }");
    return new RelayTls(
        IdentitySettings.read(file.section("identity"), SELF, start), SELF, clock::get);
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  @Test
  void theEndOfCertificatesAndOverdueListsStandInHealthMetricsAndLog() throws Exception {
    TestPki pki = new TestPki(folder, "EC", "Connectors CA"); // ends in 2 days, its list in 1
    TestPki.Pair pair = pki.server();
    FrontDoorFiles files =
        new FrontDoorFiles(
            new GatewaySettings.Listen(
                0,
                "127.0.0.1",
                pki.certificateFile("door.pem", pair),
                pki.keyFile("door.key", pair)),
            new GatewaySettings.Certificates(pki.authorityFile(), true, Optional.of(pki.revoked())),
            clock::get);
    try (Stage stage = new Stage(folder, Stage.ONE_SITE);
        Measures measures = new Measures();
        Heard heard = new Heard("drawbridge.gateway.tls");
        Heard ends = new Heard("drawbridge.relay.tls");
        Upkeep upkeep = new Upkeep(files, stage.gateway.records(), measures, clock::get)) {
      upkeep.relay(relay(new SamplePki(start, Duration.ofDays(40))));
      upkeep.look();
      assertEquals(
          List.of(
              "the front door's certificate ends at "
                  + files.now().notAfter()
                  + ", in less than 7 days. Fix: put a renewed one in its place"),
          upkeep.problems());
      String metrics = measures.text();
      assertTrue(
          metrics.contains("drawbridge_certificate_days{certificate=\"front-door\"} 1"), metrics);
      assertTrue(
          metrics.contains("drawbridge_certificate_days{certificate=\"relay\"} 39"), metrics);
      assertTrue(metrics.contains("drawbridge_crl_overdue{list=\"callers\"} 0"), metrics);
      assertTrue(metrics.contains("drawbridge_crl_overdue{list=\"relay\"} 0"), metrics);
      assertEquals(1, count(ends.text(), "the front door's certificate"), ends.text());

      clock.set(start.plus(Duration.ofHours(25)));
      upkeep.look();
      upkeep.look();
      assertTrue(upkeep.problems().getFirst().contains("in less than 1 days"));
      assertTrue(upkeep.problems().get(1).startsWith("the revocation list of callers was due"));
      assertEquals(2, upkeep.problems().size(), upkeep.problems()::toString);
      metrics = measures.text();
      assertTrue(metrics.contains("drawbridge_crl_overdue{list=\"callers\"} 1"), metrics);
      assertTrue(metrics.contains("drawbridge_alarms_total{kind=\"crl-overdue\"} 1"), metrics);
      assertEquals(1, count(heard.text(), "was due for an update"), heard.text());
      assertEquals(2, count(ends.text(), "the front door's certificate"), ends.text());

      clock.set(start.plus(Duration.ofDays(3)).plusSeconds(60));
      upkeep.look();
      assertTrue(
          upkeep.problems().getLast().startsWith("the CRL for channels was due"),
          upkeep.problems()::toString);
      metrics = measures.text();
      assertTrue(metrics.contains("drawbridge_crl_overdue{list=\"relay\"} 1"), metrics);
      assertTrue(metrics.contains("drawbridge_alarms_total{kind=\"crl-overdue\"} 3"), metrics);
    }
  }

  @Test
  void whatAgentsSayOfTheirListsIsAMetric() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE)) {
      FakeAgent agent = stage.agent("plant-1", "agent-a", "orders");
      String line = "drawbridge_agent_crl_overdue{agent=\"agent-a\",site=\"plant-1\"} ";
      assertTrue(stage.privately2xx("/metrics", line + "0"));
      agent.tell(agent.catalogue().toBuilder().setCrlOverdue(true).build());
      Stage.until(() -> stage.privately2xx("/metrics", line + "1"));
    }
  }
}
