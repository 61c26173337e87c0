package drawbridge.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.agent.policy.Policy;
import drawbridge.audit.AuditLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordsTest {
  @TempDir Path temp;

  private Served served(String digest, Map<String, String> files) throws IOException {
    Path policy = Files.writeString(temp.resolve("policy.yaml"), "rules: []\n");
    return new Served(digest, List.of(), Policy.read(policy), files);
  }

  private static List<String> changes(Path folder) {
    return AuditFiles.read(folder, "reload").stream()
        .map(record -> record.getOrDefault("changes", ""))
        .toList();
  }

  @Test
  void whatADiskWouldNotTakeIsRecordedOnceItDoes() throws Exception {
    Path folder = temp.resolve("audit");
    Path away = temp.resolve("away");
    try (AuditLog log = AuditLog.open(folder, AuditFiles.KEY)) {
      Records records = new Records(log);
      records.paused("[]", 0);
      Files.move(folder, away);
      records.paused("[erp]", 3);
      records.reloadRefused("policy.yaml:3: …");
      Files.move(away, folder);
      long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (AuditFiles.read(folder, "reload-refused").isEmpty() && System.nanoTime() < until) {
        records.settle();
      }
    }
    List<String> paused =
        AuditFiles.read(folder, "pause").stream().map(r -> r.get("paused")).distinct().toList();
    assertEquals(List.of("[]", "[erp]"), paused);
    assertEquals(1, AuditFiles.read(folder, "reload-refused").stream().distinct().count());
  }

  @Test
  void manyChangesFillSeveralRecordsAndNoneIsCut() throws Exception {
    Path folder = temp.resolve("audit");
    Map<String, String> files =
        IntStream.range(0, 90)
            .boxed()
            .collect(Collectors.toMap("apis/an-api-of-some-length-%02d.yaml"::formatted, i -> "1"));
    try (AuditLog log = AuditLog.open(folder, AuditFiles.KEY)) {
      new Records(log).reloaded(served("d1", Map.of()), served("d2", new TreeMap<>(files)), 0);
    }
    List<String> parts = changes(folder);
    assertTrue(parts.size() > 5, parts.toString());
    assertTrue(parts.stream().noneMatch(part -> part.contains("…")), parts.toString());
    assertEquals(90, String.join("; ", parts).split("; ", -1).length);
  }
}
