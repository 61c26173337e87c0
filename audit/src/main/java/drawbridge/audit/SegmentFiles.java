package drawbridge.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of one segment, all named after the number of its first record. Immutable.
 *
 * @param first number of its first record
 */
record SegmentFiles(Path folder, long first) implements Comparable<SegmentFiles> {
  static final String LINES = ".jsonl";
  static final String COMPRESSED = ".jsonl.gz";
  static final String TREE = ".tree";
  static final String CHECKPOINTS = ".checkpoints";
  static final String INDEX = ".index";

  /** Behind the name of a file that is being made; it is renamed when it is whole. */
  static final String UNFINISHED = ".new";

  private static final Pattern NAME =
      Pattern.compile("(\\d{12,18})\\.(jsonl|jsonl\\.gz|tree|checkpoints|index)");

  /** Those with lines, in their order. */
  static List<SegmentFiles> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> NAME.matcher(file.getFileName().toString()))
          .filter(name -> name.matches() && name.group(2).startsWith("jsonl"))
          .map(name -> new SegmentFiles(folder, Long.parseLong(name.group(1))))
          .distinct()
          .sorted()
          .toList();
    }
  }

  /** Whether a file of this name could be one of a segment; its segment may be missing. */
  static boolean named(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        && name.startsWith("%012d.".formatted(Long.parseLong(matcher.group(1))));
  }

  /** The segment that such a name belongs to. */
  static long first(String name) {
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }

  Path lines() {
    return file(LINES);
  }

  Path compressed() {
    return file(COMPRESSED);
  }

  Path tree() {
    return file(TREE);
  }

  Path checkpoints() {
    return file(CHECKPOINTS);
  }

  Path index() {
    return file(INDEX);
  }

  private Path file(String suffix) {
    return folder.resolve("%012d".formatted(first) + suffix);
  }

  /** What holds the lines by now. */
  Path readable() {
    Path lines = lines();
    return Files.exists(lines) ? lines : compressed();
  }

  @Override
  public int compareTo(SegmentFiles other) {
    return Long.compare(first, other.first);
  }
}
