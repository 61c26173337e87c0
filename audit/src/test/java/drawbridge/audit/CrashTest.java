package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that writes, again and again, and looks for every record that it was told of. */
class CrashTest {
  /** More with {@code drawbridge test --long}. */
  private static final int ROUNDS = Boolean.getBoolean("drawbridge.long") ? 40 : 5;

  @TempDir Path folder;

  @Test
  void everyRecordThatWasAcknowledgedSurvivesAKill() throws Exception {
    Set<String> acknowledged = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  "-XX:TieredStopAtLevel=1",
                  Writer.class.getName(),
                  folder.toString(),
                  "r" + round)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader out =
          new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8))) {
        String line;
        int heard = 0;
        while ((line = out.readLine()) != null) {
          if (line.endsWith(".")) { // the last line may be torn by the kill
            acknowledged.add(line.substring(0, line.length() - 1));
          }
          if (++heard == 300 + 500 * (round % 10)) {
            writer.toHandle().destroyForcibly(); // keeps what it said readable
          }
        }
        assertTrue(heard >= 300, "the writer ended by itself");
      }
      assertTrue(writer.waitFor(10, TimeUnit.SECONDS));
    }
    AuditFiles.open(folder).close();
    Set<String> lost = new HashSet<>(acknowledged);
    lost.removeAll(lines("begin", "begin "));
    lost.removeAll(lines("end", "end "));
    assertEquals(Set.of(), lost);
    List<String> begun = lines("begin", "");
    List<String> ended = lines("end", "");
    assertEquals(new HashSet<>(begun), new HashSet<>(ended), "each begin has an end");
    assertEquals(begun.size(), ended.size(), "and only one");
    long expected = 1;
    for (Map<String, String> line : AuditFiles.read(folder)) {
      assertEquals(Long.toString(expected++), line.get("seq"));
    }
    try (var files = Files.list(folder)) {
      assertTrue(files.noneMatch(file -> file.toString().contains("damaged")));
    }
  }

  private List<String> lines(String kind, String prefix) {
    return AuditFiles.read(folder, kind).stream().map(line -> prefix + line.get("call")).toList();
  }

  /** Writes from many threads and says what is durable, until it is killed. */
  static final class Writer {
    private Writer() {}

    @SuppressWarnings("CatchAndPrintStackTrace") // the parent shows it
    public static void main(String... args) throws Exception {
      // Small segments, so that kills meet their beginnings and ends too.
      AuditLog log = AuditFiles.open(Path.of(args[0]), Segment::open, 20_000, AuditLog.PATIENCE);
      for (int t = 0; t < 8; t++) {
        String name = args[1] + "-" + t + "-";
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 0; ; i++) {
                      log.record(AuditRecord.begin(about(name + i)));
                      System.out.println("begin " + name + i + ".");
                      log.record(AuditRecord.end(about(name + i), ok()));
                      System.out.println("end " + name + i + ".");
                    }
                  } catch (AuditUnavailable e) {
                    e.printStackTrace();
                  }
                });
      }
    }
  }
}
