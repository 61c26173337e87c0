package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What must never be in the source tree. Works on a clone and on an unpacked archive. */
final class SourceTreeTest {
  /** What builds and tools leave behind, which the repository ignores. */
  private static final Set<String> NOT_SOURCES =
      Set.of("target", "node_modules", ".git", ".drawbridge", ".idea", ".vscode");

  /** A header of a private key with the key behind it; code that reads such files has no key. */
  private static final Pattern PRIVATE_KEY =
      Pattern.compile("BEGIN [A-Z ]*PRIVATE KEY-----[\\s\"+\\\\nr]{1,40}[A-Za-z0-9/+]{40}");

  /** Somebody's home folder. The classes around the slashes keep this line from matching itself. */
  private static final Pattern MACHINE_PATH =
      Pattern.compile(
          "(?<![\\w.}~-])([/]root[/]|[/]work[/]|[/]home[/][a-z]+[/]|[/]Users[/][a-z]+[/])");

  @Test
  void holdsNoPrivateKey() throws IOException {
    assertEquals(List.of(), matches(PRIVATE_KEY));
  }

  @Test
  void holdsNoPathOfSomebodysMachine() throws IOException {
    assertEquals(List.of(), matches(MACHINE_PATH));
  }

  /** So that neither of the two above can pass because it looks at nothing. */
  @Test
  void wouldFindThem() {
    String key = "-----BEGIN " + "PRIVATE KEY-----\n" + "MC4CAQAwBQYDK2VwBCIEI".repeat(3);
    assertTrue(PRIVATE_KEY.matcher(key).find());
    assertTrue(PRIVATE_KEY.matcher("\"" + key.replace("\n", "\\n\"\n + \"")).find());
    assertTrue(MACHINE_PATH.matcher("see /" + "home/ada/x").find());
  }

  private static List<String> matches(Pattern pattern) throws IOException {
    List<String> found = new ArrayList<>();
    Path root = Repository.root();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return NOT_SOURCES.contains(String.valueOf(folder.getFileName()))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (NOT_SOURCES.contains(String.valueOf(file.getFileName()))) {
              return FileVisitResult.CONTINUE; // such as .git where git keeps several work trees
            }
            // Latin-1 reads anything; what we look for is ASCII.
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            var match = pattern.matcher(text);
            if (match.find()) {
              found.add(root.relativize(file) + ": " + match.group());
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
