package drawbridge.adapters;

import drawbridge.settings.Section;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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
