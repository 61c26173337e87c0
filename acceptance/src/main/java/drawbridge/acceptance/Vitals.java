package drawbridge.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a running program takes of the machine, as its JVM and the kernel say it; what the kernel
 * says is 0 where it is no Linux.
 */
public final class Vitals {
  private static final Pattern USED = Pattern.compile("(?:heap|DefNew|Tenured) .* used (\\d+)K");

  private Vitals() {}

  /** Bytes of live objects: what is left after a collection that it is asked for. */
  public static long heap(long pid) throws IOException, InterruptedException {
    jcmd(pid, "GC.run");
    String heap = jcmd(pid, "GC.heap_info");
    long kilobytes =
        USED.matcher(heap).results().mapToLong(found -> Long.parseLong(found.group(1))).sum();
    if (kilobytes == 0) {
      throw new IOException("unknown to this bench: " + heap);
    }
    return kilobytes * 1_024;
  }

  /** Bytes of memory, its own and of files. */
  public static long resident(long pid) throws IOException {
    return status(pid, "VmRSS:") * 1_024;
  }

  /** Of the kernel, so virtual ones do not count. */
  public static long threads(long pid) throws IOException {
    return status(pid, "Threads:");
  }

  /** Open ones, sockets too. */
  public static long files(long pid) throws IOException {
    Path folder = Path.of("/proc", Long.toString(pid), "fd");
    if (!Files.exists(folder)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    }
  }

  private static long status(long pid, String key) throws IOException {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    String tool = System.getProperty("java.home") + "/bin/jcmd";
    Process process =
        new ProcessBuilder(tool, Long.toString(pid), command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("jcmd: " + said);
    }
    return said;
  }
}
