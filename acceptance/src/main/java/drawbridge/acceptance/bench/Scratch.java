package drawbridge.acceptance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder of a benchmark's own; closing it removes it with all that is in it. */
record Scratch(Path folder) implements AutoCloseable {
  /**
   * Makes one.
   *
   * @param within null: where the system keeps temporary files
   */
  static Scratch make(@Nullable Path within) throws IOException {
    String prefix = "drawbridge-bench-";
    return new Scratch(
        within == null
            ? Files.createTempDirectory(prefix)
            : Files.createTempDirectory(within, prefix));
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}
