package drawbridge.settings;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Turns a file into the node tree of YAML 1.2, with bounds. Only {@link Section} reads the tree.
 */
final class Yaml {
  /** No file of the admin is near this; what is larger is the wrong file. */
  private static final int LONGEST_FILE = 1 << 20;

  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setAllowDuplicateKeys(false)
          .setAllowRecursiveKeys(false)
          .setMaxAliasesForCollections(20)
          .setCodePointLimit(LONGEST_FILE)
          .setUseMarks(true)
          .build();

  private Yaml() {}

  static MappingNode read(Path file) {
    String text;
    try {
      if (Files.isDirectory(file)) {
        throw problem(file, 0, "this is a folder", "name the file in it");
      }
      if (Files.size(file) > LONGEST_FILE) {
        throw problem(file, 0, "longer than 1 MB", "name the right file");
      }
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw problem(file, 0, "no such file", "create it, or name another");
    } catch (CharacterCodingException e) {
      throw problem(file, 0, "not UTF-8 text", "save it as UTF-8");
    } catch (IOException e) {
      throw problem(
          file, 0, "cannot be read (" + e.getClass().getSimpleName() + ")", "check its rights");
    }
    return parse(file, text);
  }

  static MappingNode parse(Path file, String text) {
    Optional<Node> root;
    try {
      root = new Compose(SETTINGS).composeString(text);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).map(n -> n + 1).orElse(0);
      throw problem(
          file, line, "not valid YAML 1.2: " + e.getProblem(), "mend the line or its indentation");
    } catch (YamlEngineException e) {
      throw problem(file, 0, "not valid YAML 1.2: " + e.getMessage(), "mend the file");
    }
    if (root.isEmpty() || !(root.get() instanceof MappingNode mapping)) {
      throw problem(
          file, 1, "keys and values are expected here", "begin with a line such as “name: …”");
    }
    return mapping;
  }

  static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).map(n -> n + 1).orElse(0);
  }

  private static SettingsException problem(Path file, int line, String problem, String fix) {
    return new SettingsException(file, line, "", problem, fix);
  }
}
