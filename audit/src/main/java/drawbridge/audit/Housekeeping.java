package drawbridge.audit;

import drawbridge.settings.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the folder of a running log in order, on a thread of its own: closed segments get an index
 * and are compressed, and those that were kept long enough go. Whatever it does to files is a
 * record before it is done.
 */
final class Housekeeping implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("drawbridge.audit");
  private static final Duration LOOK = Duration.ofSeconds(5);

  private final AuditLog log;
  private final Path folder;
  private final boolean compress;
  private final Duration retention;
  private final InstantSource clock;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  Housekeeping(
      AuditLog log, Path folder, boolean compress, Duration retention, InstantSource clock) {
    this.log = log;
    this.folder = folder;
    this.compress = compress;
    this.retention = retention;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("audit-housekeeping").daemon().unstarted(this::run);
  }

  /**
   * Begins.
   *
   * @param retention of a segment, from its last record on; zero: for good
   */
  static Housekeeping start(
      AuditLog log, Path folder, boolean compress, Duration retention, InstantSource clock) {
    Housekeeping housekeeping = new Housekeeping(log, folder, compress, retention, clock);
    housekeeping.thread.start();
    return housekeeping;
  }

  private void run() {
    try {
      // At once it would take time from a program that begins to serve.
      while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          tidy();
        } catch (IOException | AuditUnavailable | RuntimeException e) {
          LOG.log(
              System.Logger.Level.WARNING,
              "a closed segment of the audit log could not be indexed, compressed or removed: "
                  + e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One round; also what tests call. */
  void tidy() throws IOException, AuditUnavailable {
    List<SegmentFiles> segments = SegmentFiles.in(folder);
    if (segments.isEmpty()) {
      return;
    }
    List<SegmentFiles> closed = segments.subList(0, segments.size() - 1);
    for (SegmentFiles files : closed) {
      if (closing.getCount() == 0) {
        return;
      }
      if (!Files.exists(files.index()) || (compress && Files.exists(files.lines()))) {
        seal(files);
      }
    }
    if (retention.isPositive()) {
      remove(segments);
    }
  }

  private void seal(SegmentFiles files) throws IOException, AuditUnavailable {
    if (!Files.exists(files.lines())) {
      return; // its index was taken away: verify says so
    }
    if (Files.exists(files.compressed())) {
      Files.delete(files.lines()); // the process before ended between the two
      return;
    }
    Map<String, String> made = new Sealing(files, compress).make();
    log.record(AuditRecord.event(AuditRecord.Kind.SEALED, made));
    move(files.index());
    if (compress) {
      move(files.compressed());
      Segment.forceFolder(folder);
      Files.delete(files.lines());
    }
  }

  private static void move(Path file) throws IOException {
    Disk.replace(Sealing.unfinished(file), file);
  }

  /** The record comes first, so that nothing is ever missing without one. */
  private void remove(List<SegmentFiles> segments) throws IOException, AuditUnavailable {
    Instant before = clock.instant().minus(retention);
    int old = 0;
    while (old < segments.size() - 1 && ended(segments.get(old)).isBefore(before)) {
      old++;
    }
    if (old == 0) {
      return;
    }
    long from = segments.getFirst().first();
    long to = segments.get(old).first() - 1;
    log.record(
        AuditRecord.event(
            AuditRecord.Kind.REMOVED,
            Map.of(
                "from",
                Long.toString(from),
                "to",
                Long.toString(to),
                "reason",
                "kept for " + retention)));
    for (SegmentFiles files : segments.subList(0, old)) {
      // The lines go last: as long as they are there, the rest belongs to something.
      for (Path file :
          List.of(
              files.index(),
              files.checkpoints(),
              files.tree(),
              files.compressed(),
              files.lines())) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** When the next segment begins, this one has ended. */
  private static Instant ended(SegmentFiles files) throws IOException {
    Index index =
        Index.open(files)
            .orElseThrow(() -> new IOException(files.index() + " is no index of this version"));
    return Instant.ofEpochSecond(index.latest(index.blocks() - 1) / 1_000_000);
  }

  @Override
  public void close() throws InterruptedException {
    closing.countDown();
    thread.join(AuditLog.PATIENCE);
  }
}
