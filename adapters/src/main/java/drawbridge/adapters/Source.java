package drawbridge.adapters;

import drawbridge.settings.Section;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A system of record, as its adapter opens it: the seam between the loader of the site folder and
 * the adapters. Opening one only reads its settings; it connects when it is first needed, and by
 * itself again after an outage. The {@link Site} adds the operations before it shares the source,
 * and closes it; from then on it is thread-safe.
 */
public interface Source extends AutoCloseable {
  String name();

  /**
   * Reads the keys of one operation that only this adapter knows, and adds it to the source.
   *
   * @param section the operation's, of which the keys in the outline are read already
   * @throws drawbridge.settings.SettingsException where the file is wrong
   */
  Operation operation(Section section, Outline outline);

  /**
   * Reads a {@code resource}, which is several operations on the rows of one table or view.
   *
   * @param outline whose path is that of the list, without a method
   */
  default List<Operation> resource(Section section, Outline outline) {
    throw section.wrong(
        "resource", "the adapter of this source has no resources", "write operations one by one");
  }

  /**
   * By operation: why its file no longer fits the source, as found by the last {@link #columns};
   * the sentence names the difference.
   */
  default Map<String, String> misfits() {
    return Map.of();
  }

  /**
   * A first API file from what the source says of a table.
   *
   * @param table as its language names it; empty: the adapter drafts no files, or knows no such one
   */
  default Optional<String> draft(String table, Duration patience) {
    return Optional.empty();
  }

  /** Numbers for metrics, by name; such as {@code connections}. Doesn't wait. */
  default Map<String, Long> figures() {
    return Map.of();
  }

  /**
   * Asks the source for the columns of all operations, by id; what it can't tell in that time is
   * absent.
   */
  Map<String, List<Column>> columns(Duration patience);

  /** Whether the last attempt to reach it went well. Doesn't wait. */
  SourceState state();

  /** Connects anew and proves every operation against the source. */
  SourceCheck check(Duration patience);

  @Override
  void close();
}
