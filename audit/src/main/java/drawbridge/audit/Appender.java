package drawbridge.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Appends records to the newest segment, lets the tree grow by them, and signs it. For the writer
 * thread alone, but where a method says otherwise.
 *
 * <pre>
 * records ─▶ lines ─▶ tree (a copy) ─▶ nodes and lines on disk ─▶ the copy counts ─▶ checkpoint
 *                                              └─ failed ─▶ nothing counts; cut, and a new segment
 * </pre>
 */
final class Appender {
  private static final System.Logger LOG = System.getLogger("drawbridge.audit");

  /** A checkpoint is due so long after the first record that none covers: well within a second. */
  private static final Duration DUE = Duration.ofMillis(500);

  private static final long NEVER = Long.MAX_VALUE;

  /** So much is read at most before a program that ended badly is back: a fraction of a second. */
  static final long MARK_BYTES = 4L << 20;

  private final AuditLog.Shape shape;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final OpenCalls open = new OpenCalls();
  private final NodeBuffer nodes = new NodeBuffer();
  private Lines lines = new Lines();
  private Tree tree;
  private @Nullable Segment segment;
  private @Nullable Segment broken;
  private Lines.@Nullable Previous previous;
  private long marked;
  private LocalDate day = LocalDate.EPOCH;
  private long firstUnsigned = NEVER;
  private long tryAgain;
  private volatile Checkpoint checkpoint;

  /** Begins a segment that tells how the log before ended; nothing else goes before that. */
  Appender(AuditLog.Shape shape, Recovery found) throws IOException {
    this.shape = shape;
    this.tree = found.tree();
    this.previous = found.previous();
    this.checkpoint = Checkpoint.sign(shape.key(), tree.size(), tree.root());
    try {
      Instant now = now();
      Tree next = tree.copy();
      lines.clear();
      Segment begun = begin(now, found.open());
      long seq = tree.size() + 2;
      for (Map<String, String> repair : found.repairs()) {
        LOG.log(System.Logger.Level.WARNING, "the audit log did not end in order: {0}", repair);
        lines.add(seq++, AuditRecord.event(AuditRecord.Kind.REPAIR, repair));
      }
      for (Lines.Open call : found.open()) {
        lines.addUnknownEnd(seq++, now, call);
      }
      write(begun, next);
      sign();
    } catch (IOException | RuntimeException e) {
      failed();
      throw e;
    }
  }

  /** Makes the records durable, all or none. */
  void append(List<AuditRecord> records) throws IOException {
    Instant now = now();
    Tree next = tree.copy();
    lines.clear();
    long seq = tree.size() + 1;
    Segment current = segment;
    if (current == null
        || current.length() >= shape.segmentBytes()
        || !day.equals(LocalDate.ofInstant(now, ZoneOffset.UTC))) {
      current = begin(now, open.all());
      seq++;
    } else if (current.length() - marked >= MARK_BYTES) {
      marked = current.length();
      lines.addMark(seq++, now, tree, open.all());
    }
    for (AuditRecord record : records) {
      lines.add(seq++, record);
    }
    write(current, next);
    records.forEach(open::note);
  }

  private void write(Segment current, Tree next) throws IOException {
    nodes.clear();
    lines.addTo(next, nodes);
    current.append(lines.bytes(), nodes.bytes());
    tree = next;
    if (firstUnsigned == NEVER) {
      firstUnsigned = System.nanoTime();
    }
  }

  /** Ends the newest segment, in order or by cutting it, and begins one with its first line. */
  private Segment begin(Instant now, java.util.Collection<Lines.Open> calls) throws IOException {
    if (broken != null) {
      broken.cut();
      broken = null;
    }
    Segment before = segment;
    if (before != null) {
      if (firstUnsigned != NEVER) {
        sign(); // so that a segment that is left has a checkpoint over all of it
      }
      previous = before.asPrevious();
      segment = null;
      before.close();
    }
    Segment begun = Segment.create(shape.path(), tree.size() + 1, shape.opener());
    segment = begun;
    marked = 0;
    day = LocalDate.ofInstant(now, ZoneOffset.UTC);
    lines.addSegment(tree.size() + 1, now, shape.key().verifier(), tree, previous, calls);
    return begun;
  }

  /** How long until {@link #checkpointIfDue} has something to do, in nanoseconds. */
  long untilCheckpoint() {
    if (segment == null) {
      return Math.max(0, tryAgain - System.nanoTime());
    }
    if (firstUnsigned == NEVER) {
      return NEVER;
    }
    return Math.max(0, firstUnsigned + DUE.toNanos() - System.nanoTime());
  }

  /** After a failure this tries the disk again. False: there was nothing to do yet. */
  boolean checkpointIfDue() throws IOException {
    if (untilCheckpoint() > 0) {
      return false;
    }
    if (segment == null) {
      append(List.of());
    }
    sign();
    return true;
  }

  private void sign() throws IOException {
    Segment current = segment;
    if (current == null) {
      throw new IOException("there is no segment");
    }
    Checkpoint next = Checkpoint.sign(shape.key(), tree.size(), tree.root());
    current.append(next);
    firstUnsigned = NEVER;
    checkpoint = next;
    listeners.forEach(Runnable::run);
  }

  /** After an exception of any other method: nothing more goes into this segment. */
  void failed() {
    lines = new Lines();
    Segment current = segment;
    if (current != null) {
      if (current.length() > 0) {
        previous = current.asPrevious();
      }
      segment = null;
      broken = current;
      current.abandon();
    }
    tryAgain = System.nanoTime() + DUE.toNanos();
  }

  /** Signs what is not signed and closes the files. */
  void close() throws IOException {
    if (firstUnsigned != NEVER) {
      sign();
    }
    if (segment != null) {
      segment.close();
    }
  }

  VerifierKey key() {
    return shape.key().verifier();
  }

  /** The newest one; thread-safe. */
  Checkpoint checkpoint() {
    return checkpoint;
  }

  /** Thread-safe. */
  void onCheckpoint(Runnable listener) {
    listeners.add(listener);
  }

  private Instant now() {
    return shape.clock().instant();
  }

  /** The nodes of a batch, as they go into the file. */
  private static final class NodeBuffer implements Tree.Sink {
    private ByteBuffer buffer = ByteBuffer.allocate(64 * 2_048);

    void clear() {
      buffer.clear();
    }

    @Override
    public void node(byte[] hash) {
      if (buffer.remaining() < hash.length) {
        buffer = ByteBuffer.allocate(2 * buffer.capacity()).put(buffer.flip());
      }
      buffer.put(hash);
    }

    ByteBuffer bytes() {
      return buffer.flip();
    }
  }
}
