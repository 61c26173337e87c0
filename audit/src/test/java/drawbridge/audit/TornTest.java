package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Leaves a log as the machine's end does, after every single byte that was on its way to the disk:
 * of the lines, of a checkpoint, and with any number of the tree's nodes, since these are flushed
 * only before a checkpoint.
 */
class TornTest {
  /** Every byte with {@code drawbridge test --long}; otherwise some, others at each run. */
  private static final int STEP = Boolean.getBoolean("drawbridge.long") ? 1 : 9;

  @TempDir Path temp;
  private final Random random = new Random();

  /** The three files of the newest segment. */
  private static final class Disk {
    final byte[] lines;
    final byte[] tree;
    final byte[] checkpoints;

    Disk(byte[] lines, byte[] tree, byte[] checkpoints) {
      this.lines = lines;
      this.tree = tree;
      this.checkpoints = checkpoints;
    }

    static Disk of(Path folder) throws IOException {
      SegmentFiles files = SegmentFiles.in(folder).getLast();
      return new Disk(
          Files.readAllBytes(files.lines()),
          Files.readAllBytes(files.tree()),
          Files.readAllBytes(files.checkpoints()));
    }

    void write(Path folder) throws IOException {
      SegmentFiles files = new SegmentFiles(folder, 1);
      Folder.take(folder).close();
      Files.write(files.lines(), lines);
      Files.write(files.tree(), tree);
      Files.write(files.checkpoints(), checkpoints);
    }
  }

  private static void awaitCheckpoint(AuditLog log, long size) {
    long until = System.nanoTime() + 10_000_000_000L;
    while (log.checkpoint().size() < size) {
      assertTrue(System.nanoTime() - until < 0, "no checkpoint of " + size);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void afterACrashAtAnyByteNoAcknowledgedRecordIsLostAndTheLogIsWhole() throws Exception {
    Path folder = temp.resolve("written");
    Disk signed;
    Disk acknowledged;
    Disk after;
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(about("a")));
      awaitCheckpoint(log, 2);
      signed = Disk.of(folder);
      log.record(AuditRecord.begin(about("b")));
      acknowledged = Disk.of(folder);
      log.record(AuditRecord.end(about("b"), ok()));
      awaitCheckpoint(log, 4);
      after = Disk.of(folder);
    }
    int states = 0;
    for (int end : cuts(acknowledged.lines.length, after.lines.length)) {
      int nodes = signed.tree.length + random.nextInt(after.tree.length - signed.tree.length + 1);
      Disk torn =
          new Disk(
              Arrays.copyOf(after.lines, end),
              Arrays.copyOf(after.tree, nodes),
              signed.checkpoints);
      mended(torn, states++, end < after.lines.length);
    }
    for (int end : cuts(signed.checkpoints.length, after.checkpoints.length)) {
      Disk torn = new Disk(after.lines, after.tree, Arrays.copyOf(after.checkpoints, end));
      mended(torn, states++, false);
    }
    assertTrue(states > 400 / STEP, "only " + states + " states");
  }

  /** From the first to the last, both of them. */
  private List<Integer> cuts(int first, int last) {
    List<Integer> cuts = new ArrayList<>(List.of(first));
    for (int cut = first + 1 + random.nextInt(STEP); cut < last; cut += STEP) {
      cuts.add(cut);
    }
    cuts.add(last);
    return cuts;
  }

  /** A file may also be longer than what was written: of zeros, which a disk had set aside. */
  @Test
  void zerosBehindTheEndAreCutOffAndKept() throws Exception {
    Path folder = temp.resolve("written");
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(about("a")));
    }
    Disk disk = Disk.of(folder);
    Disk longer =
        new Disk(
            Arrays.copyOf(disk.lines, disk.lines.length + 4_096),
            Arrays.copyOf(disk.tree, disk.tree.length + 4_096),
            disk.checkpoints);
    Path copy = temp.resolve("copy");
    longer.write(copy);
    AuditFiles.open(copy).close();
    Map<String, String> repair = AuditFiles.read(copy, "repair").getFirst();
    assertEquals("4096", repair.get("bytes"));
    whole(copy, "zeros");
  }

  private void mended(Disk torn, int state, boolean second) throws IOException {
    Path folder = temp.resolve("state-" + state);
    torn.write(folder);
    AuditFiles.open(folder).close();
    String what = "state " + state + ", lines cut at " + torn.lines.length;
    assertEquals(
        List.of("a", "b"),
        AuditFiles.read(folder, "begin").stream().map(line -> line.get("call")).toList(),
        what);
    List<Map<String, String>> ends = AuditFiles.read(folder, "end");
    assertEquals(2, ends.size(), what + ": each begin has one end");
    assertEquals(
        second ? 2 : 1,
        ends.stream().filter(end -> "unknown".equals(end.get("outcome"))).count(),
        what);
    assertTrue(!AuditFiles.read(folder, "repair").isEmpty(), what + ": the repair is recorded");
    whole(folder, what);
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private static void whole(Path folder, String what) throws IOException {
    Verdict verdict = AuditFolder.of(folder).verify(List.of(AuditFiles.KEY.verifier()), List.of());
    assertInstanceOf(Verdict.Consistent.class, verdict, what + ": " + verdict);
  }
}
