package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import drawbridge.audit.AuditLog;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.AuditSettings;
import drawbridge.certs.SampleFiles;
import drawbridge.certs.SampleKey;
import drawbridge.relay.PeerName;
import drawbridge.relay.RelayEvents;
import drawbridge.relay.wire.AnchorRequest;
import drawbridge.relay.wire.Anchored;
import drawbridge.settings.Section;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What raises {@code drawbridge_alarms_total}, and under which name. */
final class AlarmsTest {
  @TempDir Path folder;

  private Stage stage() throws Exception {
    SampleFiles.key(folder.resolve("audit.key"), SampleKey.ED25519.generate().getPrivate());
    return new Stage(folder, "audit: { folder: audit, key: audit.key }\n" + Stage.ONE_SITE);
  }

  /** By kind. */
  private static Map<String, Integer> alarms(Stage stage) {
    Map<String, Integer> alarms = new TreeMap<>();
    try {
      Matcher m =
          Pattern.compile("(?m)^drawbridge_alarms_total\\{kind=\"([a-z-]+)\"} ([0-9]+)")
              .matcher(stage.privately("/metrics").body());
      while (m.find()) {
        alarms.put(m.group(1), Integer.valueOf(m.group(2)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return alarms;
  }

  @Test
  void eventsOfTheRelayAreAlarmsAndRecordsByWhatTheyAre() throws Exception {
    PeerName agent = PeerName.agent("plant-1", "agent-a");
    try (Stage stage = stage()) {
      Channels.Logged events =
          new Channels.Logged(stage.gateway.records(), stage.gateway.measures(), () -> {});
      events.security(agent, RelayEvents.Threat.BYTES_ALTERED, "bytes were changed under way");
      for (int i = 0; i < 2; i++) {
        events.security(
            agent, RelayEvents.Threat.HANDSHAKE_REFUSED, "WEAK_GROUP: no X25519MLKEM768");
      }
      assertEquals(Map.of("bytes-altered", 1, "handshake-refused", 2), alarms(stage));
      stage.gateway.close();
      String records = Files.readString(folder.resolve("audit/000000000001.jsonl"));
      assertTrue(records.contains("WEAK_GROUP"), records);
      assertEquals(4, records.split("\"kind\":\"security\"", -1).length, records);
    }
  }

  /** An agent's log, or what somebody made of it: signed by the same key. */
  private AuditLog log(String name, int records) throws Exception {
    Section section =
        Section.parse(
                folder.resolve("agent.yaml"), "audit: { folder: " + name + ", key: audit.key }")
            .section("audit");
    AuditLog log = AuditLog.open(AuditSettings.read(section, "drawbridge/plant-1/agent/agent-a"));
    grow(log, records);
    return log;
  }

  private static void grow(AuditLog log, int records) throws Exception {
    long before = log.checkpoint().size();
    for (int i = 0; i < records; i++) {
      log.record(AuditRecord.event(AuditRecord.Kind.PAUSE, Map.of("paused", "number " + i)));
    }
    Stage.until(() -> log.checkpoint().size() >= before + records);
  }

  private static Anchored anchored(AuditLog log, long old) {
    Anchored.Builder message =
        Anchored.newBuilder()
            .setKey(log.key().text())
            .setCheckpoint(log.checkpoint().note())
            .setOld(old);
    try {
      if (old > 0) {
        log.reader()
            .consistency(old, log.checkpoint().size())
            .forEach(hash -> message.addProof(ByteString.copyFrom(hash)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return message.build();
  }

  @Test
  void aLogThatWasRewrittenStaysInconsistentAndIsNeverCalledUnsigned() throws Exception {
    try (Stage stage = stage();
        AuditLog whole = log("whole", 3);
        AuditLog rewritten = log("rewritten", 9)) {
      FakeAgent agent = new FakeAgent("plant-1", "agent-a", "orders");
      AtomicInteger listened = new AtomicInteger();
      long kept = whole.checkpoint().size();
      Anchored first = anchored(whole, 0);
      Anchored second = anchored(rewritten, kept);
      long refused = rewritten.checkpoint().size();
      grow(rewritten, 2);
      // What an agent sends that does not know how its checkpoints are received.
      Anchored third = anchored(rewritten, refused);
      agent.checkpoints =
          (AnchorRequest request) -> {
            listened.incrementAndGet();
            return request.getSize() == 0
                ? List.of(first, second, third)
                : List.of(anchored(rewritten, request.getSize()));
          };
      stage.agent(agent);
      Stage.until(() -> alarms(stage).getOrDefault("audit-inconsistent", 0) >= 2);
      assertTrue(listened.get() >= 2);
      assertEquals(Map.of("audit-inconsistent", listened.get()), alarms(stage));
      assertFalse(
          Files.readString(anchors())
              .contains(rewritten.checkpoint().note().lines().toList().get(2)));
    }
  }

  private Path anchors() throws IOException {
    try (var files = Files.list(folder.resolve("audit-anchors"))) {
      return files.filter(f -> f.toString().contains("agent-a.2")).findFirst().orElseThrow();
    }
  }
}
