package drawbridge.adapters.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A statement whose {@code :name}s became the {@code ?} of JDBC; immutable.
 *
 * @param text for {@code prepareStatement}
 * @param names of the parameters, in the order of the {@code ?}; one may come several times
 * @param verb the first word, in lower case; empty: there is none
 * @param tokens what the database reads, without comments
 */
record NamedSql(String text, List<String> names, String verb, List<Token> tokens) {

  /**
   * One of the statement.
   *
   * @param text as it stands there; of a parameter its name
   */
  record Token(Kind kind, String text) {
    /** As far as it matters. */
    enum Kind {
      WORD,
      QUOTED_NAME,
      PARAMETER,
      OTHER
    }

    /** This word, in whatever case, or these characters. */
    boolean is(String expected) {
      return (kind == Kind.WORD || kind == Kind.OTHER) && text.equalsIgnoreCase(expected);
    }
  }

  /** Before a dot: what follows is an attribute of the caller, {@code :caller.subject}. */
  static final String CALLER = "caller";

  /** The statement can't be read; the message is for the admin. */
  static final class Malformed extends Exception {
    private final String fix;

    Malformed(String problem, String fix) {
      super(problem);
      this.fix = fix;
    }

    String fix() {
      return fix;
    }
  }

  static NamedSql parse(String sql, Dialect dialect) throws Malformed {
    return new Parser(sql, dialect).parse();
  }

  /**
   * One pass over the text. What the database reads as one token (a string, a quoted name, a
   * comment) is copied whole, so a colon in it means nothing.
   */
  private static final class Parser {
    private final String sql;
    private final Dialect dialect;
    private final StringBuilder out = new StringBuilder();
    private final List<String> names = new ArrayList<>();
    private final List<Token> tokens = new ArrayList<>();
    private String verb = "";
    private int at;

    /** Depth of [ ]: in there a colon may part the two bounds of a slice. */
    private int brackets;

    /** What was last read can be the left side of an operator: a name, a number, ) or ]. */
    private boolean operand;

    Parser(String sql, Dialect dialect) {
      this.sql = sql;
      this.dialect = dialect;
    }

    NamedSql parse() throws Malformed {
      while (at < sql.length()) {
        if (comment()) {
          continue;
        }
        char c = sql.charAt(at);
        if (Character.isWhitespace(c)) {
          copy(1);
        } else if (c == '\'') {
          quoted('\'', dialect.backslashes());
        } else if (c == '"') {
          quoted('"', dialect.backslashes());
        } else if (c == '`' && dialect.backslashes()) {
          quoted('`', false);
        } else if (c == '[' && dialect.bracketNames()) {
          quoted(']', false);
        } else if (c == '$' && dialect.dollarStrings() && dollarTag() > 0) {
          dollarQuoted(dollarTag());
        } else if (word(c)) {
          word();
        } else if (c == ':') {
          colon();
        } else if (c == '?') {
          questionMark();
        } else if (c == ';') {
          end();
        } else {
          brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
          token(Token.Kind.OTHER, at + 1);
          operand = c == ')' || c == ']';
        }
      }
      return new NamedSql(out.toString().strip(), List.copyOf(names), verb, List.copyOf(tokens));
    }

    private boolean next(String text) {
      return sql.startsWith(text, at);
    }

    private char peek(int ahead) {
      return at + ahead < sql.length() ? sql.charAt(at + ahead) : 0;
    }

    private void copy(int characters) {
      copyTo(at + characters);
    }

    private void copyTo(int end) {
      out.append(sql, at, end);
      at = end;
    }

    private void token(Token.Kind kind, int end) {
      tokens.add(new Token(kind, sql.substring(at, end)));
      copyTo(end);
    }

    private static boolean word(char c) {
      return Character.isLetterOrDigit(c) || c == '_';
    }

