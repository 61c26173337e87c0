package drawbridge.agent.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The audit log of this agent. Thread-safe; blocking, for virtual threads. A record that {@link
 * #record} returned for survives the end of the process and of the machine. One thread writes: it
 * takes what has gathered, appends it and calls fsync once for all, so many callers share one wait
 * for the disk. When the disk fails, callers are refused at once or within two seconds; when it is
 * back, the log goes on in a new segment by itself.
 */
public final class AuditLog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.audit");

  /** How long anybody waits for a record at most. */
  public static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final long SEGMENT_BYTES = 64L << 20;
  private static final int QUEUE = 8_192;

  /** Records that share one fsync at most: about half a megabyte. */
  private static final int BATCH = 1_024;

  private final Path path;
  private final Folder folder;
  private final Segment.Opener opener;
  private final long segmentBytes;
  private final Duration patience;
  private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
  private final Thread writer;
  private volatile boolean failing;
  private volatile boolean closed;

  // Of the writer thread.
  private Lines lines = new Lines();
  private final OpenCalls open = new OpenCalls();
  private @Nullable Segment segment;
  private Lines.@Nullable Previous previous;
  private long nextSeq;

  private AuditLog(
      Path path, Folder folder, Segment.Opener opener, long segmentBytes, Duration patience) {
    this.path = path;
    this.folder = folder;
    this.opener = opener;
    this.segmentBytes = segmentBytes;
    this.patience = patience;
    this.writer = Thread.ofPlatform().name("audit-writer").daemon().unstarted(this::write);
  }

  /**
   * Takes the folder, creating it for its owner alone where it is missing, mends what an earlier
   * process left unfinished and begins a segment.
   *
   * @throws IOException with a message for people: another process holds the folder, or it cannot
   *     be written
   */
  public static AuditLog open(Path path) throws IOException {
    return open(path, Segment::open, SEGMENT_BYTES, PATIENCE);
  }

  static AuditLog open(Path path, Segment.Opener opener, long segmentBytes, Duration patience)
      throws IOException {
    Folder folder = Folder.take(path);
    try {
      AuditLog log = new AuditLog(path, folder, opener, segmentBytes, patience);
      log.resume(Recovery.of(path));
      log.writer.start();
      return log;
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** Writes down how the log before ended; nothing else is written before that is durable. */
  private void resume(Recovery found) throws IOException {
    nextSeq = found.nextSeq();
    previous = found.previous();
    Segment next = Segment.create(path, nextSeq, opener);
    try {
      Instant now = Instant.now();
      lines.clear();
      long seq = nextSeq;
      lines.addSegment(seq++, now, previous, found.open());
      for (Map<String, String> repair : found.repairs()) {
        LOG.log(System.Logger.Level.WARNING, "the audit log had a torn end, cut off: {0}", repair);
        lines.add(seq++, AuditRecord.event(AuditRecord.Kind.REPAIR, repair));
      }
      for (Lines.Open call : found.open()) {
        lines.addUnknownEnd(seq++, now, call);
      }
      next.append(lines.bytes());
      nextSeq = seq;
      segment = next;
    } catch (IOException | RuntimeException e) {
      next.abandon();
      throw e;
    }
  }

  /**
   * Returns when the record is durable, after two seconds at most.
   *
   * @throws AuditUnavailable when it is not; it may become so nevertheless when the disk was slow
   */
  public void record(AuditRecord record) throws AuditUnavailable {
    if (!durable(record, System.nanoTime() + patience.toNanos())) {
      if (!failing && !closed) {
        failing = true; // until a record is durable again
        LOG.log(
            System.Logger.Level.WARNING,
            "the audit log does not answer, so calls are refused until it does");
      }
      throw new AuditUnavailable("the record did not become durable");
    }
  }

  /**
   * As {@link #record(AuditRecord)}, for a caller that may have less time.
   *
   * @param deadline of {@link System#nanoTime()}
   */
  public void record(AuditRecord record, long deadline) throws AuditUnavailable {
    if (deadline - System.nanoTime() >= patience.toNanos()) {
      record(record);
    } else if (!durable(record, deadline)) {
      throw new AuditUnavailable("the record did not become durable before the call's deadline");
    }
  }

  private boolean durable(AuditRecord record, long until) {
    Pending pending = new Pending(record, Thread.currentThread());
    try {
      return !closed
          && queue.offer(pending, until - System.nanoTime(), TimeUnit.NANOSECONDS)
          && pending.await(until);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Hands a record over without waiting, for what nobody's reply depends on. False: the queue is
   * full, and the record is lost.
   */
  public boolean offer(AuditRecord record) {
    return !closed && queue.offer(new Pending(record, null));
  }

  /** The last record became durable. False until one does again. */
  public boolean healthy() {
    return !failing && !closed;
  }

  /** Writes what was handed over, waits a bounded time for it, and gives the folder back. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (queue.offer(Pending.LAST, patience.toNanos(), TimeUnit.NANOSECONDS)) {
        writer.join(patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    folder.close();
  }

  private void write() {
    List<Pending> batch = new ArrayList<>(BATCH);
    while (true) {
      batch.clear();
      try {
        batch.add(queue.take());
      } catch (InterruptedException e) {
        continue; // nobody interrupts this thread; close() tells it to end
      }
      queue.drainTo(batch, BATCH - 1);
      boolean last = batch.remove(Pending.LAST);
      commit(batch);
      if (last) {
        end();
        return;
      }
    }
  }

  private void commit(List<Pending> batch) {
    // Whoever stopped waiting was told that there is no record, so there shall be none.
    batch.removeIf(pending -> !pending.take());
    if (batch.isEmpty()) {
      return;
    }
    boolean durable = false;
    try {
      long seq = nextSeq;
      lines.clear();
      Segment current = segment;
      if (current == null || current.length() >= segmentBytes) {
        current = nextSegment();
        lines.addSegment(seq++, Instant.now(), previous, open.all());
      }
      for (Pending pending : batch) {
        lines.add(seq++, pending.record);
      }
      current.append(lines.bytes());
      nextSeq = seq;
      durable = true;
      if (failing) {
        failing = false;
        LOG.log(System.Logger.Level.INFO, "the audit log is written again");
      }
    } catch (IOException | RuntimeException | Error e) {
      // An Error too: this thread must outlive it, or no call is ever answered again.
      failed(e);
    }
    for (Pending pending : batch) {
      if (durable) {
        open.note(pending.record);
      }
      pending.settle(durable);
    }
  }

  private Segment nextSegment() throws IOException {
    if (segment != null) {
      previous = segment.asPrevious();
      segment.close();
      segment = null;
    }
    segment = Segment.create(path, nextSeq, opener);
    return segment;
  }

  private void failed(Throwable e) {
    if (!failing) {
      failing = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "the audit log cannot be written, so calls are refused until it can: " + e);
    }
    lines = new Lines();
    if (segment != null) {
      if (segment.length() > 0) {
        previous = segment.asPrevious();
      }
      segment.abandon();
      segment = null;
    }
  }

  private void end() {
    List<Pending> late = new ArrayList<>();
    queue.drainTo(late);
    late.forEach(pending -> pending.settle(false));
    try {
      if (segment != null) {
        segment.close();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the audit log did not close cleanly: " + e);
    }
  }

  /** A record and who waits for it. */
  private static final class Pending {
    private static final int WAITING = 0;
    private static final int TAKEN = 1;
    private static final int DURABLE = 2;
    private static final int FAILED = 3;
    private static final int GIVEN_UP = 4;

    static final Pending LAST =
        new Pending(AuditRecord.event(AuditRecord.Kind.STOP, Map.of()), null);

    private final AuditRecord record;
    private final @Nullable Thread waiter;
    private final AtomicInteger state = new AtomicInteger(WAITING);

    Pending(AuditRecord record, @Nullable Thread waiter) {
      this.record = record;
      this.waiter = waiter;
    }

    boolean take() {
      return state.compareAndSet(WAITING, TAKEN);
    }

    void settle(boolean durable) {
      state.set(durable ? DURABLE : FAILED);
      LockSupport.unpark(waiter);
    }

    /** False: not durable by then, or never. An interrupt does not shorten the wait. */
    boolean await(long until) {
      boolean interrupted = false;
      try {
        while (true) {
          int now = state.get();
          if (now == DURABLE || now == FAILED) {
            return now == DURABLE;
          }
          long left = until - System.nanoTime();
          if (left <= 0) {
            state.compareAndSet(WAITING, GIVEN_UP);
            return state.get() == DURABLE;
          }
          LockSupport.parkNanos(this, left);
          interrupted |= Thread.interrupted();
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
