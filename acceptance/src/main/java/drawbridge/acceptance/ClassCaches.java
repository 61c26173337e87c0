package drawbridge.acceptance;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * AOT caches of a stack's programs as they stand in {@code target/}, such as packages have:
 * programs that are started again and again need not read and check thousands of classes each time.
 * A stack uses those that there are.
 */
public final class ClassCaches {
  private static final List<String> MODULES = List.of("agent", "gateway", "local-namespace");
  private static volatile boolean recording;

  private ClassCaches() {}

  /**
   * Makes those that are missing, by one run of a stack: half a minute, once for each build. Others
   * who want the same wait.
   */
  public static void make() throws Exception {
    Path folder = folder();
    Files.createDirectories(folder);
    try (FileChannel lock =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = lock.lock()) {
      for (String module : MODULES) {
        new UnsignedJars(folder).make(Repository.classPath(module));
      }
      if (missing()) {
        try (var old = Files.newDirectoryStream(folder, "*.aot*")) {
          for (Path file : old) {
            Files.delete(file);
          }
        }
        record();
      }
      if (missing()) {
        throw new IOException("the programs have left no caches in " + folder);
      }
    }
  }

  private static void record() throws Exception {
    recording = true;
    try (Stack stack = Stack.start(StackPlan.small().withRows(1_000), line -> {})) {
      Training.call(stack);
      for (String name : List.of("agent-a", "gateway-1", "namespace")) {
        stack.running(name).end(Training.PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    } finally {
      recording = false;
    }
  }

  private static boolean missing() throws IOException {
    for (String module : MODULES) {
      if (!Files.exists(of(module, classPath(module)))) {
        return true;
      }
    }
    return false;
  }

  /** Of a module, so that most of it can be cached. */
  static String classPath(String module) throws IOException {
    return new UnsignedJars(folder()).in(Repository.classPath(module));
  }

  /** What a JVM is told that runs this module, with this class path. */
  static List<String> flags(String module, String classPath) throws IOException {
    if (!MODULES.contains(module)) {
      return List.of();
    }
    Path cache = of(module, classPath);
    if (Files.exists(cache)) {
      return List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=error");
    }
    if (!recording) {
      return List.of();
    }
    List<String> flags = new ArrayList<>(Training.RECORD);
    flags.addAll(List.of("-Xlog:disable", "-Xlog:aot=error", "-XX:AOTCacheOutput=" + cache));
    return flags;
  }

  /** A JVM leaves a cache that was made with other jars, and says so: each build has its own. */
  private static Path of(String module, String classPath) throws IOException {
    long mark = System.getProperty("java.vm.version").hashCode();
    for (String jar : classPath.split(File.pathSeparator, -1)) {
      Path file = Path.of(jar);
      mark = mark * 31 + jar.hashCode();
      mark = mark * 31 + Files.getLastModifiedTime(file).toMillis();
      mark = mark * 31 + Files.size(file);
    }
    return folder().resolve(module + "-" + Long.toHexString(mark) + ".aot");
  }

  private static Path folder() {
    return Repository.root().resolve("target/caches");
  }
}