    private static boolean nameStart(char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean namePart(char c) {
      return nameStart(c) || (c >= '0' && c <= '9');
    }

    /** A keyword, a name, a number; the prefix of a string too. */
    private void word() throws Malformed {
      int end = at;
      while (end < sql.length() && (word(sql.charAt(end)) || sql.charAt(end) == '$')) {
        end++;
      }
      String word = sql.substring(at, end);
      token(Token.Kind.WORD, end);
      if (verb.isEmpty()) {
        verb = word.toLowerCase(Locale.ROOT);
      }
      operand = true;
      if (word.equalsIgnoreCase("e") && peek(0) == '\'' && dialect.escapeStrings()) {
        quoted('\'', true);
      }
    }

    private void quoted(char quote, boolean backslash) throws Malformed {
      int end = at + 1;
      while (true) {
        if (end >= sql.length()) {
          throw new Malformed("a " + quote + " is not closed", "close it");
        }
        char c = sql.charAt(end);
        if (c == '\\' && backslash) {
          end += 2;
        } else if (c != quote) {
          end++;
        } else if (end + 1 < sql.length() && sql.charAt(end + 1) == quote) {
          end += 2;
        } else {
          break;
        }
      }
      boolean string = quote == '\'' || (quote == '"' && backslash);
      token(string ? Token.Kind.OTHER : Token.Kind.QUOTED_NAME, end + 1);
      operand = true;
    }

    /** Copies the comment that begins here; false: none does. */
    private boolean comment() throws Malformed {
      if (next("/*")) {
        longComment();
        return true;
      }
      if (!lineComment()) {
        return false;
      }
      int end = sql.indexOf('\n', at);
      copyTo(end < 0 ? sql.length() : end);
      return true;
    }

    private boolean lineComment() {
      if (!dialect.backslashes()) {
        return next("--");
      }
      // There 5--1 is a sum.
      return peek(0) == '#' || (next("--") && peek(2) <= ' ');
    }

    /** They nest in the standard and almost everywhere. */
    private void longComment() throws Malformed {
      int depth = 0;
      int end = at;
      do {
        if ((depth == 0 || dialect.nestedComments()) && sql.startsWith("/*", end)) {
          depth++;
          end += 2;
        } else if (sql.startsWith("*/", end)) {
          depth--;
          end += 2;
        } else {
          end++;
        }
        if (end > sql.length() || (depth > 0 && end == sql.length())) {
          throw new Malformed("a comment is not closed", "close it with */");
        }
      } while (depth > 0);
      copyTo(end);
    }

    /** Length of {@code $tag$} here; 0: none begins here. */
    private int dollarTag() {
      int end = at + 1;
      while (end < sql.length() && word(sql.charAt(end))) {
        end++;
      }
      boolean parameterLike = Character.isDigit(peek(1));
      return end < sql.length() && sql.charAt(end) == '$' && !parameterLike ? end + 1 - at : 0;
    }

    private void dollarQuoted(int length) throws Malformed {
      String tag = sql.substring(at, at + length);
      int end = sql.indexOf(tag, at + length);
      if (end < 0) {
        throw new Malformed("the string that " + tag + " begins is not closed", "close it");
      }
      token(Token.Kind.OTHER, end + length);
      operand = true;
    }

    private void colon() {
      if (next("::") || next(":=")) {
        token(Token.Kind.OTHER, at + 2);
        operand = false;
      } else if (!nameStart(peek(1)) || (brackets > 0 && operand)) {
        // The colon of a slice: a[1:n] reads the column n, a[1: :n] the parameter n.
        token(Token.Kind.OTHER, at + 1);
        operand = false;
      } else {
        int end = at + 1;
        while (end < sql.length() && namePart(sql.charAt(end))) {
          end++;
        }
        if (sql.substring(at + 1, end).equals(CALLER) && peek(end - at) == '.') {
          end++;
          while (end < sql.length() && (namePart(sql.charAt(end)) || sql.charAt(end) == '-')) {
            end++;
          }
        }
        names.add(sql.substring(at + 1, end));
        tokens.add(new Token(Token.Kind.PARAMETER, names.getLast()));
        out.append('?');
        at = end;
        operand = true;
      }
    }

    /** PostgreSQL has operators with question marks, which its driver wants doubled. */
    private void questionMark() throws Malformed {
      int end = next("??") ? at + 2 : at + 1;
      int after = end;
      while (after < sql.length() && Character.isWhitespace(sql.charAt(after))) {
        after++;
      }
      boolean last = after == sql.length() || ")],;".indexOf(sql.charAt(after)) >= 0;
      if (dialect != Dialect.POSTGRESQL || last || !operand) {
        throw new Malformed("? is no parameter here", "write :name and declare the parameter");
      }
      tokens.add(new Token(Token.Kind.OTHER, "??"));
      out.append("??");
      at = end;
      operand = false;
    }

    /** One at the end is a habit and left out; one in the middle would be two statements. */
    private void end() throws Malformed {
      int semicolon = out.length();
      at++;
      while (at < sql.length()) {
        if (Character.isWhitespace(sql.charAt(at))) {
          copy(1);
        } else if (!comment()) {
          throw new Malformed("a second statement follows after ;", "write one statement only");
        }
      }
      out.setLength(semicolon);
    }
  }
}
