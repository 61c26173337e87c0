package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of a megabyte of its own that fills up, turns read-only, and goes away. */
class FailClosedTest {
  private static final Duration FAULT = Duration.ofSeconds(2);

  @TempDir Path temp;
  private Path disk = Path.of("");
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(temp.resolve("disk"));
    mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString());
    assumeTrue(mounted, "only root may mount a small file system");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      run("umount", "-l", disk.toString());
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void refusedSoon(AuditLog log) {
    long from = System.nanoTime();
    assertThrows(AuditUnavailable.class, () -> log.record(AuditRecord.begin(about("lost"))));
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertTrue(took.compareTo(FAULT) < 0, "refused after " + took);
    assertFalse(log.healthy());
  }

  private static void healsByItself(AuditLog log) {
    long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!log.healthy()) { // nobody calls meanwhile
      assertTrue(System.nanoTime() - until < 0, "the log did not heal");
      LockSupport.parkNanos(5_000_000);
    }
  }

  private void whole(Path folder, List<String> calls) throws IOException {
    assertEquals(
        calls, AuditFiles.read(folder, "begin").stream().map(line -> line.get("call")).toList());
    Verdict verdict = AuditFolder.of(folder).verify(List.of(AuditFiles.KEY.verifier()), List.of());
    assertInstanceOf(Verdict.Consistent.class, verdict, verdict.toString());
  }

  @Test
  void aFullDiskRefusesAndHeals() throws Exception {
    Path folder = disk.resolve("audit");
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(about("before")));
      Path filler = disk.resolve("filler");
      assertFalse(run("dd", "if=/dev/zero", "of=" + filler, "bs=1k", "count=2000"));
      int recorded = 0;
      try {
        while (true) { // what is left of the last page
          log.record(AuditRecord.call(about("filling"), ok()));
          assertTrue(recorded++ < 10_000, "the disk is not full");
        }
      } catch (AuditUnavailable e) {
        refusedSoon(log);
      }
      Files.delete(filler);
      healsByItself(log);
      log.record(AuditRecord.begin(about("after")));
    }
    whole(folder, List.of("before", "after"));
  }

  @Test
  void aReadOnlyDiskRefusesAndHeals() throws Exception {
    Path folder = disk.resolve("audit");
    // A small segment, so that the next record needs a new file: an open one blocks the remount.
    try (AuditLog log = AuditFiles.open(folder, 1)) {
      log.record(AuditRecord.begin(about("before")));
      // What root may do to a mount under open files, an admin's mistake may too.
      assumeTrue(
          run("mount", "-o", "bind", disk.toString(), disk.toString())
              && run("mount", "-o", "remount,bind,ro", disk.toString()),
          "a read-only bind mount");
      refusedSoon(log);
      assertTrue(run("umount", disk.toString()));
      healsByItself(log);
      log.record(AuditRecord.begin(about("after")));
    }
    whole(folder, List.of("before", "after"));
  }

  @Test
  void aDiskThatGoesAwayRefusesAndHealsWhenItIsBack() throws Exception {
    Path folder = disk.resolve("audit");
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(about("before")));
      Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
      assumeTrue(run("mount", "--move", disk.toString(), elsewhere.toString()), "mounts that move");
      refusedSoon(log);
      assertTrue(run("mount", "--move", elsewhere.toString(), disk.toString()));
      healsByItself(log);
      log.record(AuditRecord.begin(about("after")));
    }
    whole(folder, List.of("before", "after"));
  }
}
