package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the log is found, whatever it is; what does not, is not. */
class FinderTest {
  private static final List<String> VALUES =
      List.of(
          "4711",
          "",
          "\"",
          "\\",
          "a\"b\\c",
          "line\nfeed\u0001",
          "Zoë Öztürk",
          "😀",
          "<script>",
          "a/b",
          "%20",
          "aaaaab",
          "aab");

  @TempDir Path temp;

  private Path folder() {
    return temp.resolve("audit");
  }

  private List<String> found(Query query) throws IOException {
    return AuditFolder.of(folder()).find(query, 1_000).stream()
        .map(one -> one.line().replaceAll(".*\"call\":\"(.*?)\".*", "$1"))
        .toList();
  }

  private void everyValue() throws IOException {
    for (int i = 0; i < VALUES.size(); i++) {
      assertEquals(
          List.of("c" + i),
          found(Query.builder().argument("name", VALUES.get(i), ValueKeys.none()).build()),
          VALUES.get(i));
    }
  }

  /** Both stand in every block, and some of them in one record. */
  @Test
  void aCallerWithAnOperationIsFoundWhereverTheyStandTogether() throws Exception {
    AuditLog.Shape shape =
        new AuditLog.Shape(
            folder(),
            AuditFiles.KEY,
            Segment::open,
            300_000,
            AuditLog.PATIENCE,
            InstantSource.system());
    try (AuditLog log = AuditLog.open(shape)) {
      for (int i = 0; i < 1_600; i++) {
        AuditRecord.About about =
            new AuditRecord.About(
                "c" + i,
                1,
                "orders/v1/Op-" + i % 4,
                "gateway-1",
                // Users 0 to 4 call anything but operation 3, which is that of 5, who calls another
                // one once.
                Identity.builder()
                    .proven(Identity.USER, "u" + (i % 4 == 3 ? 5 : i == 801 ? 5 : i % 5))
                    .claimed(Identity.SUBJECT, "CN=apim")
                    .build(),
                "apps",
                "d1",
                List.of(),
                "",
                "");
        log.record(AuditRecord.call(about, ok()));
      }
      new Housekeeping(log, folder(), true, Duration.ZERO, InstantSource.system()).tidy();
    }
    assertTrue(Files.exists(SegmentFiles.in(folder()).getFirst().index()));
    assertEquals(List.of("c801"), found(both("u5", "orders/v1/Op-1")));
    assertEquals(400, found(both("u5", "orders/v1/Op-3")).size());
    assertEquals(List.of(), found(both("u5", "orders/v1/Op-2")));
    assertEquals(List.of(), found(both("u1", "orders/v1/Op-3")));
    // Where nobody entered them together, as in indexes of before, they are found all the same.
    for (SegmentFiles files : SegmentFiles.in(folder())) {
      if (Files.exists(files.index())) {
        byte[] index = Files.readAllBytes(files.index());
        assertEquals(3, index[7]);
        index[7] = 2;
        Files.write(files.index(), index);
      }
    }
    assertEquals(List.of("c801"), found(both("u5", "orders/v1/Op-1")));
    assertEquals(400, found(both("u5", "orders/v1/Op-3")).size());
  }

  private static Query both(String user, String operation) {
    return Query.builder()
        .any(operation, "operation")
        .any(user, Identity.USER, Identity.USER_NAME, Identity.OBJECT)
        .build();
  }

  @Test
  void everyTextIsFoundInOpenAndInCompressedSegments() throws Exception {
    AuditLog.Shape shape =
        new AuditLog.Shape(
            folder(),
            AuditFiles.KEY,
            Segment::open,
            200_000,
            AuditLog.PATIENCE,
            InstantSource.system());
    try (AuditLog log = AuditLog.open(shape)) {
      for (int i = 0; i < VALUES.size(); i++) {
        List<Recorded> arguments = List.of(Recorded.clear("name", VALUES.get(i)));
        log.record(AuditRecord.call(about("c" + i, "orders/v1/Find", arguments, ""), ok()));
      }
      everyValue();
      while (SegmentFiles.in(folder()).size() < 2) {
        log.record(AuditRecord.call(about("filling"), ok()));
      }
      new Housekeeping(log, folder(), true, Duration.ZERO, InstantSource.system()).tidy();
      assertTrue(Files.exists(SegmentFiles.in(folder()).getFirst().compressed()));
      everyValue();
      // The same text elsewhere in a line is no match, and a number is compared as it is written.
      assertEquals(List.of(), found(Query.builder().any("4711", "operation").build()));
      assertEquals(
          List.of("c0"),
          found(
              Query.builder()
                  .argument("name", "4711", ValueKeys.none())
                  .any("200", "http.response.status_code")
                  .any("u1", Identity.USER)
                  .any("CN=apim", Identity.SUBJECT, Identity.APP)
                  .from(Instant.EPOCH)
                  .build()));
      assertEquals(
          List.of(),
          found(
              Query.builder()
                  .argument("name", "4711", ValueKeys.none())
                  .to(Instant.EPOCH)
                  .build()));
    }
  }
}
