package drawbridge.audit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies one segment. Lines and the tree's file tell the same twice: at each checkpoint the one
 * that fits it is right, and the other one is altered where the two differ. For one thread, used
 * once.
 */
final class SegmentCheck {
  private final Verifier verifier;
  private final SegmentFiles files;
  private final @Nullable SegmentCheck before;
  private final boolean newestSegment;
  private final Fields fields = new Fields();
  private final List<Difference> differences = new ArrayList<>();

  private @Nullable SegmentHead head;
  private @Nullable Checkpoint newest;
  private NoteFile notes = new NoteFile(List.of(), 0, 0);
  private int nextNote;
  private Tree tree = new Tree();

  /** As the tree's file has it, from where it differs from the lines. */
  private @Nullable Tree told;

  /** The lines are known to be altered here, so they fit no checkpoint. */
  private boolean linesBroken;

  private boolean nodesEnded;
  private boolean lost;
  private long expected;
  private long bytes;
  private String kind = "";
  private Instant time = Instant.EPOCH;

  private record Difference(long record, long offset) {}

  SegmentCheck(
      Verifier verifier, SegmentFiles files, @Nullable SegmentCheck before, boolean newest) {
    this.verifier = verifier;
    this.files = files;
    this.before = before;
    this.newestSegment = newest;
    this.expected = files.first();
  }

  void run() throws IOException {
    for (Path file : List.of(files.tree(), files.checkpoints())) {
      if (!Files.exists(file)) {
        verifier.found(file, -1, 0, "is missing");
      }
    }
    notes = NoteFile.read(files.checkpoints());
    try (LineReader lines = LineReader.of(files);
        InputStream nodes =
            Files.exists(files.tree())
                ? new BufferedInputStream(Files.newInputStream(files.tree()), 1 << 16)
                : InputStream.nullInputStream()) {
      boolean more = lines.next();
      head(lines, more);
      while (more) {
        if (!lines.terminated()) {
          break;
        }
        line(lines, nodes);
        bytes = lines.end();
        more = lines.next();
      }
      settleRest();
      ends(lines, more);
    } catch (java.util.zip.ZipException | java.io.EOFException e) {
      verifier.found(files.readable(), bytes, expected, "cannot be unpacked from here on");
      lost = true;
    }
  }

  private void head(LineReader lines, boolean there) throws IOException {
    try {
      if (!there) {
        throw new IOException("empty");
      }
      head = SegmentHead.parse(lines.buffer(), lines.offset(), lines.length());
    } catch (SegmentHead.LaterFormatException e) {
      throw e;
    } catch (IOException e) {
      verifier.found(files.readable(), 0, files.first(), "does not begin as a segment does");
    }
    if (before != null && before.last() + 1 != files.first()) {
      boolean gap = before.last() + 1 < files.first();
      verifier.found(
          files.readable(),
          0,
          gap ? before.last() + 1 : files.first(),
          gap ? "records before this segment are missing" : "these records stand twice");
    }
    if (head == null) {
      tree = before == null ? new Tree() : before.tree.copy();
      return;
    }
    if (head.first() != files.first()) {
      verifier.found(files.readable(), 0, head.first(), "another segment stands under this name");
    }
    tree = head.tree();
    if (before != null && head.first() == before.last() + 1) {
      boolean follows = before.lost || Arrays.equals(tree.root(), before.tree.root());
      if (!before.lost) {
        tree = before.tree.copy();
      }
      boolean named =
          head.previousFile().equals(before.files.lines().getFileName().toString())
              && head.previousBytes() == before.bytes;
      if (!follows || !named) {
        verifier.found(
            before.files.readable(),
            before.bytes,
            before.last(),
            "is not as the next segment says");
      }
      if (head.previousCheckpoints() != before.notes.size()) {
        verifier.found(
            before.files.checkpoints(),
            Math.min(before.notes.size(), head.previousCheckpoints()),
            0,
            "has not the length that the next segment says");
      }
    }
  }

