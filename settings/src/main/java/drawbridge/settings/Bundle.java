package drawbridge.settings;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What support needs of a machine, in one zip file, with every secret taken out. Secret files,
 * certificates, keys and the audit log's records are not in it. Not thread-safe.
 */
public final class Bundle {
  private static final int LONGEST = 1 << 20;
  private static final int FILES = 1_000;
  private static final int LINES = 1_000;

  private final Redaction redaction;
  private final Map<String, String> entries = new LinkedHashMap<>();

  /**
   * @param secrets files whose content must not leave the machine, wherever it was copied to
   */
  public Bundle(List<Path> secrets) {
    redaction = Redaction.of(secrets);
  }

  public Bundle text(String name, String text) {
    entries.put(name, redaction.of(text));
    return this;
  }

  /** A file of settings, without its comments; one that cannot be read is named as such. */
  public Bundle settings(String name, Path file) {
    String text;
    try {
      text = Files.size(file) > LONGEST ? "(longer than 1 MB)\n" : Files.readString(file);
    } catch (IOException e) {
      text = "(cannot be read: " + e.getClass().getSimpleName() + ")\n";
    }
    entries.put(name, redaction.ofSettings(text));
    return this;
  }

  /** All YAML files of a folder and those below. */
  public Bundle settingsIn(String name, Path folder) {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.walk(folder, 4)) {
        for (Path file :
            files
                .filter(f -> f.toString().endsWith(".yaml") && Files.isRegularFile(f))
                .sorted()
                .limit(FILES)
                .toList()) {
          settings(name + "/" + folder.relativize(file).toString().replace('\\', '/'), file);
        }
      } catch (IOException e) {
        text(name + "/unreadable.txt", e.getClass().getSimpleName() + "\n");
      }
    }
    return this;
  }

  /** Names, sizes, times and rights of what is in a folder; no content. */
  public Bundle listing(String name, Path folder) {
    StringBuilder text = new StringBuilder(folder + "\n");
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.walk(folder, 4)) {
        for (Path file : files.sorted().limit(FILES).toList()) {
          BasicFileAttributes about = Files.readAttributes(file, BasicFileAttributes.class);
          String rights =
              Disk.posix(file.getFileSystem())
                  ? java.nio.file.attribute.PosixFilePermissions.toString(
                          Files.getPosixFilePermissions(file))
                      + " "
                      + Files.getOwner(file)
                  : "";
          text.append(
              "%s %10d %s %s%n"
                  .formatted(
                      rights, about.size(), about.lastModifiedTime(), folder.relativize(file)));
        }
      } catch (IOException e) {
        text.append("(cannot be read: ").append(e.getClass().getSimpleName()).append(")\n");
      }
    } else {
      text.append("(not there)\n");
    }
    return text(name, text.toString());
  }

  /** The last lines of a log file. */
  public Bundle log(String name, Path file) {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, log.length() - LONGEST);
      log.seek(from);
      byte[] bytes = new byte[(int) (log.length() - from)];
      log.readFully(bytes);
      return text(name, last(new String(bytes, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      return text(name, "(" + file + " cannot be read)\n");
    }
  }

  /** The same of systemd's journal; says so where there is none. */
  public Bundle journal(String name, String unit) {
    try {
      Process journal =
          new ProcessBuilder(
                  "journalctl",
                  "--no-pager",
                  "--output=short-iso",
                  "--lines=" + LINES,
                  "--unit=" + unit)
              .redirectErrorStream(true)
              .start();
      journal.getOutputStream().close();
      String text =
          new String(journal.getInputStream().readNBytes(LONGEST), StandardCharsets.UTF_8);
      if (!journal.waitFor(10, TimeUnit.SECONDS)) {
        journal.destroyForcibly();
      }
      return text(name, last(text));
    } catch (IOException e) {
      return text(name, "(there is no journal here; --log FILE names a file)\n");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return this;
    }
  }

  private static String last(String text) {
    List<String> lines = text.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size())) + "\n";
  }

  /** Program, Java and system. */
  public Bundle versions(String program, String version) {
    StringBuilder text = new StringBuilder("drawbridge " + program + " " + version + "\n");
    for (String key :
        List.of(
            "java.runtime.version",
            "java.vendor",
            "os.name",
            "os.version",
            "os.arch",
            "user.name",
            "user.timezone",
            "file.encoding")) {
      text.append(key).append(": ").append(System.getProperty(key, "")).append('\n');
    }
    Runtime runtime = Runtime.getRuntime();
    text.append("processors: ").append(runtime.availableProcessors()).append('\n');
    text.append("largest heap: ").append(runtime.maxMemory() >> 20).append(" MB\n");
    return text("versions.txt", text.toString());
  }

  /**
   * For its owner alone to read.
   *
   * @throws java.nio.file.FileAlreadyExistsException where the file was there
   */
  public void write(Path zip) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
        out.closeEntry();
      }
    }
    Disk.create(zip, bytes.toByteArray(), Disk.Reader.OWNER);
  }
}
