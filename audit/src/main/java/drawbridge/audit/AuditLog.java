package drawbridge.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The audit log of one program. Thread-safe; blocking, for virtual threads. A record that {@link
 * #record} returned for survives the end of the process and of the machine. One thread writes: it
 * takes what has gathered, appends it and calls fsync once for all, so many callers share one wait
 * for the disk. At most a second after a record it signs a checkpoint of the tree over all of them.
 * When the disk fails, callers are refused at once or within two seconds; when it is back, the log
 * goes on in a new segment by itself.
 */
public final class AuditLog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.audit");

  /**
   * How long anybody waits for a record at most, so that a fault is with its caller in two seconds.
   */
  public static final Duration PATIENCE = Duration.ofMillis(1_500);

  static final long SEGMENT_BYTES = 64L << 20;
  private static final int QUEUE = 8_192;

  /** Records that share one fsync at most: about half a megabyte. */
  private static final int BATCH = 1_024;

  /**
   * What a log is opened with.
   *
   * @param segmentBytes after which a new file is begun
   * @param patience of whoever waits for a record
   * @param clock of checkpoints and days
   */
  record Shape(
      Path path,
      AuditKey key,
      Segment.Opener opener,
      long segmentBytes,
      Duration patience,
      InstantSource clock) {
    static Shape of(Path path, AuditKey key) {
      return new Shape(path, key, Segment::open, SEGMENT_BYTES, PATIENCE, InstantSource.system());
    }
  }

  private final Folder folder;
  private final Duration patience;
  private final Appender appender;
  private final AuditFolder reader;
  private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
  private final Thread writer;
  private final List<AutoCloseable> companions = new CopyOnWriteArrayList<>();
  private volatile boolean failing;

  /** When the writer went to the disk, of {@link System#nanoTime()}; 0: it waits for records. */
  private volatile long atDiskSince;

  private volatile boolean closed;

  private AuditLog(Folder folder, Appender appender, Shape shape) {
    this.folder = folder;
    this.patience = shape.patience();
    this.appender = appender;
    this.reader = AuditFolder.of(shape.path());
    this.writer = Thread.ofPlatform().name("audit-writer").daemon().unstarted(this::write);
  }

  /**
   * Takes the folder, creating it for its owner alone where it is missing, mends what an earlier
   * process left unfinished and begins a segment.
   *
   * @param key signs the checkpoints, under the name of the log
   * @throws IOException with a message for people: another process holds the folder, it cannot be
   *     written, or what stands in it is not what was signed
   */
  public static AuditLog open(Path path, AuditKey key) throws IOException {
    return open(Shape.of(path, key));
  }

  /**
   * As {@link #open(Path, AuditKey)}, with what keeps the folder in order and ships its records.
   *
   * @throws IOException as there
   */
  public static AuditLog open(AuditSettings settings) throws IOException {
    Shape plain = Shape.of(settings.folder(), settings.key());
    Shape shape =
        new Shape(
            plain.path(),
            plain.key(),
            plain.opener(),
            settings.segmentBytes(),
            plain.patience(),
            plain.clock());
    AuditLog log = open(shape);
    try {
      log.companions.add(
          Housekeeping.start(
              log, settings.folder(), settings.compress(), settings.retention(), shape.clock()));
      if (settings.syslog().isPresent()) {
        log.companions.add(
            SyslogShipper.start(settings.folder(), settings.syslog().get(), log::checkpoint));
      }
      return log;
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /**
   * Opens a log that nobody writes, indexes and compresses its closed segments, and closes it.
   *
   * @throws IOException as {@link #open(Path, AuditKey)} does
   */
  public static void tidy(Path path, AuditKey key) throws IOException {
    Shape shape = Shape.of(path, key);
    try (AuditLog log = open(shape)) {
      new Housekeeping(log, path, true, Duration.ZERO, shape.clock()).tidy();
    } catch (AuditUnavailable e) {
      throw new IOException("what was done could not be recorded", e);
    }
  }

  static AuditLog open(Shape shape) throws IOException {
    Folder folder = Folder.take(shape.path());
    try {
      Appender appender = new Appender(shape, Recovery.of(shape.path()));
      AuditLog log = new AuditLog(folder, appender, shape);
      log.writer.start();
      return log;
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /**
   * Returns when the record is durable, within two seconds.
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

  /**
   * The last record became durable. False until one does again, and while the disk does not answer,
   * whether or not anybody waits for a record.
   */
  public boolean healthy() {
    long since = atDiskSince;
    return !failing && !closed && (since == 0 || System.nanoTime() - since < patience.toNanos());
  }

  /** That checkpoints are verified with. */
  public VerifierKey key() {
    return appender.key();
  }

  /** The newest checkpoint; there is one from the beginning. */
  public Checkpoint checkpoint() {
    return appender.checkpoint();
  }

  /**
   * Tells of every checkpoint from now on, on the writer's own thread: whoever listens must not
   * wait for anything.
   */
  public void onCheckpoint(Runnable listener) {
    appender.onCheckpoint(listener);
  }

  /** The folder, to be searched and proven while it is written. */
  public AuditFolder reader() {
    return reader;
  }

  /** Writes what was handed over, waits a bounded time for it, and gives the folder back. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    for (AutoCloseable companion : companions) {
      try {
        companion.close();
      } catch (Exception e) {
        LOG.log(System.Logger.Level.WARNING, "the audit log did not close cleanly: " + e);
      }
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
        Pending first = queue.poll(appender.untilCheckpoint(), TimeUnit.NANOSECONDS);
        if (first != null) {
          batch.add(first);
        }
      } catch (InterruptedException e) {
        continue; // nobody interrupts this thread; close() tells it to end
      }
      queue.drainTo(batch, BATCH - 1);
      boolean last = batch.remove(Pending.LAST);
      atDiskSince = System.nanoTime() | 1;
      commit(batch);
      atDiskSince = 0;
      if (last) {
        end();
        return;
      }
    }
  }

  private void commit(List<Pending> batch) {
    // Whoever stopped waiting was told that there is no record, so there shall be none.
    batch.removeIf(pending -> !pending.take());
    boolean durable = false;
    try {
      boolean signed = appender.checkpointIfDue();
      if (!batch.isEmpty()) {
        appender.append(batch.stream().map(pending -> pending.record).toList());
        durable = true;
      }
      if (failing && (signed || durable)) {
        failing = false;
        LOG.log(System.Logger.Level.INFO, "the audit log is written again");
      }
    } catch (IOException | RuntimeException | Error e) {
      // An Error too: this thread must outlive it, or no call is ever answered again.
      appender.failed();
      if (!failing) {
        failing = true;
        LOG.log(
            System.Logger.Level.WARNING,
            "the audit log cannot be written, so calls are refused until it can: " + e);
      }
    }
    for (Pending pending : batch) {
      pending.settle(durable);
    }
  }

  private void end() {
    List<Pending> late = new ArrayList<>();
    queue.drainTo(late);
    late.forEach(pending -> pending.settle(false));
    try {
      appender.append(List.of(AuditRecord.event(AuditRecord.Kind.STOP, Map.of())));
      appender.close();
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "the audit log did not close cleanly: " + e);
    }
  }
}
