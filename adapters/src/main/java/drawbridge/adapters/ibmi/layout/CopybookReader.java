package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.CopybookText.Word;
import drawbridge.adapters.ibmi.layout.Field.Usage;
import drawbridge.settings.SettingsException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the record descriptions of a COBOL copybook: levels 01 to 49, 66, 77 and 88. */
final class CopybookReader {
  private static final int MOST_FIELDS = 20_000;

  private final Path file;
  private final CopybookSettings settings;
  private final int ccsid;

  /** The records: what stands at level 01 or 77, or all there is in a part of a record. */
  private final List<CopybookEntry> records = new ArrayList<>();

  /** The entries that may still get something in them, the innermost first. */
  private final Deque<CopybookEntry> open = new ArrayDeque<>();

  private CopybookReader(Path file, CopybookSettings settings, int ccsid) {
    this.file = file;
    this.settings = settings;
    this.ccsid = ccsid;
  }

  static Layout read(
      Path file, byte[] content, CopybookSettings settings, Description description) {
    CopybookReader reader = read(file, content, settings, description.ccsid());
    Draft top = new Draft(file, 0, "", null);
    List<CopybookEntry> wanted = reader.wanted();
    // The record itself is the JSON object, unless it is a single field.
    CopybookEntry first = wanted.getFirst();
    if (reader.part() || first.children().isEmpty()) {
      reader.add(top, wanted, Map.of());
    } else {
      reader.add(top, first.children(), first.clauses());
    }
    return Assembly.of(top, description, false);
  }

  /** Adds the record to the parameters of a program, below its name. */
  static void parameter(
      Path file, byte[] content, CopybookSettings settings, int ccsid, Draft top, Usage usage) {
    CopybookReader reader = read(file, content, settings, ccsid);
    List<CopybookEntry> wanted = reader.wanted();
    if (!reader.part()) {
      reader.add(top, wanted, Map.of());
    } else if (settings.record().isEmpty()) {
      throw settings
          .section()
          .wrong(
              "record",
              "the copybook has no level 01, so this parameter has no name",
              "write the name that the program has for it");
    } else {
      String name = settings.record().toUpperCase(Locale.ROOT);
      Draft group = new Draft(file, wanted.getFirst().line(), name, top);
      reader.add(group, wanted, Map.of());
      top.children.add(group);
    }
    top.children.getLast().usage = usage;
  }

  private static CopybookReader read(
      Path file, byte[] content, CopybookSettings settings, int ccsid) {
    CopybookReader reader = new CopybookReader(file, settings, ccsid);
    reader.entries(CopybookText.sentences(file, text(file, content), settings.form()));
    return reader;
  }

  private void add(Draft group, List<CopybookEntry> entries, Map<String, String> around) {
    new CopybookFields(file, settings, ccsid).add(group, entries, around);
  }

  private static String text(Path file, byte[] content) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new SettingsException(file, 0, "", "is not UTF-8 text", "save it as UTF-8", e);
    }
  }

  private void entries(List<List<Word>> sentences) {
    if (sentences.size() > MOST_FIELDS) {
      throw new SettingsException(file, 0, "", "has too many fields", "name the right file");
    }
    for (List<Word> sentence : sentences) {
      Word first = sentence.getFirst();
      if (first.is("COPY")) {
        throw wrong(
            first.line(), "COPY is not followed", "put the text of the other copybook here");
      }
      int level = first.text().matches("[0-9]{1,2}") ? Integer.parseInt(first.text()) : -1;
      switch (level) {
        // Another name for storage that is described already.
        case 66 -> {}
        case 88 -> condition(sentence);
        default -> {
          if (level < 1 || (level > 49 && level != 77)) {
            throw wrong(
                first.line(),
                "an entry begins with a level from 01 to 49, 66, 77 or 88",
                "copy the DATA DIVISION's entries only");
          }
          entry(level == 77 ? 1 : level, sentence);
        }
      }
    }
  }

  private SettingsException wrong(int line, String problem, String fix) {
    return new SettingsException(file, line, "", problem, fix);
  }

  private void condition(List<Word> sentence) {
    CopybookEntry around = open.peek();
    if (around == null || sentence.size() < 3) {
      throw wrong(
          sentence.getFirst().line(), "this condition belongs to no field", "write it behind one");
    }
    around.conditions().put(sentence.get(1).upper(), CopybookEntry.values(sentence, 2));
  }

  private void entry(int level, List<Word> sentence) {
    while (!open.isEmpty() && open.element().level() >= level) {
      open.pop();
    }
    CopybookEntry entry = CopybookEntry.parse(file, level, sentence);
    List<CopybookEntry> siblings = open.isEmpty() ? records : open.element().children();
    siblings.add(entry);
    open.push(entry);
  }

  /** All of it stands in a record that the copybook doesn't name. */
  private boolean part() {
    return records.getFirst().level() > 1;
  }

  /** The record that is named or the only one; of a part, all entries. */
  private List<CopybookEntry> wanted() {
    if (records.isEmpty()) {
      throw wrong(0, "has no entry", "name the file with the record");
    }
    if (part()) {
      return records;
    }
    List<CopybookEntry> wanted =
        records.stream()
            .filter(
                r -> settings.record().isEmpty() || r.name().equalsIgnoreCase(settings.record()))
            .toList();
    if (wanted.size() != 1) {
      throw settings
          .section()
          .wrong(
              "record",
              wanted.isEmpty()
                  ? "there is no record “" + settings.record() + "” in the copybook"
                  : "the copybook has several records, and none is named",
              "write one of "
                  + String.join(", ", records.stream().map(CopybookEntry::name).toList()));
    }
    return wanted;
  }
}
