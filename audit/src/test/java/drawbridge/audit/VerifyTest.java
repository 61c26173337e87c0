package drawbridge.audit;

import static drawbridge.audit.AuditFiles.about;
import static drawbridge.audit.AuditFiles.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to a log is found and located, and a log that nobody touched is not accused. */
class VerifyTest {
  /** Bits of each file; more with {@code drawbridge test --long}. */
  private static final int ROUNDS = Boolean.getBoolean("drawbridge.long") ? 400 : 5;

  @TempDir Path temp;
  private Path folder = Path.of("");

  /** Every file of the untouched log. */
  private final Map<String, byte[]> files = new TreeMap<>();

  private List<Checkpoint> anchors = List.of();

  @BeforeEach
  void write() throws Exception {
    folder = temp.resolve("audit");
    anchors = write(folder, AuditFiles.KEY, 36);
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    files.remove("lock"); // the number of the process, and no part of the log
    assertTrue(files.keySet().stream().anyMatch(name -> name.endsWith(".gz")), files.keySet() + "");
    assertTrue(files.size() > 12, files.keySet() + "");
  }

  /**
   * Three processes, several segments, those of the first two compressed; with checkpoints on the
   * way.
   */
  private static List<Checkpoint> write(Path folder, AuditKey key, int calls) throws Exception {
    List<Checkpoint> seen = new ArrayList<>();
    for (int process = 0; process < 3; process++) {
      AuditLog.Shape shape =
          new AuditLog.Shape(
              folder,
              key,
              Segment::open,
              process == 2 ? 1 << 20 : 4_000,
              AuditLog.PATIENCE,
              InstantSource.system());
      try (AuditLog log = AuditLog.open(shape)) {
        if (process == 2) {
          new Housekeeping(log, folder, true, Duration.ZERO, InstantSource.system()).tidy();
        }
        for (int i = 0; i < calls / 3; i++) {
          log.record(AuditRecord.begin(about("c" + process + "-" + i)));
          log.record(AuditRecord.end(about("c" + process + "-" + i), ok()));
        }
        seen.add(log.checkpoint());
      }
      seen.add(AuditFolder.of(folder).checkpoint());
    }
    return seen;
  }

  private Verdict verify(List<Checkpoint> outside) throws IOException {
    return AuditFolder.of(folder)
        .verify(
            List.of(AuditFiles.KEY.verifier()),
            outside.stream().map(one -> new Verdict.Anchor("gateway-1", one)).toList());
  }

  private List<Verdict.Break> broken(String what) throws IOException {
    Verdict verdict = verify(List.of());
    assertInstanceOf(Verdict.Broken.class, verdict, what + " was not found");
    return ((Verdict.Broken) verdict).breaks();
  }

