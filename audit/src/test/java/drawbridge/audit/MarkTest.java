package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read at a start does not grow with the segment. */
class MarkTest {
  @TempDir private static Path once;
  @TempDir private Path folder;

  private SegmentFiles files = new SegmentFiles(once, 1);
  private Mark mark = new Mark(0, 0);

  /** A log with marks, as a process leaves it that is killed. */
  @BeforeAll
  static void write() throws Exception {
    Path running = once.resolve("running");
    try (AuditLog log = AuditFiles.open(running)) {
      log.record(AuditRecord.begin(about("long")));
      AuditFiles.fill(log);
      CountDownLatch signed = new CountDownLatch(1);
      log.onCheckpoint(signed::countDown);
      log.record(AuditRecord.begin(about("late")));
      log.record(AuditRecord.end(about("late"), AuditFiles.ok()));
      signed.await();
      copy(running, once.resolve("killed"));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var all = Files.list(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @BeforeEach
  void killed() throws Exception {
    copy(once.resolve("killed"), folder);
    files = SegmentFiles.in(folder).getLast();
    mark = Mark.last(files, notes()).orElseThrow();
  }

  private NoteFile notes() throws IOException {
    return NoteFile.read(files.checkpoints());
  }

  private void alter(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int before = bytes.read();
      bytes.seek(at);
      bytes.write(before ^ 1);
    }
  }

  private boolean good() throws IOException {
    return Verifier.verify(folder, List.of(AuditFiles.KEY.verifier()), List.of())
        instanceof Verdict.Consistent;
  }

  @Test
  void readingFromTheMarkFindsWhatReadingAllDoes() throws Exception {
    long size = Files.size(files.lines());
    assertTrue(size > 2 * Appender.MARK_BYTES, size + " bytes");
    assertTrue(size - mark.offset() < Appender.MARK_BYTES + (1 << 20), mark.toString());
    SegmentState part = SegmentState.read(files, notes());
    assertEquals(mark.seq(), part.from());
    SegmentState whole = SegmentState.read(files, new NoteFile(List.of(), 0, 0));
    assertEquals(1, whole.from());
    assertEquals(whole.whole(), part.whole());
    assertEquals(whole.open(), part.open());
    assertEquals(List.of("long"), part.open().stream().map(Lines.Open::call).toList());
    assertArrayEquals(whole.tree().root(), part.tree().root());
    byte[] nodes = whole.nodes();
    assertEquals(nodes.length, part.nodesBefore() + part.nodes().length);
    assertArrayEquals(
        Arrays.copyOfRange(nodes, (int) part.nodesBefore(), nodes.length), part.nodes());
  }

  @Test
  void theLogGoesOnAndHoldsWhatItHeld() throws Exception {
    AuditFiles.open(folder).close();
    assertEquals(
        List.of("long"),
        AuditFiles.read(folder, "end").stream()
            .filter(line -> "unknown".equals(line.get("outcome")))
            .map(line -> line.get("call"))
            .toList());
    assertTrue(good());
  }

  @Test
  void aLogThatWasAlteredBehindItsMarkIsNotWrittenOn() throws Exception {
    alter(files.lines(), mark.offset() + 500_000);
    assertThrows(IOException.class, () -> AuditFiles.open(folder));
  }

  /** The mark is a record as others are. */
  @Test
  void noCallIsTakenFromTheMarkUnseen() throws Exception {
    String lines = new String(Files.readAllBytes(files.lines()), US_ASCII);
    int at = lines.indexOf("\"long\"", (int) mark.offset());
    assertTrue(at > mark.offset() && at < mark.offset() + 2_000);
    alter(files.lines(), at + 1);
    assertThrows(IOException.class, () -> AuditFiles.open(folder));
  }

  @Test
  void whatIsBeforeTheMarkIsForVerifyToSay() throws Exception {
    alter(files.lines(), 2_000_000);
    AuditFiles.open(folder).close();
    assertFalse(good());
  }

  @Test
  void aMarkThatNoCheckpointCoversIsPassedOver() throws Exception {
    List<NoteFile.At> early =
        notes().notes().stream().filter(at -> at.checkpoint().size() < mark.seq()).toList();
    assertTrue(!early.isEmpty());
    NoteFile before = new NoteFile(early, notes().whole(), notes().size());
    long from = SegmentState.read(files, before).from();
    assertTrue(from < mark.seq(), from + " is behind what is signed");
  }

  @Test
  void withoutTheNodesBeforeTheMarkAllIsReadAgain() throws Exception {
    Segment.cut(files.tree(), 64);
    assertEquals(1, SegmentState.read(files, notes()).from());
    AuditFiles.open(folder).close();
    assertTrue(good());
  }
}
