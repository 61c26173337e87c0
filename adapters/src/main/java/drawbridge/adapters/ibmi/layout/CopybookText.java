package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.CopybookSettings.Form;
import drawbridge.settings.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Takes a copybook apart into sentences of words; knows columns, comments and continuations. */
final class CopybookText {
  /** Of the areas A and B in fixed form, from 0. */
  private static final int INDICATOR = 6;

  private static final int FIRST = 7;
  private static final int END = 72;

  /**
   * A word as it stands in the file.
   *
   * @param literal stood in quotes
   */
  record Word(String text, boolean literal, int line) {
    boolean is(String word) {
      return !literal && text.equalsIgnoreCase(word);
    }

    String upper() {
      return literal ? text : text.toUpperCase(Locale.ROOT);
    }
  }

  private final Path file;
  private final StringBuilder text = new StringBuilder();
  private final List<Integer> lines = new ArrayList<>();

  private CopybookText(Path file) {
    this.file = file;
  }

  /** The entries, each up to its period. */
  static List<List<Word>> sentences(Path file, String content, Form form) {
    CopybookText text = new CopybookText(file);
    List<String> source = content.lines().toList();
    boolean fixed =
        form == Form.FIXED
            || (form == Form.AUTO && source.stream().allMatch(CopybookText::looksFixed));
    for (int i = 0; i < source.size(); i++) {
      if (fixed) {
        text.fixed(source.get(i), i + 1);
      } else {
        text.free(source.get(i), i + 1);
      }
    }
    return text.words();
  }

  private static boolean looksFixed(String line) {
    if (line.isBlank()) {
      return true;
    }
    if (line.indexOf('\t') >= 0) {
      return false;
    }
    String numbers = line.substring(0, Math.min(INDICATOR, line.length()));
    boolean numbered = numbers.isBlank() || numbers.matches("[0-9]{6}");
    return numbered
        && (line.length() <= INDICATOR || " */-Dd$".indexOf(line.charAt(INDICATOR)) >= 0);
  }

  private void fixed(String source, int line) {
    if (source.indexOf('\t') >= 0) {
      throw wrong(line, "has a tab, which no column is", "write blanks, or “format: free”");
    }
    if (source.length() <= INDICATOR) {
      return;
    }
    String area =
        source.substring(Math.min(FIRST, source.length()), Math.min(END, source.length()));
    switch (source.charAt(INDICATOR)) {
      case ' ' -> add("\n" + area + " ".repeat(END - FIRST - area.length()), line);
      case '*', '/', '$' -> {}
      case '-' -> continued(area, line);
      default ->
          throw wrong(
              line,
              "“" + source.charAt(INDICATOR) + "” in column 7 is not known",
              "write a blank, * or - there, or “format: free”");
    }
  }

  /** Goes on where the line before ended: in a word right behind it, in a literal at its column. */
  private void continued(String area, int line) {
    int start = text.lastIndexOf("\n") + 1;
    char open = openQuote(text.substring(start));
    String rest = area.stripLeading();
    if (open != 0) {
      if (rest.isEmpty() || rest.charAt(0) != open) {
        throw wrong(line, "goes on with a literal without a quote", "begin it with " + open);
      }
      // The blanks up to column 72 belong to the literal.
      add(rest.substring(1), line);
    } else {
      int end = text.length();
      while (end > 0 && text.charAt(end - 1) == ' ') {
        end--;
      }
      text.setLength(end);
      lines.subList(end, lines.size()).clear();
      add(rest.stripTrailing() + " ", line);
    }
  }

  /** The quote of a literal that is open at the end; 0: none. */
  private static char openQuote(String text) {
    char open = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (open == 0 && (c == '\'' || c == '"')) {
        open = c;
      } else if (c == open) {
        open = 0;
      }
    }
    return open;
  }

  private void free(String source, int line) {
    String stripped = source.strip();
    if (!stripped.startsWith("*") && !stripped.startsWith(">>")) {
      add("\n" + source, line);
    }
  }

  private void add(String part, int line) {
    text.append(part);
    for (int i = 0; i < part.length(); i++) {
      lines.add(line);
    }
  }

  private SettingsException wrong(int line, String problem, String fix) {
    return new SettingsException(file, line, "", problem, fix);
  }

  // ---- words

  private List<List<Word>> words() {
    List<List<Word>> sentences = new ArrayList<>();
    List<Word> sentence = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c) || ((c == ',' || c == ';') && ends(at + 1))) {
        at++;
      } else if (text.indexOf("*>", at) == at) {
        int end = text.indexOf("\n", at);
        at = end < 0 ? text.length() : end;
      } else if (c == '.' && ends(at + 1)) {
        if (!sentence.isEmpty()) {
          sentences.add(sentence);
        }
        sentence = new ArrayList<>();
        at++;
      } else if (c == '\'' || c == '"') {
        at = literal(at, sentence);
      } else {
        at = word(at, sentence);
      }
    }
    if (!sentence.isEmpty()) {
      throw wrong(sentence.getFirst().line(), "this entry has no period at its end", "write one");
    }
    return sentences;
  }

  private boolean ends(int at) {
    return at >= text.length() || Character.isWhitespace(text.charAt(at));
  }

  private int literal(int from, List<Word> sentence) {
    char quote = text.charAt(from);
    StringBuilder value = new StringBuilder();
    int at = from + 1;
    while (at < text.length() && text.charAt(at) != '\n') {
      char c = text.charAt(at);
      if (c != quote) {
        value.append(c);
        at++;
      } else if (at + 1 < text.length() && text.charAt(at + 1) == quote) {
        value.append(c);
        at += 2;
      } else {
        sentence.add(new Word(value.toString(), true, lines.get(from)));
        return at + 1;
      }
    }
    throw wrong(lines.get(from), "a literal is not closed", "write " + quote + " at its end");
  }

  private int word(int from, List<Word> sentence) {
    int at = from;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean stops =
          Character.isWhitespace(c)
              || ((c == '.' || c == ',' || c == ';') && ends(at + 1))
              || ((c == '\'' || c == '"') && at > from);
      if (stops) {
        break;
      }
      at++;
    }
    sentence.add(new Word(text.substring(from, at), false, lines.get(from)));
    return at;
  }
}
