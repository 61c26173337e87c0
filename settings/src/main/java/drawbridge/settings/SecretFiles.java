package drawbridge.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The files that settings name as secrets, by the names of keys that all our files share. */
public final class SecretFiles {
  private static final Set<String> KEYS =
      Set.of("key", "key-file", "password-file", "token-file", "pkcs12", "pin-file");

  /** Their {@code key} is a public one. */
  private static final Set<String> PUBLIC = Set.of("signed");

  private SecretFiles() {}

  /** Those that a file of settings names and that are there; none where it cannot be read. */
  public static List<Path> of(Path settings) {
    Set<Path> found = new LinkedHashSet<>();
    try {
      walk(settings.toAbsolutePath(), Yaml.read(settings), "", found);
    } catch (SettingsException e) {
      // whoever reads the file says so
    }
    return List.copyOf(found);
  }

  private static void walk(Path file, Node node, String name, Set<Path> found) {
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
        if (!PUBLIC.contains(name)
            && KEYS.contains(key)
            && tuple.getValueNode() instanceof ScalarNode value) {
          Path path = file.resolveSibling(value.getValue()).normalize();
          if (Files.isRegularFile(path)) {
            found.add(path);
          }
        }
        walk(file, tuple.getValueNode(), key, found);
      }
    } else if (node instanceof SequenceNode list) {
      list.getValue().forEach(item -> walk(file, item, name, found));
    }
  }

  /** Looks whether others than the owner can read them. Where rights are no bits, it cannot say. */
  public static List<Finding> rights(List<Path> files) {
    List<Finding> found = new ArrayList<>();
    int looked = 0;
    for (Path file : files) {
      try {
        if (!Disk.posix(file.getFileSystem())) {
          continue;
        }
        looked++;
        if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
          found.add(
              Finding.failed(
                  "rights of " + file,
                  "everybody on this machine can read this secret",
                  "chmod 600 " + file + ", and change the secret if others log in here"));
        }
      } catch (IOException e) {
        found.add(
            Finding.failed(
                "rights of " + file, "cannot be looked at", "give this program's user the right"));
      }
    }
    if (found.isEmpty() && looked > 0) {
      found.add(Finding.ok("rights", looked + " secret files, none for everybody to read"));
    }
    return found;
  }
}
