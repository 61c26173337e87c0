package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;

/**
 * An audit folder to be read: searched, proven, verified, counted. Nothing here writes, and the log
 * may be written meanwhile. Thread-safe.
 */
public final class AuditFolder {
  private final Path path;

  private AuditFolder(Path path) {
    this.path = path;
  }

  public static AuditFolder of(Path path) {
    return new AuditFolder(path);
  }

  /**
   * The first records that a query asks for, in the order of the log.
   *
   * @param most that are returned
   */
  public List<Found> find(Query query, int most) throws IOException {
    List<Found> found = new ArrayList<>();
    new Finder(
            path,
            query,
            (one, fields) -> {
              found.add(one);
              return found.size() < most;
            })
        .run();
    return found;
  }

  /**
   * The last records that a query asks for, newest first.
   *
   * @param most that are returned
   */
  public List<Found> findLast(Query query, int most) throws IOException {
    List<Found> last = new ArrayList<>();
    for (SegmentFiles files : SegmentFiles.in(path).reversed()) {
      int missing = most - last.size();
      ArrayDeque<Found> here = new ArrayDeque<>();
      new Finder(
              path,
              query,
              (one, fields) -> {
                here.addFirst(one);
                if (here.size() > missing) {
                  here.removeLast();
                }
                return true;
              })
          .run(files);
      last.addAll(here);
      if (last.size() >= most) {
        break;
      }
    }
    return last;
  }

  /** Of several logs, in the order of time. */
  public static List<Found> find(List<AuditFolder> folders, Query query, int most)
      throws IOException {
    List<Found> all = new ArrayList<>();
    try (Merge merge =
        new Merge(folders.stream().map(folder -> new Merge.Search(folder, query)).toList())) {
      while (all.size() < most) {
        Found found = merge.next();
        if (found == null) {
          break;
        }
        all.add(found);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while searching");
    }
    return all;
  }

  /** Hands on every record that a query asks for, as its fields too. */
  void each(Query query, Finder.Sink sink) throws IOException {
    new Finder(path, query, sink).run();
  }

  /**
   * Calls of a stretch of time.
   *
   * @param from where it begins
   */
  public record Count(Instant from, long answered, long refused, long failed) {}

  /** How many calls ended how, for each step of time in which any did. */
  public List<Count> counts(Instant from, Instant to, Duration step) throws IOException {
    TreeMap<Long, long[]> counts = new TreeMap<>();
    Query ended =
        new Query(
            List.of(
                new Query.Condition(
                    java.util.Map.of("kind", java.util.Set.of("call", "end", "refused")))),
            from,
            to);
    each(
        ended,
        (found, fields) -> {
          long bucket = Duration.between(from, found.time()).dividedBy(step);
          int which =
              switch (fields.get("outcome")) {
                case "ok" -> 0;
                case "refused" -> 1;
                default -> 2;
              };
          counts.computeIfAbsent(bucket, key -> new long[3])[which]++;
          return true;
        });
    List<Count> result = new ArrayList<>();
    counts.forEach(
        (bucket, n) ->
            result.add(new Count(from.plus(step.multipliedBy(bucket)), n[0], n[1], n[2])));
    return result;
  }

  /**
   * Looks at every byte.
   *
   * @param keys one of which must have signed; empty: the key that the log names
   * @param anchors checkpoints that were kept elsewhere
   */
  public Verdict verify(List<VerifierKey> keys, List<Verdict.Anchor> anchors) throws IOException {
    return Verifier.verify(path, keys, anchors);
  }

  /** The newest checkpoint in the folder. */
  public Checkpoint checkpoint() throws IOException {
    for (SegmentFiles files : SegmentFiles.in(path).reversed()) {
      List<NoteFile.At> notes = NoteFile.read(files.checkpoints()).notes();
      if (!notes.isEmpty()) {
        return notes.getLast().checkpoint();
      }
    }
    throw new IOException(path + " has no checkpoint");
  }

  /**
   * Proves that a record is in the log, in the form {@code c2sp.org/tlog-proof@v1}: with the record
   * itself and the newest checkpoint.
   *
   * @param seq number of the record, from 1
   */
  public String prove(long seq) throws IOException {
    Checkpoint checkpoint = checkpoint();
    if (seq < 1 || seq > checkpoint.size()) {
      throw new IOException("no checkpoint covers record " + seq + " (yet)");
    }
    StringBuilder text = new StringBuilder(ProofText.INCLUSION).append('\n');
    text.append("extra ").append(base64(line(seq).getBytes(UTF_8))).append('\n');
    text.append("index ").append(seq - 1).append('\n');
    try (TreeFiles nodes = TreeFiles.open(path)) {
      for (byte[] hash : Proof.inclusion(nodes, seq - 1, checkpoint.size())) {
        text.append(base64(hash)).append('\n');
      }
    }
    return text.append('\n').append(checkpoint.note()).toString();
  }

  /**
   * Proves that the log grew from one size to another and that nothing before was touched.
   *
   * @return the hashes of RFC 6962
   */
  public List<byte[]> consistency(long old, long size) throws IOException {
    try (TreeFiles nodes = TreeFiles.open(path)) {
      return Proof.consistency(nodes, old, size);
    }
  }

  /**
   * The same as text, in the form of C2SP tlog-witness: {@code old SIZE}, hashes, an empty line and
   * the checkpoint of the later size.
   */
  public String consistency(long old, Checkpoint later) throws IOException {
    StringBuilder text = new StringBuilder("old ").append(old).append('\n');
    for (byte[] hash : consistency(old, later.size())) {
      text.append(base64(hash)).append('\n');
    }
    return text.append('\n').append(later.note()).toString();
  }

  /** The checkpoint of this size, where the folder has one. */
  Checkpoint checkpoint(long size) throws IOException {
    for (SegmentFiles files : SegmentFiles.in(path)) {
      for (NoteFile.At at : NoteFile.read(files.checkpoints()).notes()) {
        if (at.checkpoint().size() == size) {
          return at.checkpoint();
        }
      }
    }
    throw new IOException(path + " has no checkpoint of " + size + " records");
  }

  /** Root of the tree over the first records. */
  byte[] root(long size) throws IOException {
    try (TreeFiles nodes = TreeFiles.open(path)) {
      return size == 0 ? new Tree().root() : Proof.root(nodes, 0, size);
    }
  }

  /** One record's line. */
  public String line(long seq) throws IOException {
    for (SegmentFiles files : SegmentFiles.in(path).reversed()) {
      if (files.first() <= seq) {
        try (LineReader lines = LineReader.of(files)) {
          for (long at = files.first(); lines.next() && lines.terminated(); at++) {
            if (at == seq) {
              return new String(lines.buffer(), lines.offset(), lines.length(), UTF_8);
            }
          }
        }
        break;
      }
    }
    throw new IOException(path + " has no record " + seq);
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
