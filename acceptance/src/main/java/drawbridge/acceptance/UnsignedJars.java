package drawbridge.acceptance;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies of signed jars without their signatures, as the packages have them: the JVM caches no
 * class of a signed jar, nor one that inherits from such a class, and checks each when it is
 * loaded.
 */
record UnsignedJars(Path folder) {
  private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");

  /** Makes the copies that a class path needs and that are missing. */
  void make(String classPath) throws IOException {
    for (String jar : entries(classPath)) {
      Path copy = copy(jar);
      if (jar.endsWith(".jar") && !Files.exists(copy)) {
        make(Path.of(jar), copy);
      }
    }
  }

  /** The class path with the copies that there are in place of what they are of. */
  String in(String classPath) {
    return entries(classPath).stream()
        .map(jar -> Files.exists(copy(jar)) ? copy(jar).toString() : jar)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> entries(String classPath) {
    return Arrays.asList(classPath.split(File.pathSeparator, -1));
  }

  private Path copy(String jar) {
    return folder.resolve(Path.of(jar).getFileName());
  }

  private static void make(Path jar, Path copy) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile())) {
      if (from.stream().noneMatch(entry -> SIGNATURE.matcher(entry.getName()).matches())) {
        return;
      }
      Path half = copy.resolveSibling(copy.getFileName() + ".new");
      try (ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(half))) {
        for (ZipEntry entry : from.stream().toList()) {
          if (!SIGNATURE.matcher(entry.getName()).matches()) {
            to.putNextEntry(new ZipEntry(entry.getName()));
            try (InputStream content = from.getInputStream(entry)) {
              write(entry.getName(), content, to);
            }
          }
        }
      }
      Files.move(half, copy, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static void write(String name, InputStream content, OutputStream to) throws IOException {
    if (!name.equals(JarFile.MANIFEST_NAME)) {
      content.transferTo(to);
      return;
    }
    Manifest manifest = new Manifest(content);
    manifest.getEntries().clear(); // a checksum each
    manifest.write(to);
  }
}
