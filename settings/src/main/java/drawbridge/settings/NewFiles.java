package drawbridge.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Files that a program is about to make, all or none: where one of them is there already nothing is
 * written, and where one fails those made before it are removed. Not thread-safe.
 */
public final class NewFiles {
  private record Content(String text, Disk.Reader reader) {}

  private final Map<Path, Content> files = new LinkedHashMap<>();

  /** For anybody to read. */
  public NewFiles text(Path file, String text) {
    return add(file, text, Disk.Reader.ANYBODY);
  }

  /** For its owner alone. */
  public NewFiles secret(Path file, Secret secret) {
    return add(file, secret.reveal(), Disk.Reader.OWNER);
  }

  private NewFiles add(Path file, String text, Disk.Reader reader) {
    if (files.put(file, new Content(text, reader)) != null) {
      throw new IllegalArgumentException("twice: " + file);
    }
    return this;
  }

  public List<Path> all() {
    return List.copyOf(files.keySet());
  }

  /** Those that must not be written over. */
  public List<Path> inTheWay() {
    return files.keySet().stream().filter(Files::exists).toList();
  }

  /** Makes folders where they are missing; one that gets a secret is for its owner alone. */
  public void write() throws IOException {
    Deque<Path> made = new ArrayDeque<>();
    boolean done = false;
    try {
      for (Map.Entry<Path, Content> file : files.entrySet()) {
        Path path = file.getKey().toAbsolutePath();
        Content content = file.getValue();
        Path folder = path.getParent();
        if (folder != null) {
          Disk.folder(folder, content.reader());
        }
        Disk.create(path, content.text().getBytes(StandardCharsets.UTF_8), content.reader());
        made.push(path);
      }
      for (Path folder : folders()) {
        Disk.settle(folder);
      }
      done = true;
    } finally {
      if (!done) {
        for (Path path : made) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  private Iterable<Path> folders() {
    TreeSet<Path> folders = new TreeSet<>();
    for (Path file : files.keySet()) {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        folders.add(folder);
      }
    }
    return folders;
  }
}
