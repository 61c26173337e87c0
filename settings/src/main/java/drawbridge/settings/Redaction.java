package drawbridge.settings;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes secrets out of texts that leave the machine: the content of every secret file in all its
 * usual forms, whatever looks like a secret, and comments of settings. Immutable.
 */
final class Redaction {
  private static final String GONE = "***";

  /** Shorter ones would blacken half of every text. */
  private static final int SHORTEST = 4;

  private static final long LARGEST = 1 << 20;

  private static final Pattern CONNECTION_KEY =
      Pattern.compile("(?i)\\bSharedAccessKey\\s*=\\s*([^;\\s]+)");

  private static final List<Pattern> LOOKS =
      List.of(
          Pattern.compile(
              "(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|\\z)", Pattern.DOTALL),
          // user:password@ of a URL
          Pattern.compile("(://)[^/@\\s\"']+(?=@)"),
          Pattern.compile("(?i)(\\b(?:Bearer|Basic)\\s+)[A-Za-z0-9._~+/=-]{8,}"),
          // a token, wherever it stands
          Pattern.compile("()\\beyJ[A-Za-z0-9_-]{6,}\\.[A-Za-z0-9_-]*\\.?[A-Za-z0-9_-]*"),
          Pattern.compile(
              "(?i)((?:password|passwd|passphrase|pwd|secret|token|pin|api-?key|accountkey|sharedaccesskey"
                  + "|sharedaccesssignature|signature|sig)[\"']?\\s*[=:]\\s*)"
                  + "(?:\"[^\"]*\"|'[^']*'|[^\\s,;&{}\\[\\]\"']+)"));

  private final List<String> secrets;

  private Redaction(List<String> secrets) {
    this.secrets = secrets;
  }

  /** That knows the content of these files. */
  static Redaction of(List<Path> files) {
    List<String> all = new ArrayList<>();
    for (Path file : files) {
      try {
        if (Files.size(file) > LARGEST) {
          continue;
        }
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.UTF_8).strip();
        forms(text, all);
        // The key of a connection string may stand alone.
        CONNECTION_KEY.matcher(text).results().forEach(key -> forms(key.group(1), all));
        // A key in PEM may have been copied without its frame, or line by line.
        text.lines()
            .filter(line -> line.length() >= 16 && !line.startsWith("-----"))
            .forEach(all::add);
        all.add(Base64.getEncoder().encodeToString(bytes));
      } catch (IOException e) {
        // What cannot be read cannot have been copied from here.
      }
    }
    return new Redaction(
        all.stream()
            .filter(text -> text.length() >= SHORTEST)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList());
  }

  private static void forms(String text, List<String> all) {
    all.add(text);
    all.add(URLEncoder.encode(text, StandardCharsets.UTF_8));
    all.add(URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20"));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    all.add(Base64.getEncoder().encodeToString(bytes));
    all.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
    all.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    all.add(text.replace("\\", "\\\\").replace("\"", "\\\""));
  }

  String of(String text) {
    String left = text;
    for (String secret : secrets) {
      left = left.replace(secret, GONE);
    }
    for (Pattern look : LOOKS) {
      left = look.matcher(left).replaceAll("$1" + GONE);
    }
    return left;
  }

  /** Of a file of settings: comments hold anything, also yesterday's password. */
  String ofSettings(String yaml) {
    StringBuilder text = new StringBuilder();
    yaml.lines().forEach(line -> text.append(withoutComment(line)).append('\n'));
    return of(text.toString());
  }

  private static String withoutComment(String line) {
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '#' && (i == 0 || Character.isWhitespace(line.charAt(i - 1)))) {
        return line.substring(0, i).stripTrailing();
      }
    }
    // A lone apostrophe in a comment's place must not keep the comment.
    int mark = quote == 0 ? -1 : line.indexOf(" #");
    return mark < 0 ? line : line.substring(0, mark).stripTrailing();
  }
}
