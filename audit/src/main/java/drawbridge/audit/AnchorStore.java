package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.settings.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints of other programs' logs, kept where those programs cannot reach: only ever added to,
 * and only by one that begins with the one before. A file a log and month, signed notes one below
 * the other, so {@code audit verify --checkpoint} takes it as it is. Thread-safe.
 */
public final class AnchorStore {
  private final Path folder;
  private final InstantSource clock;
  private final Map<String, Kept> newest = new HashMap<>();

  private record Kept(VerifierKey key, @Nullable Checkpoint checkpoint) {}

  private AnchorStore(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /** What came of a checkpoint. */
  public enum Outcome {
    /** It is on disk. */
    KEPT,
    /** It is the one that is there already. */
    KNOWN,
    /** It is none, is of another log, or its signature is wrong. */
    NOT_SIGNED,
    /** It is signed by another key than the ones before. */
    OTHER_KEY,
    /** The log does not begin with what it was, or is shorter: it was altered or cut. */
    INCONSISTENT
  }

  /** Makes the folder where it is missing, for its owner alone. */
  public static AnchorStore open(Path folder, InstantSource clock) throws IOException {
    Disk.ownFolder(folder);
    return new AnchorStore(folder, clock);
  }

  /**
   * Size of the newest checkpoint that is kept of a log; 0: none.
   *
   * @param name of the log's files, such as {@code plant-1.agent-a}
   */
  public synchronized long size(String name) throws IOException {
    Checkpoint checkpoint = kept(name).map(Kept::checkpoint).orElse(null);
    return checkpoint == null ? 0 : checkpoint.size();
  }

  /**
   * Keeps a checkpoint, durably, if it may follow the one before.
   *
   * @param name of the log's files
   * @param key in the form of a signed note; the first one that comes is kept, and no other
   *     believed
   * @param note the signed checkpoint
   * @param proof that it begins with the newest one that is kept
   * @throws IOException the disk fails
   */
  public synchronized Outcome accept(String name, String key, String note, List<byte[]> proof)
      throws IOException {
    Checkpoint checkpoint;
    VerifierKey signer;
    try {
      checkpoint = Checkpoint.parse(note);
      signer = VerifierKey.parse(key);
    } catch (IOException e) {
      return Outcome.NOT_SIGNED;
    }
    if (!checkpoint.signedBy(signer)) {
      return Outcome.NOT_SIGNED;
    }
    Kept before = kept(name).orElse(null);
    if (before != null && !before.key().equals(signer)) {
      return Outcome.OTHER_KEY;
    }
    Checkpoint old = before == null ? null : before.checkpoint();
    if (old != null && old.sameTree(checkpoint)) {
      return Outcome.KNOWN;
    }
    if (old != null
        && (checkpoint.size() <= old.size()
            || !Proof.consistent(
                old.size(), old.root(), checkpoint.size(), checkpoint.root(), proof))) {
      return Outcome.INCONSISTENT;
    }
    if (before == null) {
      append(keyFile(name), (signer.text() + "\n").getBytes(UTF_8));
    }
    append(file(name), NoteFile.entry(checkpoint));
    newest.put(name, new Kept(signer, checkpoint));
    return Outcome.KEPT;
  }

  private Optional<Kept> kept(String name) throws IOException {
    if (!name.matches("[a-z0-9.-]{1,90}")) {
      throw new IllegalArgumentException("not the name of a log");
    }
    if (!Files.exists(keyFile(name))) {
      newest.remove(name); // moved away, so that a log may begin anew
      return Optional.empty();
    }
    Kept known = newest.get(name);
    if (known == null) {
      VerifierKey key = VerifierKey.read(keyFile(name)).getFirst();
      Checkpoint last = null;
      for (Path file : files(name)) {
        NoteFile notes = NoteFile.read(file);
        if (notes.whole() < notes.size()) {
          Segment.cut(file, notes.whole()); // this process ended as it wrote
        }
        for (NoteFile.At at : notes.notes()) {
          last = at.offset() < notes.whole() ? at.checkpoint() : last;
        }
      }
      known = new Kept(key, last);
      newest.put(name, known);
    }
    return Optional.of(known);
  }

  private List<Path> files(String name) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(
              file ->
                  file.getFileName().toString().startsWith(name + ".2")
                      && file.toString().endsWith(SegmentFiles.CHECKPOINTS))
          .sorted()
          .toList();
    }
  }

  private Path keyFile(String name) {
    return folder.resolve(name + ".vkey");
  }

  private Path file(String name) {
    YearMonth month = YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
    return folder.resolve(name + "." + month + SegmentFiles.CHECKPOINTS);
  }

  private static void append(Path file, byte[] bytes) throws IOException {
    if (!Files.exists(file)) {
      Segment.create(file).close();
    }
    long before = Files.size(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer, before + buffer.position());
      }
      channel.force(true);
    }
  }
}
