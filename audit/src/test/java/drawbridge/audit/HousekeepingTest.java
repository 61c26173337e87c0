package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HousekeepingTest {
  @TempDir Path temp;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

  private Path folder() {
    return temp.resolve("audit");
  }

  private AuditLog open(long segmentBytes) throws IOException {
    InstantSource clock = now::get;
    return AuditLog.open(
        new AuditLog.Shape(
            folder(), AuditFiles.KEY, Segment::open, segmentBytes, AuditLog.PATIENCE, clock));
  }

  private Housekeeping tidy(AuditLog log, Duration retention) {
    return new Housekeeping(log, folder(), true, retention, now::get);
  }

  private void whole() throws IOException {
    Verdict verdict =
        AuditFolder.of(folder()).verify(List.of(AuditFiles.KEY.verifier()), List.of());
    assertInstanceOf(Verdict.Consistent.class, verdict, verdict.toString());
  }

  private static void calls(AuditLog log, String name, int count) throws AuditUnavailable {
    for (int i = 0; i < count; i++) {
      log.record(AuditRecord.call(about(name + i), ok()));
    }
  }

  @Test
  void aNewDayBeginsANewFile() throws Exception {
    try (AuditLog log = open(1 << 20)) {
      calls(log, "a", 2);
      now.updateAndGet(time -> time.plus(Duration.ofDays(1)));
      calls(log, "b", 2);
    }
    assertEquals(2, SegmentFiles.in(folder()).size());
    whole();
  }

  @Test
  void closedSegmentsAreCompressedAndFoundAndVerifiedAllTheSame() throws Exception {
    try (AuditLog log = open(200_000)) {
      calls(log, "c", 1_500);
      long before = size();
      tidy(log, Duration.ZERO).tidy();
      assertTrue(size() < before / 2, size() + " of " + before);
      whole();
      AuditFolder reader = log.reader();
      for (int i = 0; i < 1_500; i += 77) {
        List<Found> found = reader.find(Query.builder().any("c" + i, "call").build(), 10);
        assertEquals(1, found.size(), "c" + i);
        assertEquals(found.getFirst().line(), reader.line(found.getFirst().seq()));
      }
      assertEquals(
          1_500, reader.find(Query.builder().any("u1", Identity.USER).build(), 9_999).size());
      assertEquals(List.of(), reader.find(Query.builder().any("u2", Identity.USER).build(), 10));
    }
    whole();
  }

  private long size() throws IOException {
    long size = 0;
    for (SegmentFiles files : SegmentFiles.in(folder())) {
      size += Files.size(files.readable());
    }
    return size;
  }

  @Test
  void whatWasKeptLongEnoughGoesAndARecordSaysSo() throws Exception {
    try (AuditLog log = open(20_000)) {
      calls(log, "old", 200);
      now.updateAndGet(time -> time.plus(Duration.ofDays(10)));
      calls(log, "new", 3);
      tidy(log, Duration.ofDays(5)).tidy();
      tidy(log, Duration.ofDays(5)).tidy();
      long first = SegmentFiles.in(folder()).getFirst().first();
      assertTrue(first > 200, "the old ones are gone: " + first);
      List<Found> removed = log.reader().find(Query.builder().any("removed", "kind").build(), 10);
      assertEquals(1, removed.size());
      assertTrue(removed.getFirst().line().contains("\"to\":\"" + (first - 1) + "\""));
      whole();
      // What is kept can still be proven, though the tree's beginning is gone.
      long last =
          log.reader().find(Query.builder().any("new2", "call").build(), 1).getFirst().seq();
      long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (log.checkpoint().size() < last && System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      String proof = log.reader().prove(last);
      assertTrue(
          ProofText.check(proof, List.of(AuditFiles.KEY.verifier()), List.of())
              .line()
              .contains("new2"));
      assertThrows(IOException.class, () -> log.reader().line(1));
    }
    whole();
    SegmentFiles oldest = SegmentFiles.in(folder()).getFirst();
    for (Path file : List.of(oldest.readable(), oldest.tree(), oldest.checkpoints())) {
      Files.delete(file);
    }
    Files.deleteIfExists(oldest.index());
    assertInstanceOf(
        Verdict.Broken.class,
        AuditFolder.of(folder()).verify(List.of(), List.of()),
        "what nobody recorded as removed is missing");
  }

  @Test
  void aLogThatIsWrittenAndTidiedMeanwhileIsNeverAccused() throws Exception {
    try (AuditLog log = open(5_000)) {
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      calls(log, "w", 3_000);
                    } catch (AuditUnavailable e) {
                      throw new IllegalStateException(e);
                    }
                  });
      Housekeeping housekeeping = tidy(log, Duration.ZERO);
      int looked = 0;
      while (writer.isAlive()) {
        whole();
        housekeeping.tidy();
        looked++;
      }
      assertTrue(looked > 1, "it was looked at " + looked + " times");
    }
    whole();
  }

  @Test
  void whatAnEndedProcessLeftUnfinishedIsDoneAnew() throws Exception {
    try (AuditLog log = open(20_000)) {
      calls(log, "c", 100);
    }
    SegmentFiles first = SegmentFiles.in(folder()).getFirst();
    Files.writeString(Sealing.unfinished(first.index()), "half");
    whole();
    try (AuditLog log = open(20_000)) {
      tidy(log, Duration.ZERO).tidy();
      assertFalse(Files.exists(Sealing.unfinished(first.index())));
      assertTrue(Files.exists(first.index()));
      assertFalse(Files.exists(first.lines()));
    }
    whole();
  }
}