  private void line(LineReader lines, InputStream nodes) throws IOException {
    byte[] leaf = tree.leaf(lines.buffer(), lines.offset(), lines.length());
    long seq = parse(lines);
    if (seq > 0 && seq < expected) {
      verifier.found(files.readable(), lines.start(), seq, "stands twice, or out of its order");
      linesBroken = true;
      fork();
      return;
    }
    byte[] stated = node(nodes);
    if (seq > expected && stated.length == Hasher.BYTES) {
      verifier.found(
          files.readable(),
          lines.start(),
          expected,
          "records from " + expected + " to " + (seq - 1) + " are missing");
      linesBroken = true;
      fork();
      while (expected < seq && stated.length == Hasher.BYTES) {
        grow(stated, null, nodes);
        stated = node(nodes);
      }
    } else if (seq != expected) {
      verifier.found(files.readable(), lines.start(), expected, "is no record of this number");
      linesBroken = true;
      fork();
    }
    if (seq == expected) {
      verifier.note(fields);
    }
    if (stated.length == Hasher.BYTES && !Arrays.equals(leaf, stated)) {
      differences.add(new Difference(expected, lines.start()));
      fork();
    }
    grow(leaf, stated.length == Hasher.BYTES ? stated : null, nodes);
  }

  /**
   * The next one of the tree's file; empty from where it ends. A log that is written meanwhile may
   * have grown by half a node since.
   */
  private byte[] node(InputStream nodes) throws IOException {
    byte[] node = nodesEnded ? new byte[0] : nodes.readNBytes(Hasher.BYTES);
    nodesEnded |= node.length < Hasher.BYTES;
    return node;
  }

  /** The two trees part here. */
  private void fork() {
    if (told == null) {
      told = tree.copy();
    }
  }

  /** One leaf more, and what both trees make of it. */
  private void grow(byte[] leaf, byte @Nullable [] stated, InputStream nodes) throws IOException {
    List<byte[]> completed = new ArrayList<>();
    tree.append(leaf, completed::add);
    if (told != null) {
      completed.clear();
      told.append(stated == null ? leaf : stated, completed::add);
    }
    long place = Nodes.before(expected - 1) - Nodes.before(files.first() - 1);
    for (byte[] node : completed.subList(1, completed.size())) {
      byte[] kept = node(nodes);
      place++;
      if (kept.length == Hasher.BYTES && !Arrays.equals(kept, node)) {
        verifier.found(
            files.tree(),
            place * Hasher.BYTES,
            expected,
            "a node does not follow from the records");
      }
    }
    long size = expected++;
    while (nextNote < notes.notes().size()
        && notes.notes().get(nextNote).checkpoint().size() <= size) {
      check(notes.notes().get(nextNote++), size);
    }
    for (Verdict.Anchor anchor : verifier.anchorsAt(size)) {
      check(anchor);
    }
  }

  private void check(NoteFile.At at, long size) {
    Checkpoint checkpoint = at.checkpoint();
    boolean signed =
        head != null
            && checkpoint.origin().equals(head.key().name())
            && checkpoint.signedBy(head.key());
    if (!signed) {
      verifier.found(
          files.checkpoints(), at.offset(), checkpoint.size(), "is not signed by the log's key");
      return;
    }
    if (checkpoint.size() != size) {
      verifier.found(files.checkpoints(), at.offset(), checkpoint.size(), "is out of its order");
      return;
    }
    if (lost) {
      return;
    }
    newest = checkpoint;
    if (!linesBroken && Arrays.equals(tree.root(), checkpoint.root())) {
      tell(files.tree(), "the tree's file differs from what was signed");
    } else if (told != null && Arrays.equals(told.root(), checkpoint.root())) {
      tell(files.readable(), "the record was altered");
      tree = told.copy();
    } else {
      tell(files.readable(), "the record or the tree's file was altered");
      verifier.found(
          files.readable(),
          -1,
          size,
          "the records since the checkpoint before this one are not what was signed");
      lost = true;
    }
    told = null;
    linesBroken = false;
  }

