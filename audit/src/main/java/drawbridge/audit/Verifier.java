package drawbridge.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every byte of an audit folder, and changes none; the log may be written meanwhile. What
 * it trusts are hashes and signatures alone. For one thread, used once.
 */
final class Verifier {
  private static final int MOST_BREAKS = 20;
  private static final int ROUNDS = 5;

  private final Path folder;
  private final List<VerifierKey> keys;
  private final TreeMap<Long, List<Verdict.Anchor>> anchors = new TreeMap<>();
  private final List<Verdict.Break> breaks = new ArrayList<>();

  /** What records say of files: name and SHA-256 of whatever was made from a segment or kept. */
  private final Set<String> vouched = new HashSet<>();

  private final Set<String> keptAside = new HashSet<>();
  private final Set<String> repaired = new HashSet<>();
  private final Set<String> there = new TreeSet<>();
  private final Map<Verdict.Anchor, Instant> met = new HashMap<>();
  private long removedTo;

  private Verifier(Path folder, List<VerifierKey> keys, List<Verdict.Anchor> outside) {
    this.folder = folder;
    this.keys = keys;
    outside.forEach(
        anchor ->
            anchors
                .computeIfAbsent(anchor.checkpoint().size(), size -> new ArrayList<>())
                .add(anchor));
  }

  /**
   * Verifies a folder.
   *
   * @param keys one of them must have signed the newest checkpoint; empty: the key that the log
   *     itself names
   * @param anchors checkpoints of this log that were kept elsewhere
   * @throws IOException where it cannot be read, which says nothing about it
   */
  static Verdict verify(Path folder, List<VerifierKey> keys, List<Verdict.Anchor> anchors)
      throws IOException {
    for (int round = 1; ; round++) {
      try {
        return new Verifier(folder, keys, anchors).verify();
      } catch (NoSuchFileException e) {
        // A running log compresses and removes its oldest segments.
        if (round == ROUNDS) {
          throw e;
        }
      }
    }
  }

  private Verdict verify() throws IOException {
    // A log that runs begins new segments: names come first, so that each has its segment then.
    try (Stream<Path> all = Files.list(folder)) {
      all.forEach(file -> there.add(file.getFileName().toString()));
    }
    List<SegmentFiles> segments = SegmentFiles.in(folder);
    checkNames(segments);
    SegmentCheck before = null;
    long last = 0;
    Checkpoint newest = null;
    for (SegmentFiles files : segments) {
      SegmentCheck check = new SegmentCheck(this, files, before, files.equals(segments.getLast()));
      check.run();
      before = check;
      last = Math.max(last, check.last());
      newest = check.newest() == null ? newest : check.newest();
    }
    if (segments.isEmpty()) {
      found(folder, -1, 1, "there is not one record");
    }
    long first = segments.isEmpty() ? 1 : segments.getFirst().first();
    if (first > 1 && removedTo < first - 1) {
      found(
          segments.getFirst().readable(),
          -1,
          1,
          "the records before "
              + first
              + " are missing, and no record says that they were removed");
    }
    checkMade(segments);
    VerifierKey signer = newest == null ? null : signer(newest, before);
    if (newest != null && signer == null) {
      found(
          segments.getLast().checkpoints(),
          -1,
          newest.size(),
          "the newest checkpoint is signed by none of the keys given");
    }
    checkMissingEnd(last);
    // What was left of segments that were about to go is nobody's loss.
    breaks.removeIf(
        found -> SegmentFiles.named(found.file()) && SegmentFiles.first(found.file()) <= removedTo);
    if (!breaks.isEmpty()) {
      return new Verdict.Broken(List.copyOf(breaks));
    }
    Verdict.Extent extent =
        new Verdict.Extent(
            first,
            last,
            newest == null ? 0 : newest.size(),
            signer == null || newest == null
                ? ""
                : new VerifierKey(newest.origin(), signer.raw()).text());
    for (List<Verdict.Anchor> some : anchors.descendingMap().values()) {
      for (Verdict.Anchor anchor : some) {
        Instant time = met.get(anchor);
        if (time != null) {
          return new Verdict.Anchored(extent, time, anchor.checkpoint().size(), anchor.place());
        }
      }
    }
    return new Verdict.Consistent(extent);
  }

