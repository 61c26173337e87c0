package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
  @TempDir Path folder;

  private Path last() throws Exception {
    return Folder.segments(folder).getLast();
  }

  private List<String> unknownEnds() {
    return AuditFiles.read(folder, "end").stream()
        .filter(line -> "unknown".equals(line.get("outcome")))
        .map(line -> line.get("call"))
        .toList();
  }

  @Test
  void aBeginWithoutEndGetsAnEndUnknownOnce() throws Exception {
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(about("a")));
      log.record(AuditRecord.begin(about("b")));
      log.record(AuditRecord.end(about("a"), ok()));
      log.record(AuditRecord.call(about("c"), ok()));
    }
    AuditFiles.open(folder).close();
    AuditFiles.open(folder).close();
    assertEquals(List.of("b"), unknownEnds());
    Map<String, String> end = AuditFiles.read(folder, "end").getLast();
    assertEquals("orders/v1/FindOrders", end.get("operation"));
    assertEquals(AuditFiles.read(folder, "begin").getLast().get("time"), end.get("begun"));
    assertEquals("u1", end.get("proven." + Identity.USER));
    assertEquals("CN=apim", end.get("claimed." + Identity.SUBJECT));
  }

  @Test
  void aCallThatBeganSegmentsAgoIsNotForgotten() throws Exception {
    try (AuditLog log = AuditFiles.open(folder, Segment::open, 500, AuditLog.PATIENCE)) {
      log.record(AuditRecord.begin(about("long")));
      for (int i = 0; i < 10; i++) {
        log.record(AuditRecord.call(about("c" + i), ok()));
      }
    }
    AuditFiles.open(folder).close();
    assertEquals(List.of("long"), unknownEnds());
    assertEquals("u1", AuditFiles.read(folder, "end").getLast().get("proven." + Identity.USER));
  }

  @Test
  void aTornLastLineIsCutOffAndNoted() throws Exception {
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(about("a")));
    }
    Path torn = last();
    long whole = Files.size(torn);
    Files.writeString(torn, "{\"seq\":3,\"kind\":\"beg", StandardOpenOption.APPEND);
    AuditFiles.open(folder).close();
    assertEquals(whole, Files.size(torn));
    Map<String, String> repair = AuditFiles.read(folder, "repair").getFirst();
    assertEquals(torn.getFileName().toString(), repair.get("file"));
    assertEquals(Long.toString(whole), repair.get("from"));
    assertEquals("20", repair.get("bytes"));
    assertFalse(repair.containsKey("kept"));
    assertEquals(List.of("a"), unknownEnds());
  }

  @Test
  void moreThanATornLineIsKeptAside() throws Exception {
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(about("a")));
    }
    Path damaged = last();
    long whole = Files.size(damaged);
    byte[] junk = "\0\0\0\nmore\n".getBytes(UTF_8);
    Files.write(damaged, junk, StandardOpenOption.APPEND);
    AuditFiles.open(folder).close();
    Map<String, String> repair = AuditFiles.read(folder, "repair").getFirst();
    Path kept = folder.resolve(repair.getOrDefault("kept", "none"));
    assertEquals(new String(junk, UTF_8), Files.readString(kept));
    assertEquals(whole, Files.size(damaged));
  }

  @Test
  void aLineThatIsNotTheNextOneIsNoLine() throws Exception {
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(about("a")));
    }
    Files.writeString(
        last(),
        "{\"seq\":7,\"kind\":\"end\",\"call\":\"a\",\"attempt\":1}\n",
        StandardOpenOption.APPEND);
    AuditFiles.open(folder).close();
    assertEquals(List.of("a"), unknownEnds());
  }

  @Test
  void aSegmentWithoutALineIsNone() throws Exception {
    try (AuditLog log = AuditFiles.open(folder)) {
      log.record(AuditRecord.begin(about("a")));
    }
    Files.writeString(folder.resolve("000000000003.jsonl"), "{\"seq\":3,");
    AuditFiles.open(folder).close();
    assertEquals(List.of("a"), unknownEnds());
    assertTrue(AuditFiles.read(folder, "segment").size() >= 2);
  }
}