  private void check(Verdict.Anchor anchor) {
    byte[] root = anchor.checkpoint().root();
    Tree right = told != null && Arrays.equals(told.root(), root) ? told : tree;
    if (Arrays.equals(right.root(), root)) {
      verifier.met(anchor, time);
    } else {
      verifier.found(
          files.readable(),
          -1,
          anchor.checkpoint().size(),
          "the records from "
              + (verifier.lastMet() + 1)
              + " to this one are not those that "
              + anchor.place()
              + " vouches for");
    }
  }

  /** Says of all differences by now on which side they are. */
  private void tell(Path altered, String what) {
    boolean nodes = altered.equals(files.tree());
    for (Difference difference : differences) {
      long place =
          (Nodes.before(difference.record() - 1) - Nodes.before(files.first() - 1)) * Hasher.BYTES;
      verifier.found(altered, nodes ? place : difference.offset(), difference.record(), what);
    }
    differences.clear();
  }

  /** What no checkpoint of this segment covers. */
  private void settleRest() {
    tell(files.readable(), "the record or the tree's file was altered");
    if (told != null) {
      tree = told;
    }
    for (NoteFile.At at : notes.notes().subList(nextNote, notes.notes().size())) {
      verifier.found(
          files.readable(),
          bytes,
          expected,
          "records up to " + at.checkpoint().size() + " are missing: a checkpoint was signed");
      nextNote = notes.notes().size();
      break;
    }
  }

  /**
   * Whether the files end as they should: all of them whole, but for a log that is being written.
   */
  private void ends(LineReader lines, boolean more) throws IOException {
    boolean closed = !newestSegment || kind.equals(AuditRecord.Kind.STOP.text);
    if (more && closed) {
      verifier.found(files.readable(), lines.start(), 0, "bytes behind the last record");
    }
    if (notes.whole() < notes.size()) {
      byte[] rest = Files.readAllBytes(files.checkpoints());
      rest = Arrays.copyOfRange(rest, (int) notes.whole(), rest.length);
      if (closed || !Torn.checkpoint(rest, head == null ? "" : head.key().name())) {
        verifier.found(files.checkpoints(), notes.whole(), 0, "is no checkpoint");
      }
    }
    boolean signed = newest != null && newest.size() == last();
    if (newestSegment && closed && !signed) {
      verifier.found(files.checkpoints(), notes.whole(), last(), "the last checkpoint is missing");
    }
    long expectedNodes = Nodes.before(last()) - Nodes.before(files.first() - 1);
    long size = Files.exists(files.tree()) ? Files.size(files.tree()) : 0;
    long least =
        closed || newest == null
            ? closed ? expectedNodes : 0
            : Nodes.before(newest.size()) - Nodes.before(files.first() - 1);
    if (size < least * Hasher.BYTES || (closed && size > expectedNodes * Hasher.BYTES)) {
      verifier.found(
          files.tree(),
          Math.min(size, expectedNodes * Hasher.BYTES),
          0,
          "has not the length that the records ask for");
    }
  }

  /** The number that a line says it has; 0: it is no record. */
  private long parse(LineReader lines) {
    try {
      fields.read(lines.buffer(), lines.offset(), lines.length());
      kind = fields.get("kind");
      time = Instant.parse(fields.get("time"));
      return Math.max(0, fields.number("seq"));
    } catch (IOException | DateTimeException e) {
      kind = "";
      return 0;
    }
  }

  /** Number of the last record. */
  long last() {
    return expected - 1;
  }

  @Nullable Checkpoint newest() {
    return newest;
  }

  @Nullable VerifierKey key() {
    return head == null ? null : head.key();
  }
}