  private void restore() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        if (!files.containsKey(file.getFileName().toString())) {
          Files.delete(file);
        }
      }
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  private String lastLines() {
    return files.keySet().stream()
        .filter(name -> name.endsWith(".jsonl"))
        .reduce((a, b) -> b)
        .get();
  }

  @Test
  void theUntouchedLogIsConsistentAndAnchored() throws Exception {
    Verdict.Consistent alone = assertInstanceOf(Verdict.Consistent.class, verify(List.of()));
    assertEquals(alone.extent().last(), alone.extent().signed());
    assertEquals(1, alone.extent().first());
    Verdict.Anchored anchored = assertInstanceOf(Verdict.Anchored.class, verify(anchors));
    assertEquals(anchors.getLast().size(), anchored.record());
    assertEquals("gateway-1", anchored.place());
  }

  @Test
  void anybodyCanCheckItWithoutOurClasses() throws Exception {
    List<byte[]> lines = Independent.lines(folder);
    List<String> notes = Independent.notes(folder);
    String key = AuditFiles.KEY.verifier().text();
    assertTrue(notes.size() >= 6, notes.size() + " notes");
    for (String note : notes) {
      assertTrue(Independent.holds(note, key, lines), note);
      assertFalse(Independent.holds(note, AuditKey.generate("x").verifier().text(), lines));
    }
    lines.set(2, "{}".getBytes(UTF_8));
    assertFalse(Independent.holds(notes.getLast(), key, lines));
  }

  @Test
  void aFlippedBitIsFoundWhereverItIs() throws Exception {
    Random random = new Random(8);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] whole = file.getValue();
      for (int round = 0; round < ROUNDS; round++) {
        int at = round == 0 ? 0 : round == 1 ? whole.length - 1 : random.nextInt(whole.length);
        byte[] altered = whole.clone();
        altered[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(folder.resolve(file.getKey()), altered);
        List<Verdict.Break> breaks = broken("a bit of " + file.getKey() + " at " + at);
        assertTrue(
            breaks.stream().anyMatch(found -> found.file().equals(file.getKey())),
            "a bit of " + file.getKey() + " at " + at + " is said to be " + breaks);
      }
      Files.write(folder.resolve(file.getKey()), whole);
    }
  }

  @Test
  void anAlteredRecordIsNamedByItsNumberAndPlace() throws Exception {
    String name = lastLines();
    String text = new String(files.get(name), UTF_8);
    int at = text.indexOf("\"rows\":3");
    Files.writeString(folder.resolve(name), text.replaceFirst("\"rows\":3", "\"rows\":4"));
    Verdict.Break found = broken("a number").getFirst();
    long lineStart = text.lastIndexOf('\n', at) + 1L;
    long first = Long.parseLong(name.substring(0, 12));
    long record = first + text.substring(0, at).chars().filter(c -> c == '\n').count();
    assertEquals(new Verdict.Break(name, lineStart, record, "the record was altered"), found);
    assertEquals(1, broken("a number").size());
  }

  @Test
  void aTailThatWasCutIsFoundOfEveryFile() throws Exception {
    Random random = new Random(9);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      for (int round = 0; round < 3; round++) {
        int length = round == 0 ? 0 : random.nextInt(file.getValue().length);
        Files.write(folder.resolve(file.getKey()), Arrays.copyOf(file.getValue(), length));
        broken(file.getKey() + " cut to " + length);
      }
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  @Test
  void aMissingAStrangeAndASwappedFileAreFound() throws Exception {
    for (String name : files.keySet()) {
      Files.delete(folder.resolve(name));
      broken(name + " removed");
      restore();
      Files.write(folder.resolve("x" + name), files.get(name));
      assertTrue(broken("x" + name).getFirst().file().startsWith("x"));
      restore();
    }
    List<String> names = new ArrayList<>(files.keySet());
    for (String suffix : List.of(".jsonl.gz", ".tree", ".checkpoints", ".index")) {
      List<String> alike = names.stream().filter(name -> name.endsWith(suffix)).toList();
      Path a = folder.resolve(alike.get(0));
      Path b = folder.resolve(alike.get(1));
      Path c = temp.resolve("c");
      Files.move(a, c);
      Files.move(b, a);
      Files.move(c, b);
      broken(suffix + " swapped");
      restore();
    }
  }

  @Test
  void aWholeSegmentThatIsTakenOutIsFoundWhereverItWas() throws Exception {
    List<SegmentFiles> segments = SegmentFiles.in(folder);
    for (SegmentFiles one : segments) {
      String prefix = one.readable().getFileName().toString().substring(0, 12);
      for (String name : files.keySet()) {
        if (name.startsWith(prefix)) {
          Files.delete(folder.resolve(name));
        }
      }
      if (one.equals(segments.getLast())) {
        assertInstanceOf(
            Verdict.Broken.class, verify(anchors), "a cut end is what only an anchor can tell");
      } else {
        broken("segment " + prefix);
      }
      restore();
    }
  }

  /** All files of a segment under another one's names, so that each still fits the others. */
  private void rename(String from, String to) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      if (file.getKey().startsWith(from + ".")) {
        Files.write(folder.resolve(file.getKey().replace(from, to)), file.getValue());
      }
    }
  }

  private void delete(String prefix) throws IOException {
    for (String name : files.keySet()) {
      if (name.startsWith(prefix + ".")) {
        Files.delete(folder.resolve(name));
      }
    }
  }

  private void locatedIn(String what, String prefix) throws IOException {
    List<Verdict.Break> breaks = broken(what);
    assertTrue(
        breaks.stream().anyMatch(found -> found.file().startsWith(prefix)),
        what + ": nothing is said of " + prefix + ", but " + breaks);
  }

  @Test
  void wholeSegmentsThatAreSwappedRenamedOrRepeatedAreFoundAndLocated() throws Exception {
    List<String> all =
        SegmentFiles.in(folder).stream()
            .map(one -> one.readable().getFileName().toString().substring(0, 12))
            .toList();
    assertTrue(all.size() > 3, all.toString());
    for (int i = 0; i + 1 < all.size(); i++) {
      String one = all.get(i);
      String next = all.get(i + 1);
      delete(one);
      delete(next);
      rename(one, next);
      rename(next, one);
      locatedIn(one + " and " + next + " swapped", one);
      restore();

      String other = "%012d".formatted(Long.parseLong(one) + 1);
      delete(one);
      rename(one, other);
      locatedIn(one + " named " + other, other);
      restore();

      String behind = "%012d".formatted(anchors.getLast().size() + 1);
      rename(one, behind);
      locatedIn(one + " once more behind the end", behind);
      restore();
    }
    assertInstanceOf(Verdict.Anchored.class, verify(anchors));
  }

  @Test
  void removedRepeatedSwappedAndForgedRecordsAreFoundAndLocated() throws Exception {
    String name = lastLines();
    List<String> lines = new String(files.get(name), UTF_8).lines().toList();
    long first = Long.parseLong(name.substring(0, 12));
    for (int i = 0; i < lines.size(); i++) {
      List<String> removed = new ArrayList<>(lines);
      removed.remove(i);
      rewrite(name, removed);
      located("removed", first + i);
      List<String> repeated = new ArrayList<>(lines);
      repeated.add(i, lines.get(i));
      rewrite(name, repeated);
      located("repeated", first + i);
      if (i > 0) {
        List<String> swapped = new ArrayList<>(lines);
        swapped.set(i, lines.get(i - 1));
        swapped.set(i - 1, lines.get(i));
        rewrite(name, swapped);
        located("swapped", first + i - 1);
      }
      List<String> forged = new ArrayList<>(lines);
      forged.add(
          i, "{\"seq\":" + (first + i) + ",\"time\":\"2026-01-01T00:00:00Z\",\"kind\":\"end\"}");
      rewrite(name, forged);
      located("forged", first + i);
    }
  }

  private void rewrite(String name, List<String> lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  private void located(String what, long record) throws IOException {
    List<Verdict.Break> breaks = broken(what + " record " + record);
    assertTrue(
        breaks.stream().anyMatch(found -> Math.abs(found.record() - record) <= 1),
        what + " record " + record + " is said to be at " + breaks);
  }

  @Test
  void aLogSignedByAnotherKeyIsFound() throws Exception {
    AuditKey other = AuditKey.generate(AuditFiles.KEY.verifier().name());
    for (String name : files.keySet()) {
      if (name.endsWith(".checkpoints")) {
        StringBuilder signed = new StringBuilder();
        for (NoteFile.At at : NoteFile.of(files.get(name)).notes()) {
          Checkpoint note = at.checkpoint();
          signed.append(
              new String(NoteFile.entry(Checkpoint.sign(other, note.size(), note.root())), UTF_8));
        }
        Files.writeString(folder.resolve(name), signed);
      }
    }
    assertTrue(broken("another signature").getFirst().file().endsWith(".checkpoints"));
    // Without a key of ours, the log is measured by the key that it names, and still does not fit.
    assertInstanceOf(Verdict.Broken.class, AuditFolder.of(folder).verify(List.of(), List.of()));
  }

  @Test
  void aWholeLogWrittenAnewByAnotherKeyIsFoundByTheKey() throws Exception {
    Path forged = temp.resolve("forged");
    write(forged, AuditKey.generate(AuditFiles.KEY.verifier().name()), 36);
    folder = forged;
    broken("another key");
  }

  @Test
  void aWholeLogWrittenAnewByTheTrueKeyIsFoundByTheAnchor() throws Exception {
    Path forged = temp.resolve("forged");
    write(forged, AuditFiles.KEY, 39);
    folder = forged;
    assertInstanceOf(Verdict.Consistent.class, verify(List.of()), "nobody can tell from inside");
    Verdict.Broken broken = assertInstanceOf(Verdict.Broken.class, verify(anchors));
    assertTrue(broken.breaks().getFirst().what().contains("gateway-1 vouches for"));
    assertEquals(anchors.getFirst().size(), broken.breaks().getFirst().record());
  }

  @Test
  void aRecordInACompressedSegmentThatIsPackedAnewIsFound() throws Exception {
    String name = files.keySet().stream().filter(n -> n.endsWith(".gz")).findFirst().get();
    List<byte[]> lines = new ArrayList<>();
    try (LineReader reader = LineReader.of(SegmentFiles.in(folder).getFirst())) {
      while (reader.next()) {
        lines.add(
            Arrays.copyOfRange(
                reader.buffer(), reader.offset(), reader.offset() + reader.length()));
      }
    }
    lines.set(3, new String(lines.get(3), UTF_8).replace("CN=apim", "CN=aqim").getBytes(UTF_8));
    try (var out =
        new java.util.zip.GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
      for (byte[] line : lines) {
        out.write(line);
        out.write('\n');
      }
    }
    List<Verdict.Break> breaks = broken("repacked");
    assertTrue(
        breaks.stream().anyMatch(found -> found.record() == 4 && found.file().equals(name)),
        breaks + "");
  }

  @Test
  void proofsHoldForOneRecordAndOneGrowthAndFallWithEveryAlteredLine() throws Exception {
    List<VerifierKey> keys = List.of(AuditFiles.KEY.verifier());
    AuditFolder audit = AuditFolder.of(folder);
    long size = audit.checkpoint().size();
    for (long seq = 1; seq <= size; seq += 7) {
      String proof = audit.prove(seq);
      assertEquals(audit.line(seq), ProofText.check(proof, keys, List.of()).line());
    }
    String proof = audit.prove(5);
    for (int i = 0; i < proof.length(); i++) {
      String altered =
          proof.substring(0, i) + (char) (proof.charAt(i) ^ 2) + proof.substring(i + 1);
      try {
        ProofText.check(altered, keys, List.of());
        assertEquals("", altered, "this holds too");
      } catch (IOException e) {
        // as it should
      }
    }
    for (Checkpoint old : anchors) {
      String growth = audit.consistency(old.size(), audit.checkpoint());
      assertEquals(old.size(), ProofText.check(growth, keys, List.of(old)).size());
    }
  }
}
