package drawbridge.acceptance;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The source tree that this class was built in, and how to start what was built there. */
final class Repository {
  /** As the launcher: no warnings of the JDK about what libraries do, text as it was written. */
  private static final List<String> FLAGS =
      List.of(
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dstdout.encoding=UTF-8",
          "-Dstderr.encoding=UTF-8",
          "-XX:+ExitOnOutOfMemoryError");

  /**
   * Five programs that run for a minute would optimize themselves for most of it. One thread
   * collects, as in the packages.
   */
  static final List<String> QUICK =
      List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private Repository() {}

  /** The folder of the root pom. */
  static Path root() {
    try {
      Path built =
          Path.of(Repository.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (Path folder = built; folder != null; folder = folder.getParent()) {
        if (Files.exists(folder.resolve("acceptance/pom.xml"))) {
          return folder;
        }
      }
      throw new IllegalStateException("not in a source tree: " + built);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the packages tell the JVM. */
  static List<String> installed(String heap) throws IOException {
    List<String> flags = new ArrayList<>();
    for (String line : Files.readAllLines(root().resolve("installer/jvm.options"))) {
      if (!line.startsWith("#")) {
        flags.add(line);
      }
    }
    flags.add("-Xmx" + heap);
    return flags;
  }

  /**
   * The command that runs a main class of a module, with the class path that the module was built
   * with and no other: what a program needs must be in its own package.
   */
  static List<String> java(String module, String main, List<String> arguments) throws IOException {
    return java(module, main, QUICK, arguments);
  }

  /** The jar of the module, and the libraries that it was built with. */
  static String classPath(String module) throws IOException {
    Path target = root().resolve(module).resolve("target");
    Path libraries = target.resolve("dependencies.classpath");
    if (!Files.exists(libraries)) {
      throw new IOException(libraries + " is missing. Fix: build with ./drawbridge or mvn package");
    }
    return own(target) + File.pathSeparator + Files.readString(libraries).strip();
  }

  /** A module that is being tested has no jar of these classes yet. */
  private static Path own(Path target) throws IOException {
    if (!target.startsWith(root().resolve("acceptance"))) {
      try (var jars = Files.newDirectoryStream(target, "*.jar")) {
        for (Path jar : jars) {
          return jar;
        }
      }
    }
    return target.resolve("classes");
  }

  static List<String> java(String module, String main, List<String> jvm, List<String> arguments)
      throws IOException {
    boolean quick = jvm.equals(QUICK);
    String classPath = quick ? ClassCaches.classPath(module) : classPath(module);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.addAll(jvm);
    if (quick) {
      command.addAll(ClassCaches.flags(module, classPath));
    }
    command.add("-cp");
    command.add(classPath);
    command.add(main);
    command.addAll(arguments);
    return command;
  }
}
