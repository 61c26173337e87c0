package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.Field.Usage;
import drawbridge.settings.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One field as its description has it, before the API file has its say. Filled by one reader, then
 * handed to {@link Assembly}; for one thread.
 */
final class Draft {
  final Path file;
  final int line;

  /** Empty: storage without a name, such as COBOL's FILLER. */
  final String name;

  /** Changes once, when another field turns out to redefine this one. */
  @Nullable Draft parent;

  final List<Draft> children = new ArrayList<>();

  /** Null: a group of the children. */
  @Nullable Kind kind;

  /** The children are descriptions of one storage. */
  boolean choice;

  /** Null: as the parent's. */
  @Nullable Usage usage;

  boolean repeated;
  int most = 1;

  /** Names of fields, as the description writes them; empty: none. */
  String count = "";

  String length = "";
  String ccsid = "";
  String offset = "";
  String outputSize = "";

  /** The group from whose begin the offset counts; empty: the one around. */
  String offsetFrom = "";

  int fixedOffset = -1;
  int fixedOutputSize = -1;

  /** How much there can be of what a field counts is not said. */
  boolean unbounded;

  /** The value at the beginning; null: none is said. */
  @Nullable String init;

  String description = "";

  /** COBOL's condition names (level 88), with their values. */
  final Map<String, List<String>> conditions = new LinkedHashMap<>();

  Draft(Path file, int line, String name, @Nullable Draft parent) {
    this.file = file;
    this.line = line;
    this.name = name;
    this.parent = parent;
  }

  /** From below the top; what has no name, and choices, have no part in it. */
  String path() {
    String above = parent == null ? "" : parent.parent == null ? "" : parent.path();
    return choice || name.isEmpty() ? above : above.isEmpty() ? name : above + "." + name;
  }

  /** A mistake in the description itself. */
  SettingsException wrong(String problem, String fix) {
    return new SettingsException(file, line, path(), problem, fix);
  }
}
