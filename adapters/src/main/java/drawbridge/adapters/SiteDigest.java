package drawbridge.adapters;

import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One number for everything in a site folder: SHA-256 over its files in the order of their relative
 * paths (with {@code /}, by UTF-16 code unit), each as path, a zero byte, its length in decimal
 * digits, a zero byte, its bytes. Whatever begins with a dot is left out, so a git checkout has the
 * digest of its files alone.
 */
public final class SiteDigest {
  private static final int MOST_FILES = 10_000;
  private static final long MOST_BYTES = 64L << 20;
  private static final int DEEPEST = 32;

  /**
   * A folder at one moment. Two are equal where nothing was written between them, not even back and
   * forth, as far as the file system's clock tells: so what was read between them belongs together.
   *
   * @param stamps of every file, in the order of their paths: which file it is, and when it changed
   */
  public record Moment(String digest, List<Object> stamps) {
    /**
     * The folder as it is now.
     *
     * @throws SettingsException a file cannot be read, or there are too many
     */
    public static Moment of(Path folder) {
      return new Moment(SiteDigest.of(folder), SiteDigest.stamps(folder));
    }
  }

  private SiteDigest() {}

  /**
   * The digest of the folder's files as they are now, in lower-case hex.
   *
   * @throws SettingsException one cannot be read, or there are too many
   */
  public static String of(Path folder) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      long bytes = 0;
      for (Map.Entry<String, Path> file : files(folder).entrySet()) {
        bytes += Files.size(file.getValue());
        if (bytes > MOST_BYTES) {
          throw wrong(
              folder, "holds more than 64 MB", "name the folder with the site's files only");
        }
        byte[] content = Files.readAllBytes(file.getValue());
        sha.update((file.getKey() + "\0" + content.length + "\0").getBytes(StandardCharsets.UTF_8));
        sha.update(content);
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (IOException e) {
      throw wrong(
          folder,
          "a file cannot be read (" + e + ")",
          "check that this program's user may read every file in it");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /**
   * The first 8 bytes of each file's own SHA-256, in lower-case hex, by relative path: enough to
   * tell which files differ where two digests do.
   */
  public static Map<String, String> each(Path folder) {
    Map<String, String> all = new TreeMap<>();
    try {
      for (Map.Entry<String, Path> file : files(folder).entrySet()) {
        byte[] hash =
            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file.getValue()));
        all.put(file.getKey(), HexFormat.of().formatHex(hash, 0, 8));
      }
      return all;
    } catch (IOException e) {
      throw wrong(folder, "a file cannot be read", "check that it is not being written");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static List<Object> stamps(Path folder) {
    try {
      List<Object> stamps = new ArrayList<>();
      for (Path file : files(folder).values()) {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        stamps.add(String.valueOf(attributes.fileKey()));
        stamps.add(attributes.lastModifiedTime());
        if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
          stamps.add(Files.getAttribute(file, "unix:ctime")); // nobody can set it
        }
      }
      return stamps;
    } catch (IOException e) {
      throw wrong(folder, "a file cannot be read", "check that it is not being written");
    }
  }

  private static Map<String, Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw wrong(folder, "no such folder", "create it, with sources.yaml and apis/ in it");
    }
    Map<String, Path> files = new TreeMap<>();
    // A link to a folder counts as that folder: clusters mount folders so. One in a circle is
    // refused.
    Files.walkFileTree(
        folder,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        DEEPEST,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return !dir.equals(folder) && hidden(dir)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            // A link to a file counts as that file: secret stores mount files so.
            if (!hidden(file) && Files.isRegularFile(file)) {
              files.put(folder.relativize(file).toString().replace('\\', '/'), file);
            }
            if (files.size() > MOST_FILES) {
              throw wrong(
                  folder,
                  "holds more than 10,000 files",
                  "name the folder with the site's files only");
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  private static boolean hidden(Path path) {
    return String.valueOf(path.getFileName()).startsWith(".");
  }

  /** That the digest is never the same before and after a reading of the folder. */
  public static SettingsException changing(Path folder) {
    return wrong(folder, "keeps changing while it is read", "finish the copy, then try again");
  }

  private static SettingsException wrong(Path folder, String problem, String fix) {
    return new SettingsException(folder, 0, "", problem, fix);
  }
}
