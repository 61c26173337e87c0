package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drawbridge.settings.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  @TempDir Path temp;

  private Path folder() {
    return temp.resolve("audit");
  }

  @Test
  void aRecordIsOnDiskWhenTheCallReturns() throws Exception {
    try (AuditLog log = AuditFiles.open(folder())) {
      log.record(AuditRecord.begin(about("c1")));
      Map<String, String> begin = AuditFiles.read(folder(), "begin").getFirst();
      assertEquals("2", begin.get("seq"));
      assertTrue(Instant.parse(begin.get("time")).isBefore(Instant.now().plusSeconds(1)));
      assertEquals("c1", begin.get("call"));
      assertEquals("1", begin.get("attempt"));
      assertEquals("orders/v1/FindOrders", begin.get("operation"));
      assertEquals("gateway-1", begin.get("gateway"));
      assertEquals("u1", begin.get("proven.user.id"));
      assertEquals("CN=apim", begin.get("claimed.tls.client.subject"));
      assertEquals("10.0.0.1", begin.get("claimed.client.address"));
      assertEquals("apps", begin.get("rule"));
      assertEquals("d1", begin.get("digest"));
      assertEquals("0af7651916cd43dd8448eb211c80319c", begin.get("trace_id"));
      assertEquals("b7ad6b7169203331", begin.get("span_id"));

      log.record(AuditRecord.end(about("c1"), ok()));
      Map<String, String> end = AuditFiles.read(folder(), "end").getFirst();
      assertEquals("3", end.get("seq"));
      assertEquals("c1", end.get("call"));
      assertEquals("ok", end.get("outcome"));
      assertEquals("200", end.get("http.response.status_code"));
      assertEquals("3", end.get("rows"));
      assertEquals("120", end.get("bytes"));
      assertEquals("800", end.get("source_us"));
      assertEquals("1000", end.get("total_us"));
    }
  }

  @Test
  void textFromOutsideCannotForgeALineOrFillTheDisk() throws Exception {
    String nasty = "x\n{\"seq\":1}\u0000\ud800" + "y".repeat(100_000);
    try (AuditLog log = AuditFiles.open(folder())) {
      log.record(AuditRecord.event(AuditRecord.Kind.SECURITY, Map.of("what", nasty)));
      log.record(AuditRecord.event(AuditRecord.Kind.SECURITY, Map.of("what", "next")));
    }
    List<Map<String, String>> lines = AuditFiles.read(folder(), "security");
    assertEquals(2, lines.size());
    assertTrue(lines.getFirst().getOrDefault("what", "").length() < 600);
    assertEquals("next", lines.getLast().get("what"));
  }

  @Test
  void manyCallersShareOneLogAndNoRecordIsLostOrTwice() throws Exception {
    try (AuditLog log = AuditFiles.open(folder());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 64; t++) {
        int thread = t;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    log.record(AuditRecord.call(about(thread + "-" + i), ok()));
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    List<Map<String, String>> calls = AuditFiles.read(folder(), "call");
    assertEquals(3_200, calls.stream().map(line -> line.get("call")).distinct().count());
    assertEquals(3_200, calls.size());
    assertNumbered();
  }

  @Test
  void segmentsEndAtTheirSizeAndEachNamesTheOneBefore() throws Exception {
    try (AuditLog log = AuditFiles.open(folder(), Segment::open, 2_000, AuditLog.PATIENCE)) {
      log.record(AuditRecord.begin(about("long")));
      for (int i = 0; i < 20; i++) {
        log.record(AuditRecord.call(about("c" + i), ok()));
      }
    }
    List<Path> segments = Folder.segments(folder());
    assertTrue(segments.size() > 3, segments.toString());
    assertNumbered();
    List<Map<String, String>> first = AuditFiles.read(folder(), "segment");
    assertEquals(segments.size(), first.size());
    for (int i = 1; i < segments.size(); i++) {
      assertEquals(segments.get(i - 1).getFileName().toString(), first.get(i).get("previous.file"));
      assertEquals(
          Long.toString(Files.size(segments.get(i - 1))), first.get(i).get("previous.bytes"));
      assertEquals("long", first.get(i).get("open.0.call"), "a call under way is carried along");
    }
  }

  @Test
  void aCheckpointOnDiskCoversARecordWithinASecond() throws Exception {
    List<Long> took = new ArrayList<>();
    try (AuditLog log = AuditFiles.open(folder())) {
      for (int i = 0; i < 5; i++) {
        log.record(AuditRecord.call(about("c" + i), ok()));
        long from = System.nanoTime();
        long seq = AuditFiles.read(folder()).size();
        while (log.reader().checkpoint().size() < seq) {
          assertTrue(System.nanoTime() - from < Duration.ofSeconds(10).toNanos(), "never");
          LockSupport.parkNanos(1_000_000);
        }
        took.add(Duration.ofNanos(System.nanoTime() - from).toMillis());
      }
      log.record(AuditRecord.call(about("last"), ok()));
    }
    long size = AuditFiles.read(folder()).size();
    assertEquals(size, AuditFolder.of(folder()).checkpoint().size(), "and at close at once");
    took.sort(null);
    assertTrue(took.get(3) < 1_000, "a disk that hangs once aside, but it took ms: " + took);
  }

  @Test
  void onlyOneHoldsTheFolder() throws Exception {
    try (AuditLog log = AuditFiles.open(folder())) {
      FileSystemException refused =
          assertThrows(FileSystemException.class, () -> AuditFiles.open(folder()));
      assertTrue(refused.toString().contains("another process writes here"), refused.toString());
      assertTrue(log.healthy());
    }
    AuditFiles.open(folder()).close();
  }

  @Test
  void theFolderIsForItsOwnerAlone() throws Exception {
    assumeTrue(Disk.posix(temp.getFileSystem()), "rights as on Linux");
    AuditFiles.open(folder()).close();
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())));
    for (Path segment : Folder.segments(folder())) {
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(segment)));
    }
  }

  @Test
  void afterCloseNothingIsTaken() throws Exception {
    AuditLog log = AuditFiles.open(folder());
    log.close();
    log.close();
    assertThrows(AuditUnavailable.class, () -> log.record(AuditRecord.begin(about("c"))));
    assertFalse(log.offer(AuditRecord.begin(about("c"))));
    assertFalse(log.healthy());
  }

  @Test
  void aFullDiskRefusesAndTheLogHealsByItself() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "/dev/full");
    AtomicBoolean disk = new AtomicBoolean();
    Segment.Opener opener =
        file -> {
          FileChannel real = Segment.open(file);
          if (disk.get()) {
            real.close();
            return FileChannel.open(full, StandardOpenOption.WRITE);
          }
          return real;
        };
    // Every record begins a segment, so each meets the disk as it is then.
    try (AuditLog log = AuditFiles.open(folder(), opener, 1, AuditLog.PATIENCE)) {
      log.record(AuditRecord.begin(about("before")));
      disk.set(true);
      assertThrows(AuditUnavailable.class, () -> log.record(AuditRecord.begin(about("lost"))));
      assertThrows(AuditUnavailable.class, () -> log.record(AuditRecord.begin(about("lost too"))));
      assertFalse(log.healthy());
      disk.set(false);
      log.record(AuditRecord.begin(about("after")));
      assertTrue(log.healthy());
    }
    assertEquals(
        List.of("before", "after"),
        AuditFiles.read(folder(), "begin").stream().map(line -> line.get("call")).toList());
    assertNumbered();
  }

  @Test
  void aFolderThatIsTakenAwayIsNoticed() throws Exception {
    assumeTrue(Disk.posix(temp.getFileSystem()), "open files can be moved");
    try (AuditLog log = AuditFiles.open(folder())) {
      log.record(AuditRecord.begin(about("before")));
      Path away = temp.resolve("away");
      Files.move(folder(), away);
      assertThrows(AuditUnavailable.class, () -> log.record(AuditRecord.begin(about("lost"))));
      assertThrows(AuditUnavailable.class, () -> log.record(AuditRecord.begin(about("lost too"))));
      Files.move(away, folder());
      log.record(AuditRecord.begin(about("after")));
    }
    assertEquals(
        List.of("before", "after"),
        AuditFiles.read(folder(), "begin").stream().map(line -> line.get("call")).toList());
    assertNumbered();
  }

  @Test
  void aDiskThatDoesNotAnswerIsGivenUpInABoundedTime() throws Exception {
    Path pipe = temp.resolve("pipe");
    assumeTrue(mkfifo(pipe), "named pipes");
    AtomicBoolean stuck = new AtomicBoolean();
    // Opening a pipe for writing waits until somebody reads it.
    Segment.Opener opener =
        file -> stuck.get() ? FileChannel.open(pipe, StandardOpenOption.WRITE) : Segment.open(file);
    try (AuditLog log = AuditFiles.open(folder(), opener, 1, Duration.ofMillis(200))) {
      stuck.set(true);
      long from = System.nanoTime();
      assertThrows(AuditUnavailable.class, () -> log.record(AuditRecord.begin(about("one"))));
      assertThrows(AuditUnavailable.class, () -> log.record(AuditRecord.begin(about("two"))));
      assertTrue(System.nanoTime() - from < Duration.ofSeconds(5).toNanos());
      assertFalse(log.healthy());
      stuck.set(false);
      Files.newInputStream(pipe).close();
      awaitRecord(log);
    }
    List<String> calls =
        AuditFiles.read(folder(), "begin").stream().map(line -> line.get("call")).toList();
    assertFalse(calls.contains("two"), "its caller was told that there is no record");
  }

  private static void awaitRecord(AuditLog log) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (true) {
      try {
        log.record(AuditRecord.begin(about("after")));
        return;
      } catch (AuditUnavailable e) {
        assertTrue(System.nanoTime() - until < 0, "the log did not heal");
      }
    }
  }

  private static boolean mkfifo(Path path) throws InterruptedException {
    try {
      return new ProcessBuilder("mkfifo", path.toString()).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private void assertNumbered() {
    List<Long> numbers =
        AuditFiles.read(folder()).stream().map(line -> Long.valueOf(line.get("seq"))).toList();
    assertEquals(LongStream.rangeClosed(1, numbers.size()).boxed().toList(), numbers);
  }
}
