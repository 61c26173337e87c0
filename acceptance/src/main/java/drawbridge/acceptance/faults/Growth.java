package drawbridge.acceptance.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.Stack;
import drawbridge.acceptance.Vitals;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a bridge at rest holds, by name; after however many faults it may hold no more than before.
 */
record Growth(Map<String, Long> held) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** By how much each kind may differ from one quiet moment to another. */
  private static final Map<String, Long> MARGINS =
      Map.of("heap_mb", 16L, "threads", 12L, "files", 12L, "connections", 0L, "links", 0L);

  /** Of programs, in the namespace and in its queues; the scene is at rest. */
  static Growth of(Scene scene) throws IOException, InterruptedException {
    Map<String, Long> held = new LinkedHashMap<>();
    for (String program : List.of(Scene.GATEWAY, Scene.AGENT, Scene.OTHER_AGENT)) {
      long pid = scene.stack().pid(program);
      held.put(program + " heap_mb", scene.heapMegabytes(program));
      held.put(program + " threads", Vitals.threads(pid));
      held.put(program + " files", Vitals.files(pid));
    }
    JsonNode stats = stats(scene.stack());
    held.put("namespace connections", stats.path("connections").asLong());
    held.put("namespace links", stats.path("links").asLong());
    return new Growth(held);
  }

  /** Messages that wait, are held or were given up, in all queues. */
  static long queued(Stack stack) throws IOException {
    long messages = 0;
    for (JsonNode queue : stats(stack).path("queues")) {
      messages +=
          queue.path("depth").asLong()
              + queue.path("locked").asLong()
              + queue.path("deadLetters").asLong();
    }
    return messages;
  }

  /** What there is too much of, for people. */
  List<String> since(Growth before) {
    List<String> grown = new ArrayList<>();
    held.forEach(
        (what, now) -> {
          long then = Optional.ofNullable(before.held.get(what)).orElse(0L);
          if (now > then + MARGINS.getOrDefault(what.substring(what.indexOf(' ') + 1), 0L)) {
            grown.add(what + " grew from " + then + " to " + now);
          }
        });
    return grown;
  }

  private static JsonNode stats(Stack stack) throws IOException {
    URI control = URI.create("http://localhost:" + stack.controlPort() + "/stats");
    try (InputStream answer = control.toURL().openStream()) {
      return JSON.readTree(answer);
    }
  }
}
