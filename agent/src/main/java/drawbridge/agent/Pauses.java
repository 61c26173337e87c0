package drawbridge.agent;

import drawbridge.agent.policy.Caller;
import drawbridge.settings.Disk;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the admin has paused: a small file in the agent's state folder, written by {@code agent
 * pause} and {@code resume} whether or not the agent runs, and looked at by the agent several times
 * a second. So a pause acts at once and survives a restart. Thread-safe.
 */
final class Pauses {
  private static final Logger LOG = System.getLogger("drawbridge.agent");
  private static final int MOST = 1_000;

  /** What a pause is about. */
  enum Kind {
    /** Every call. */
    ALL,
    /** One caller: a certificate's subject, or the id of an application or user. */
    CALLER,
    /** All operations of one source. */
    SOURCE
  }

  /**
   * One pause.
   *
   * @param name of the caller or source; empty for all
   */
  record Pause(Kind kind, String name) {
    @Override
    public String toString() {
      return switch (kind) {
        case ALL -> "all calls";
        case CALLER -> "caller " + name;
        case SOURCE -> "source " + name;
      };
    }
  }

  /** A file as it was when it was read; null: there was none. */
  private record Seen(@Nullable FileTime modified, long size, @Nullable Object key) {}

  private final Path file;
  private volatile List<Pause> pauses = List.of();
  private Seen seen = new Seen(null, 0, null);

  Pauses(Path file) {
    this.file = file;
  }

  List<Pause> all() {
    return pauses;
  }

  /**
   * Reads the file where it has changed; one that is wrong pauses everything, since nobody can tell
   * what it was meant to.
   *
   * @return it has changed
   */
  synchronized boolean look() {
    Seen now = seen();
    if (now.equals(seen)) {
      return false;
    }
    seen = now;
    List<Pause> before = pauses;
    try {
      pauses = now.modified == null ? List.of() : read(file);
    } catch (SettingsException e) {
      LOG.log(
          Level.ERROR,
          "everything is paused, since the pauses cannot be read: {0}",
          e.getMessage());
      pauses = List.of(new Pause(Kind.ALL, ""));
    }
    return !pauses.equals(before);
  }

  private Seen seen() {
    try {
      var attributes =
          Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class);
      return new Seen(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (IOException e) {
      return new Seen(null, 0, null);
    }
  }

  /** The pause that holds this call up; empty: none. */
  Optional<Pause> of(Caller caller, String source) {
    for (Pause pause : pauses) {
      boolean holds =
          switch (pause.kind) {
            case ALL -> true;
            case SOURCE -> pause.name.equals(source);
            case CALLER -> caller.named(pause.name);
          };
      if (holds) {
        return Optional.of(pause);
      }
    }
    return Optional.empty();
  }

  // ---- the file

  private static List<Pause> read(Path file) {
    Section section = Section.read(file);
    List<Pause> all = new ArrayList<>();
    for (Section one : section.sections("pauses")) {
      all.add(new Pause(one.choice("kind", Kind.class, Kind.ALL), one.text("name", "")));
      one.done();
    }
    section.done();
    return List.copyOf(all);
  }

  /**
   * Adds or takes away one pause; for the commands, of which several may run at once.
   *
   * @return what is paused from now on
   */
  static List<Pause> change(Path file, Pause pause, boolean on) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    StateFolder.create(java.util.Objects.requireNonNull(folder));
    try (FileChannel lock =
            FileChannel.open(
                file.resolveSibling("pauses.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        var _ = lock.lock()) {
      List<Pause> all = new ArrayList<>(Files.exists(file) ? read(file) : List.of());
      all.remove(pause);
      if (on) {
        if (all.size() >= MOST) {
          throw new IOException("there are " + MOST + " pauses already");
        }
        all.add(pause);
      } else if (pause.kind == Kind.ALL) {
        all.clear();
      }
      write(file, all);
      return List.copyOf(all);
    }
  }

  private static void write(Path file, List<Pause> all) throws IOException {
    if (all.isEmpty()) {
      try {
        Files.delete(file);
      } catch (NoSuchFileException e) {
        // there was none
      }
      return;
    }
    StringBuilder text = new StringBuilder("pauses:\n");
    for (Pause pause : all) {
      text.append("  - { kind: ").append(pause.kind.name().toLowerCase(java.util.Locale.ROOT));
      if (!pause.name.isEmpty()) {
        text.append(", name: '").append(pause.name.replace("'", "''")).append('\'');
      }
      text.append(" }\n");
    }
    Path draft = file.resolveSibling("pauses.new");
    Files.writeString(draft, text, StandardCharsets.UTF_8);
    Disk.replace(draft, file);
  }
}