  private @Nullable VerifierKey signer(Checkpoint newest, @Nullable SegmentCheck last) {
    List<VerifierKey> candidates =
        keys.isEmpty() && last != null && last.key() != null ? List.of(last.key()) : keys;
    return candidates.stream().filter(newest::signedBy).findFirst().orElse(null);
  }

  /** Nothing lies in the folder that nobody vouches for. */
  private void checkNames(List<SegmentFiles> segments) {
    Set<Long> known = new HashSet<>();
    segments.forEach(files -> known.add(files.first()));
    for (String name : there) {
      Path file = folder.resolve(name);
      boolean unfinished =
          name.endsWith(SegmentFiles.UNFINISHED)
              && SegmentFiles.named(name.substring(0, name.length() - 4));
      if (name.equals(Folder.LOCK) || unfinished) {
        continue;
      }
      if (name.contains(".damaged-")) {
        keptAside.add(name);
      } else if (!SegmentFiles.named(name)) {
        found(file, -1, 0, "does not belong to the log");
      } else if (!known.contains(SegmentFiles.first(name))) {
        found(file, -1, 0, "belongs to a segment that is not there");
      }
    }
  }

  /** Compressed segments, indexes and what was kept aside are what records say of them. */
  private void checkMade(List<SegmentFiles> segments) throws IOException {
    for (SegmentFiles files : segments) {
      for (Path file : List.of(files.compressed(), files.index())) {
        if (was(file)) {
          checkVouched(file);
        } else if (!Files.exists(files.lines()) && !Files.exists(file)) {
          // Asked anew: a running log begins and seals segments after their names were listed.
          found(file, -1, 0, "is missing");
        }
      }
    }
    for (String name : keptAside) {
      checkVouched(folder.resolve(name));
    }
    for (String name : repaired) {
      if (!keptAside.contains(name)) {
        found(folder.resolve(name), -1, 0, "is missing, though a repair kept it");
      }
    }
  }

  /** It was there before the records were read, so one of them should speak of it. */
  private boolean was(Path file) {
    return there.contains(file.getFileName().toString());
  }

  private void checkVouched(Path file) throws IOException {
    if (!vouched.contains(file.getFileName() + " " + Digests.sha256(file))) {
      found(file, -1, 0, "is not what a record says of it");
    }
  }

  private void checkMissingEnd(long last) {
    for (List<Verdict.Anchor> beyond : anchors.tailMap(last, false).values()) {
      Verdict.Anchor anchor = beyond.getFirst();
      breaks.add(
          new Verdict.Break(
              "",
              -1,
              last + 1,
              "the records from "
                  + (last + 1)
                  + " to "
                  + anchor.checkpoint().size()
                  + " are missing: "
                  + anchor.place()
                  + " has a checkpoint of them"));
    }
  }

  // ---- what the segments tell

  void found(Path file, long offset, long record, String what) {
    if (breaks.size() < MOST_BREAKS) {
      breaks.add(new Verdict.Break(file.getFileName().toString(), offset, record, what));
    }
  }

  /** Takes note of what a record says of the files beside it. */
  void note(Fields record) {
    switch (record.get("kind")) {
      case "sealed" -> {
        vouched.add(record.get("file") + " " + record.get("sha256"));
        vouched.add(record.get("index") + " " + record.get("index_sha256"));
      }
      case "repair" -> {
        if (!record.get("kept").isEmpty()) {
          vouched.add(record.get("kept") + " " + record.get("sha256"));
          repaired.add(record.get("kept"));
        }
      }
      case "removed" -> removedTo = Math.max(removedTo, record.number("to"));
      default -> {}
    }
  }

  List<Verdict.Anchor> anchorsAt(long size) {
    return anchors.getOrDefault(size, List.of());
  }

  /** The newest anchor that fits, below this size; 0: none. */
  long lastMet() {
    return met.keySet().stream().mapToLong(anchor -> anchor.checkpoint().size()).max().orElse(0);
  }

  void met(Verdict.Anchor anchor, Instant time) {
    met.put(anchor, time);
  }
}
