package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnlikeTest {
  @TempDir Path folder;

  private final AtomicLong now = new AtomicLong(-17);
  private final Measures measures = new Measures();

  private static Catalogue of(FakeAgent agent, String digest, String... files) {
    Catalogue.Builder catalogue = agent.catalogue().toBuilder().setDigest(digest).clearFiles();
    for (String file : files) {
      String[] parts = file.split("=", 2);
      catalogue.addFiles(
          File.newBuilder().setPath(parts[0]).setHash(ByteString.copyFromUtf8(parts[1])));
    }
    return catalogue.build();
  }

  private void after(Unlike unlike, long seconds) {
    now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    unlike.look();
  }

  private double alarms() {
    return measures
        .text()
        .lines()
        .filter(line -> line.startsWith("drawbridge_alarms_total{kind=\"files-differ\"}"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void filesThatDifferForFiveMinutesAreSaidOnceWithAgentsAndFiles() throws Exception {
    try (Stage stage = new Stage(folder, Stage.ONE_SITE);
        Unlike unlike = new Unlike(stage.gateway.agents().sites(), measures, now::get)) {
      FakeAgent a = stage.agent("plant-1", "agent-a", "orders");
      FakeAgent b = stage.agent("plant-1", "agent-b", "orders");
      after(unlike, 600);
      assertEquals(List.of(), unlike.problems());

      a.tell(of(a, "d2", "apis/orders-v1.yaml=new", "policy.yaml=p", "published/x.yaml=x"));
      b.tell(of(b, "d1", "apis/orders-v1.yaml=old", "policy.yaml=p"));
      Stage.until(
          () ->
              stage.gateway.agents().sites().iterator().next().links().stream()
                      .map(link -> link.offer().catalogue())
                      .filter(catalogue -> catalogue.getFilesCount() > 0)
                      .count()
                  == 2);
      after(unlike, 1);
      after(unlike, 299);
      assertEquals(List.of(), unlike.problems(), "a rollout may take five minutes");
      after(unlike, 1);
      assertEquals(
          List.of(
              "agents of the site plant-1 have served different files for five minutes: agent-a and"
                  + " agent-b differ in: apis/orders-v1.yaml, published/x.yaml"),
          unlike.problems());
      after(unlike, 3_600);
      assertEquals(1, alarms(), "one warning");

      b.tell(of(b, "d2", "apis/orders-v1.yaml=new", "policy.yaml=p", "published/x.yaml=x"));
      Stage.until(
          () -> {
            unlike.look();
            return unlike.problems().isEmpty();
          });
      a.tell(of(a, "d3"));
      Stage.until(
          () ->
              stage.gateway.agents().sites().iterator().next().links().stream()
                  .anyMatch(link -> link.offer().catalogue().getDigest().equals("d3")));
      after(unlike, 10);
      after(unlike, 300);
      assertTrue(
          unlike.problems().getFirst().endsWith("one of them does not tell its files"),
          unlike.problems()::toString);
      assertEquals(2, alarms());
    }
  }
}
