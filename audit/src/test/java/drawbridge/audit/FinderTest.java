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
