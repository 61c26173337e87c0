package drawbridge.acceptance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One of our programs as a process of its own, with a log file and a ready file. Thread-safe.
 * Whoever started it stops it; stopping twice is harmless.
 */
public final class RunningProgram {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A laptop that starts five JVMs at once is slow; longer than this is not slow but broken. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Past this a program that drains is ended hard. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final Path log;
  private final Path ready;
  private final Guard guard;
  private volatile boolean told;

  private RunningProgram(String name, Process process, Path log, Path ready, Guard guard) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.ready = ready;
    this.guard = guard;
  }

  /** Starts {@code main --config NAME.yaml --ready-file …}; its output goes to {@code NAME.log}. */
  static RunningProgram start(String name, String module, String main, Layout layout, Guard guard)
      throws IOException {
    List<String> command = Repository.java(module, main, layout.plan().jvm(), List.of());
    return start(name, command, Map.of(), layout, guard);
  }

  /**
   * The same of a command that takes these options, such as an installed program's; it may name its
   * settings itself.
   */
  static RunningProgram start(
      String name,
      List<String> command,
      Map<String, String> environment,
      Layout layout,
      Guard guard)
      throws IOException {
    Path log = layout.logs().resolve(name + ".log");
    Path ready = layout.ready().resolve(name + ".json");
    Files.deleteIfExists(ready);
    List<String> words = new ArrayList<>(command);
    if (!words.contains("--config")) {
      words.addAll(List.of("--config", layout.configuration(name).toString()));
    }
    words.addAll(List.of("--ready-file", ready.toString()));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    Process process =
        builder
            .directory(layout.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log.toFile()))
            .start();
    guard.started(process.pid());
    var _ = process.onExit().thenAccept(ended -> guard.ended(ended.pid()));
    process.getOutputStream().close(); // no program of ours reads its input
    return new RunningProgram(name, process, log, ready, guard);
  }

  /** What the program wrote when it was ready to work. */
  public JsonNode awaitReady() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      if (Files.exists(ready)) {
        try {
          JsonNode said = JSON.readTree(ready.toFile());
          if (said.isObject()) {
            return said;
          }
        } catch (JsonProcessingException e) {
          // half written; it will be whole at the next look
        }
      }
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new IOException(
            name
                + " ended with exit code "
                + process.exitValue()
                + " before it was ready\n"
                + tail());
      }
    }
    throw new IOException(name + " was not ready after " + PATIENCE.toSeconds() + " s\n" + tail());
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  /** Somebody has ended it, so that its end is no news. */
  boolean told() {
    return told;
  }

  /** When it ends. */
  public CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  /** Asks it to end, as a service manager does, and ends it hard after the grace period. */
  public void stop() {
    told = true;
    List<ProcessHandle> tree = new ArrayList<>(process.descendants().toList());
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    tree.forEach(ProcessHandle::destroyForcibly);
    guard.ended(process.pid());
  }

  /**
   * As {@link #stop}, but for a program that has much to do at its end.
   *
   * @throws IOException where it takes longer than that
   */
  void end(long patience, TimeUnit unit) throws IOException, InterruptedException {
    told = true;
    process.destroy();
    if (!process.waitFor(patience, unit)) {
      throw new IOException(name + " did not end\n" + tail());
    }
    guard.ended(process.pid());
  }

  /** As the kernel does to a program that takes too much memory. */
  void kill() throws InterruptedException {
    told = true;
    process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
  }

  /** The end of its log, for the message of a failure. */
  public String tail() throws IOException {
    if (!Files.exists(log)) {
      return "(it wrote no log)";
    }
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
    return "The end of "
        + log
        + ":\n  "
        + String.join("\n  ", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
  }
}
