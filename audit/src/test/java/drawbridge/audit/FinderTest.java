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
import java.util.BitSet;
import java.util.List;
import java.util.Random;
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
    // Although all of them stand in every block.
    assertEquals(0, indexed(both("u5", "orders/v1/Op-2")));
    assertEquals(0, indexed(both("u1", "orders/v1/Op-3")));
    assertEquals(1, indexed(both("u5", "orders/v1/Op-1")));
    // Without an index, or with one that another version made, they are found all the same.
    for (SegmentFiles files : SegmentFiles.in(folder())) {
      if (Files.exists(files.index())) {
        byte[] index = Files.readAllBytes(files.index());
        index[7]--;
        Files.write(files.index(), index);
      }
    }
    assertEquals(List.of("c801"), found(both("u5", "orders/v1/Op-1")));
    assertEquals(400, found(both("u5", "orders/v1/Op-3")).size());
  }

  /** An index only spares reading: with it and without, the same is found, whatever is asked. */
  @Test
  void theIndexNamesTheRecordsThatReadingAllOfThemFinds() throws Exception {
    Random random = new Random(7);
    try (AuditLog log = AuditFiles.open(folder(), 400_000)) {
      for (int i = 0; i < 3_000; i++) {
        // Of each kind some values are rare, some stand in half of the records, one in all.
        Identity caller =
            Identity.builder()
                .proven(Identity.USER, "u" + (int) Math.abs(random.nextGaussian() * 20))
                .claimed(Identity.SUBJECT, random.nextBoolean() ? "CN=a" : "CN=b")
                .build();
        AuditRecord.About about =
            new AuditRecord.About(
                "c" + i,
                1,
                "orders/v1/Op-" + (int) Math.abs(random.nextGaussian() * 2),
                "gateway-1",
                caller,
                "apps",
                "d1",
                List.of(Recorded.clear("id", "v" + random.nextInt(1_000))),
                "",
                "");
        log.record(AuditRecord.call(about, ok()));
      }
      new Housekeeping(log, folder(), true, Duration.ZERO, InstantSource.system()).tidy();
    }
    Path plain = Files.createDirectory(temp.resolve("plain"));
    for (SegmentFiles files : SegmentFiles.in(folder())) {
      Files.copy(files.readable(), plain.resolve(files.readable().getFileName()));
    }
    assertTrue(SegmentFiles.in(folder()).size() > 2);
    int hits = 0;
    for (int i = 0; i < 200; i++) {
      Query.Builder query = Query.builder();
      if (random.nextBoolean()) {
        query.any("u" + random.nextInt(60), Identity.USER, Identity.USER_NAME);
      }
      if (random.nextBoolean()) {
        query.any("orders/v1/Op-" + random.nextInt(6), "operation");
      }
      if (random.nextInt(4) == 0) {
        query.any("v" + random.nextInt(1_000), "arguments.id.value");
      }
      query.any(random.nextBoolean() ? "CN=a" : "CN=b", Identity.SUBJECT);
      List<String> expected = lines(AuditFolder.of(plain).find(query.build(), 5_000));
      assertEquals(expected, lines(AuditFolder.of(folder()).find(query.build(), 5_000)));
      int few = random.nextInt(30) + 1;
      assertEquals(
          expected.reversed().stream().limit(few).toList(),
          lines(AuditFolder.of(folder()).findLast(query.build(), few)));
      hits += expected.size();
    }
    assertTrue(hits > 1_000, "too few: " + hits);
  }

  /** It may hide records, which only {@code verify} tells; it invents none, and stops nothing. */
  @Test
  void anIndexThatWasAlteredEndsNoSearch() throws Exception {
    try (AuditLog log = AuditFiles.open(folder(), 200_000)) {
      while (SegmentFiles.in(folder()).size() < 2) {
        log.record(AuditRecord.call(about("c", "orders/v1/Find", List.of(), ""), ok()));
      }
      new Housekeeping(log, folder(), true, Duration.ZERO, InstantSource.system()).tidy();
    }
    Query query = Query.builder().any("orders/v1/Find", "operation").build();
    int all = AuditFolder.of(folder()).find(query, 100_000).size();
    Path index = SegmentFiles.in(folder()).getFirst().index();
    byte[] whole = Files.readAllBytes(index);
    Random random = new Random(3);
    int damaged = 0;
    int fewer = 0;
    for (int i = 0; i < 200; i++) {
      byte[] altered = whole.clone();
      // The header and the directory are small, and most is in them.
      int most = i % 2 == 0 ? altered.length : 6 * Long.BYTES + 12 * Long.BYTES;
      for (int times = 0; times <= i % 3; times++) {
        altered[random.nextInt(most)] = (byte) random.nextInt();
      }
      Files.write(index, altered);
      try {
        int found = AuditFolder.of(folder()).find(query, 100_000).size();
        assertTrue(found <= all, found + " of " + all);
        fewer += found < all ? 1 : 0;
      } catch (IOException e) {
        assertTrue(e.toString().contains("run audit verify"), e.toString());
        damaged++;
      }
    }
    assertTrue(damaged > 0 && fewer > 0, damaged + " times damaged, " + fewer + " times fewer");
  }

  private static List<String> lines(List<Found> found) {
    return found.stream().map(Found::line).toList();
  }

  /** How many records the indexes have for it. */
  private int indexed(Query query) throws IOException {
    int records = 0;
    for (SegmentFiles files : SegmentFiles.in(folder())) {
      Index index = Index.open(files).orElse(null);
      if (index != null) {
        BitSet all = new BitSet();
        all.set(0, index.records());
        query.conditions().forEach(condition -> all.and(index.with(condition.hashes())));
        records += all.cardinality();
      }
    }
    return records;
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
