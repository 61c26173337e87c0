package drawbridge.documents;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes of an agent's text what the importers take. That text is untrusted: it comes out of here
 * without control and direction characters, and bounded.
 */
final class Wording {
  static final int SUMMARY = 80;
  static final int TITLE = 30;
  static final int LEAST_DESCRIPTION = 30;
  static final int API_DESCRIPTION = 500;
  static final int DESCRIPTION = 1000;

  private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\s]+");
  private static final Pattern NOT_IN_SUMMARY = Pattern.compile("[^\\p{L}\\p{N}() ]+");
  private static final Pattern TAG = Pattern.compile("<(?=[A-Za-z/!?])");

  /** Where Markdown would make a link to something else than a page or an address. */
  private static final Pattern LINK =
      Pattern.compile("\\](?=\\(\\s*+(?!https?://|mailto:))", Pattern.CASE_INSENSITIVE);

  private static final Pattern QUOTES = Pattern.compile("['’‘`\"“”]");
  private static final Pattern WORDS =
      Pattern.compile("[^\\p{L}\\p{N}]+|(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})");
  private static final Pattern WORD = Pattern.compile("(?<![^ (])\\p{Ll}");
  private static final Pattern BANNED = Pattern.compile("(?i)\\b(api|connector)\\b");

  private Wording() {}

  /**
   * One line without what can't be seen, cut at {@code most} characters. What would begin a tag of
   * HTML does not, since descriptions are shown as Markdown, nor would a link that runs a script.
   */
  static String line(String text, int most) {
    String plain = UNSEEN.matcher(bounded(text)).replaceAll(" ").strip();
    String seen = LINK.matcher(TAG.matcher(plain).replaceAll("‹")).replaceAll("] ");
    return seen.length() <= most ? seen : cut(seen, most - 1) + "…";
  }

  /** A sentence; empty stays empty. */
  static String sentence(String text, int most) {
    String line = line(text, most - 1);
    if (line.isEmpty()) {
      return "";
    }
    String begun =
        line.substring(0, 1).toUpperCase(Locale.ROOT) + line.substring(Math.min(1, line.length()));
    return begun.matches(".*[.!?…)]") ? begun : begun + ".";
  }

  /** Letters, digits and parentheses, at most 80. */
  static String summary(String text) {
    String plain = QUOTES.matcher(UNSEEN.matcher(bounded(text)).replaceAll(" ")).replaceAll("");
    return cut(NOT_IN_SUMMARY.matcher(plain).replaceAll(" ").replaceAll(" +", " ").strip(), SUMMARY)
        .strip();
  }

  /** A name as a title: {@code customerId} and {@code customer_id} become {@code Customer Id}. */
  static String title(String name) {
    return cut(capitals(WORDS.matcher(bounded(name)).replaceAll(" ")), SUMMARY).strip();
  }

  /** What is said for people, else made of the name; in title case. */
  static String title(String said, String name) {
    String words = summary(said);
    if (words.isEmpty()) {
      return title(name);
    }
    return capitals(words);
  }

  private static String capitals(String words) {
    return WORD.matcher(words.strip())
        .replaceAll(found -> Matcher.quoteReplacement(found.group().toUpperCase(Locale.ROOT)));
  }

  /**
   * A connector's title: at most 30 characters, without the words that certification forbids. A
   * version but the first stands in it, since an environment has both side by side.
   */
  static String connector(String title, String name, String version) {
    String plain =
        BANNED
            .matcher(summary(title))
            .replaceAll("")
            .replaceAll("\\( *\\)", "")
            .replaceAll(" +", " ")
            .strip();
    String end = version.equals("v1") ? "" : " " + summary(version);
    String begin = cut(plain.isEmpty() ? title(name) : plain, TITLE - end.length()).strip();
    return (begin + end).replaceAll("[^\\p{L}\\p{N}]+$", "");
  }

  /** Letters and digits, beginning with a capital: an operation's or a schema's name. */
  static String pascal(String name) {
    StringBuilder word = new StringBuilder();
    boolean up = true;
    for (char c : bounded(name).toCharArray()) {
      if (!(c < 0x80 && Character.isLetterOrDigit(c))) {
        up = true;
      } else {
        word.append(up ? Character.toUpperCase(c) : c);
        up = false;
      }
    }
    if (word.isEmpty() || Character.isDigit(word.charAt(0))) {
      word.insert(0, 'X');
    }
    return word.length() > 64 ? word.substring(0, 64) : word.toString();
  }

  /** Before any pattern sees it. */
  private static String bounded(String text) {
    return text.length() > 8_000 ? text.substring(0, 8_000) : text;
  }

  /** At a space where there is one, never within a character of two. */
  private static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int space = text.lastIndexOf(' ', most);
    int end = space > most / 2 ? space : most;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
  }
}
