package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.CopybookText.Word;
import drawbridge.settings.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One data description entry, clause by clause. Its children and conditions are added while the
 * file is read.
 *
 * @param name empty: FILLER
 * @param clauses by key word: {@code redefines, pic, usage, occurs, to, depending, value, sign}
 * @param children the entries of higher levels behind it
 * @param conditions the values of each level 88, as text
 */
record CopybookEntry(
    Path file,
    int level,
    int line,
    String name,
    Map<String, String> clauses,
    List<CopybookEntry> children,
    Map<String, List<String>> conditions) {
  private static final Set<String> USAGES =
      Set.of(
          "DISPLAY",
          "DISPLAY-1",
          "NATIONAL",
          "BINARY",
          "PACKED-DECIMAL",
          "COMP",
          "COMP-1",
          "COMP-2",
          "COMP-3",
          "COMP-4",
          "COMP-5",
          "INDEX",
          "POINTER",
          "PROCEDURE-POINTER");
  private static final Set<String> NOISE = Set.of("EXTERNAL", "GLOBAL", "IS", "USAGE", "VALUES");

  static CopybookEntry parse(Path file, int level, List<Word> sentence) {
    int line = sentence.getFirst().line();
    int at = 1;
    String name = "";
    if (sentence.size() > 1 && !clause(sentence.get(1))) {
      name = sentence.get(1).upper();
      name = name.equals("FILLER") ? "" : name;
      at = 2;
    }
    CopybookEntry entry =
        new CopybookEntry(
            file,
            level,
            line,
            name,
            new LinkedHashMap<>(),
            new ArrayList<>(),
            new LinkedHashMap<>());
    entry.clauses(sentence, at);
    return entry;
  }

  /** A clause follows where a FILLER may leave out its word. */
  private static boolean clause(Word word) {
    return !word.literal()
        && (USAGES.contains(usage(word.upper()))
            || Set.of("REDEFINES", "PIC", "PICTURE", "OCCURS", "VALUE", "SIGN", "USAGE")
                .contains(word.upper()));
  }

  private static String usage(String word) {
    return word.startsWith("COMPUTATIONAL") ? "COMP" + word.substring(13) : word;
  }

  SettingsException wrong(String problem, String fix) {
    return new SettingsException(file, line, name, problem, fix);
  }

  private void clauses(List<Word> words, int from) {
    int at = from;
    while (at < words.size()) {
      Word word = words.get(at++);
      String key = word.literal() ? "" : usage(word.upper());
      switch (key) {
        case "REDEFINES" -> at = one(words, at, "redefines");
        case "PIC", "PICTURE" -> at = one(words, skip(words, at, "IS"), "pic");
        case "OCCURS" -> at = occurs(words, at);
        case "VALUE", "VALUES" -> {
          List<String> values = values(words, at - 1);
          clauses.put("value", values.isEmpty() ? "" : values.getFirst());
          at = words.size() > at ? afterValue(words, at) : at;
        }
        case "SIGN", "LEADING", "TRAILING" ->
            at = sign(words, key.equals("SIGN") ? skip(words, at, "IS") : at - 1);
        case "SYNC", "SYNCHRONIZED" ->
            throw wrong(
                "SYNC puts bytes between fields that are not described",
                "remove it, and write a FILLER where the compiler's listing shows such bytes");
        case "JUST", "JUSTIFIED" ->
            throw wrong("JUSTIFIED is not supported", "remove it: the text is then on the left");
        case "BLANK" ->
            throw wrong(
                "BLANK WHEN ZERO is for printing", "describe the field with PIC X, as text");
        default -> {
          if (USAGES.contains(key)) {
            clauses.put("usage", key);
          } else if (!NOISE.contains(key)) {
            throw wrong(
                "the clause “" + word.text() + "” is not known",
                "remove it, or describe the field in another way");
          }
        }
      }
    }
  }

  private static int skip(List<Word> words, int at, String word) {
    return at < words.size() && words.get(at).is(word) ? at + 1 : at;
  }

  private int one(List<Word> words, int at, String key) {
    if (at >= words.size() || words.get(at).literal()) {
      throw wrong(key + " is followed by nothing", "write the rest of the clause");
    }
    clauses.put(key, words.get(at).upper());
    return at + 1;
  }

  private int occurs(List<Word> words, int from) {
    int at = one(words, from, "occurs");
    if (at < words.size() && words.get(at).is("TO")) {
      at = one(words, at + 1, "to");
    }
    at = skip(words, at, "TIMES");
    while (at < words.size()) {
      if (words.get(at).is("DEPENDING")) {
        at = one(words, skip(words, at + 1, "ON"), "depending");
      } else if (words.get(at).is("ASCENDING")
          || words.get(at).is("DESCENDING")
          || words.get(at).is("INDEXED")) {
        at = skip(words, skip(words, skip(words, at + 1, "KEY"), "IS"), "BY");
        at++;
        // The names of keys and indexes go on until a clause begins.
        while (at < words.size() && !begins(words.get(at))) {
          at++;
        }
      } else {
        break;
      }
    }
    return at;
  }

  private static boolean begins(Word word) {
    return clause(word)
        || Set.of("ASCENDING", "DESCENDING", "INDEXED", "DEPENDING", "VALUES", "SYNC", "LEADING")
            .contains(word.upper())
        || Set.of("TRAILING", "SYNCHRONIZED", "JUST", "JUSTIFIED", "BLANK").contains(word.upper());
  }

  private int sign(List<Word> words, int from) {
    if (from >= words.size()
        || !(words.get(from).is("LEADING") || words.get(from).is("TRAILING"))) {
      throw wrong("SIGN is neither LEADING nor TRAILING", "write one of them");
    }
    String where = words.get(from).upper();
    int at = from + 1;
    if (at < words.size() && words.get(at).is("SEPARATE")) {
      where += " SEPARATE";
      at = skip(words, at + 1, "CHARACTER");
    }
    clauses.put("sign", where);
    return at;
  }

  private static int afterValue(List<Word> words, int from) {
    int at = skip(words, from, "IS");
    return skip(words, at, "ALL") + 1;
  }

  /** The literals behind VALUE; a range is written as its first and last with a hyphen. */
  static List<String> values(List<Word> words, int from) {
    List<String> values = new ArrayList<>();
    for (int at = from; at < words.size(); at++) {
      Word word = words.get(at);
      if (word.literal()) {
        values.add(word.text().stripTrailing());
      } else if (Set.of("THRU", "THROUGH").contains(word.upper()) && at + 1 < words.size()) {
        values.add(values.removeLast() + "-" + words.get(++at).text());
      } else if (!Set.of("VALUE", "VALUES", "IS", "ARE", "ALL").contains(word.upper())) {
        values.add(word.upper());
      }
    }
    return values;
  }
}
