package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.Stack;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a stack has used by one moment; the difference of two is what the time between them cost.
 *
 * @param messages that the namespace took, of all kinds and in all queues
 * @param units of the service's bill: each message in begun pieces of 64 KB
 * @param processor time by program, {@code load} being this process
 */
record Gauges(long messages, long units, Map<String, Duration> processor) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static final Gauges NONE = new Gauges(0, 0, Map.of());

  static Gauges of(Stack stack) throws IOException {
    URI control = URI.create("http://localhost:" + stack.controlPort() + "/stats");
    long messages = 0;
    long units = 0;
    try (InputStream answer = control.toURL().openStream()) {
      for (JsonNode queue : JSON.readTree(answer).path("queues")) {
        messages += queue.path("messagesIn").asLong();
        units += queue.path("unitsIn").asLong();
      }
    }
    Map<String, Duration> processor = new LinkedHashMap<>();
    stack
        .pids()
        .forEach((name, pid) -> ProcessHandle.of(pid).ifPresent(p -> processor.put(name, of(p))));
    processor.put("load", used(ProcessHandle.current()));
    return new Gauges(messages, units, processor);
  }

  /** A database has a process for each connection. */
  private static Duration of(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants())
        .map(Gauges::used)
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static Duration used(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Microseconds of each program since then, by so many requests. */
  Map<String, Long> since(Gauges before, long requests) {
    Map<String, Long> each = new LinkedHashMap<>();
    processor.forEach(
        (name, now) -> {
          Duration then = before.processor.getOrDefault(name, Duration.ZERO);
          each.put(name, now.minus(then).toNanos() / 1_000 / Math.max(1, requests));
        });
    return each;
  }
}
