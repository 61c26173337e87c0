package drawbridge.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The commands of a guide, to be run as they stand. */
final class Guide {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```");

  private Guide() {}

  /**
   * The commands below a heading, a text a block.
   *
   * @param page such as {@code operations.md}
   */
  static List<String> commands(String page, String heading) throws IOException {
    String text = Files.readString(Repository.root().resolve("docs").resolve(page));
    int begin = text.indexOf("\n## " + heading + "\n");
    int end = text.indexOf("\n## ", begin + 1);
    if (begin < 0) {
      throw new IOException(page + " has no “" + heading + "”");
    }
    return BLOCK
        .matcher(text.substring(begin, end < 0 ? text.length() : end))
        .results()
        .map((MatchResult block) -> block.group(1))
        .toList();
  }

  /** For a root that has neither sudo nor a running systemd: root's own, or the service's user. */
  static String withoutSudo(String commands) {
    return commands
        .replaceAll(
            "(?m)^sudo -u (\\S+) ", "setpriv --reuid=$1 --regid=$1 --clear-groups --no-new-privs ")
        .replaceAll("(?m)^sudo systemctl .*$", "true")
        .replaceAll("(?m)^sudo ", "");
  }
}
