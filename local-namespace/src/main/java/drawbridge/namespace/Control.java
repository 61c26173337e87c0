package drawbridge.namespace;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The control port: HTTP on loopback, the methods of {@link LocalNamespace} as requests. Parameters
 * stand in the query, or in the body as a flat JSON object; answers are JSON.
 * docs/local-namespace.md lists the requests.
 */
final class Control implements AutoCloseable {
  private static final int LONGEST_BODY = 64 << 10;
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)?");
  private static final Set<String> FAULTS = Set.of("lose", "repeat", "reorder", "corrupt", "seed");

  private final LocalNamespace namespace;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Control(LocalNamespace namespace, int port) throws IOException {
    this.namespace = namespace;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      int status;
      Object answer;
      try {
        answer = answer(exchange);
        status = answer == null ? 404 : 200;
      } catch (IllegalArgumentException e) {
        answer = Map.of("error", String.valueOf(e.getMessage()));
        status = 400;
      }
      if (answer == null) {
        answer = Map.of("error", "no such request: docs/local-namespace.md lists them");
      }
      byte[] body = (Json.write(answer) + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Null: no such request. */
  private @Nullable Object answer(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    Words words = new Words(parameters(exchange));
    Object answer =
        switch (request) {
          case "GET /stats" -> namespace.stats();
          case "GET /behaviour" -> namespace.behaviour();
          case "POST /behaviour" -> change(words);
          case "POST /normal" -> {
            namespace.behaviour(Behaviour.NORMAL);
            yield Behaviour.NORMAL;
          }
          case "POST /drop" -> Map.of("dropped", drop(words));
          case "POST /silence" -> {
            namespace.silence(words.duration("ms"));
            yield Map.of();
          }
          case "POST /down" -> {
            namespace.down(words.duration("ms"));
            yield Map.of();
          }
          case "POST /deny" -> {
            namespace.deny(words.text("key"));
            yield Map.of();
          }
          case "POST /allow" -> {
            namespace.allow(words.text("key"));
            yield Map.of();
          }
          case "POST /take" -> {
            namespace.take(words.text("key"), words.right("right"), words.text("queue"));
            yield Map.of();
          }
          case "POST /give" -> {
            namespace.give(words.text("key"), words.right("right"), words.text("queue"));
            yield Map.of();
          }
          case "POST /delete" -> {
            namespace.delete(words.text("queue"));
            yield Map.of();
          }
          case "POST /create" -> {
            namespace.create(words.text("queue"));
            yield Map.of();
          }
          case "POST /clock" -> {
            namespace.clock(
                words.has("behind") ? words.duration("behind").negated() : words.duration("ahead"));
            yield Map.of();
          }
          default -> null;
        };
    if (answer != null) {
      words.done();
    }
    return answer;
  }

  private int drop(Words words) {
    if (words.has("queue")) {
      return namespace.dropQueue(words.text("queue"));
    }
    if (words.has("key")) {
      return namespace.dropKey(words.text("key"));
    }
    if (words.has("all")) {
      return namespace.dropAll();
    }
    throw new IllegalArgumentException("drop what? queue=NAME, key=NAME or all");
  }

  /** What is named changes, the rest stays as it is. */
  private Behaviour change(Words words) {
    Behaviour behaviour = namespace.behaviour();
    if (words.has("delay")) {
      behaviour = behaviour.delay(words.duration("delay"));
    }
    if (words.has("operations-per-second")) {
      behaviour = behaviour.operationsPerSecond(words.number("operations-per-second").intValue());
    }
    if (words.has("queue")) {
      String queue = words.text("queue");
      behaviour = behaviour.faults(queue, faults(behaviour.faultsOf(queue), words));
    } else {
      behaviour = behaviour.faults(faults(behaviour.faults(), words));
    }
    words.done();
    namespace.behaviour(behaviour);
    return behaviour;
  }

  private static Faults faults(Faults faults, Words words) {
    Faults changed = faults;
    for (String name : FAULTS) {
      if (words.has(name)) {
        Double value = words.number(name);
        changed =
            switch (name) {
              case "lose" -> changed.lose(value);
              case "repeat" -> changed.repeat(value);
              case "reorder" -> changed.reorder(value);
              case "corrupt" -> changed.corrupt(value);
              default -> changed.seed(value.longValue());
            };
      }
    }
    return changed;
  }

  private static Map<String, String> parameters(HttpExchange exchange) throws IOException {
    Map<String, String> parameters = new LinkedHashMap<>();
    String query = exchange.getRequestURI().getRawQuery();
    if (query != null && !query.isEmpty()) {
      for (String part : query.split("&", -1)) {
        int equals = part.indexOf('=');
        String name = equals < 0 ? part : part.substring(0, equals);
        String value = equals < 0 ? "" : part.substring(equals + 1);
        parameters.put(decoded(name), decoded(value));
      }
    }
    try (InputStream in = exchange.getRequestBody()) {
      String body = new String(in.readNBytes(LONGEST_BODY), StandardCharsets.UTF_8);
      if (!body.isBlank()) {
        parameters.putAll(Json.words(body));
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** The parameters of one request, read name by name; unknown ones are refused. */
  private static final class Words {
    private final Map<String, String> values;
    private final Map<String, String> unread;

    Words(Map<String, String> values) {
      this.values = values;
      this.unread = new LinkedHashMap<>(values);
    }

    boolean has(String name) {
      return values.containsKey(name);
    }

    String text(String name) {
      String value = values.get(name);
      if (value == null) {
        throw new IllegalArgumentException(name + " is missing");
      }
      unread.remove(name);
      return value;
    }

    Double number(String name) {
      try {
        return Double.valueOf(text(name));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(name + " is no number", e);
      }
    }

    Right right(String name) {
      String text = text(name);
      for (Right right : Right.values()) {
        if (right.name().equalsIgnoreCase(text)) {
          return right;
        }
      }
      throw new IllegalArgumentException(name + " is none of send, listen, manage");
    }

    /** {@code 250}, {@code 250ms}, {@code 2s} or {@code 1m}. */
    Duration duration(String name) {
      Matcher m = DURATION.matcher(text(name));
      if (!m.matches()) {
        throw new IllegalArgumentException(name + " is no time such as 250ms or 2s");
      }
      long n = Long.parseLong(m.group(1));
      String unit = m.group(2) == null ? "ms" : m.group(2);
      return switch (unit) {
        case "s" -> Duration.ofSeconds(n);
        case "m" -> Duration.ofMinutes(n);
        default -> Duration.ofMillis(n);
      };
    }

    void done() {
      unread.remove("all");
      if (!unread.isEmpty()) {
        throw new IllegalArgumentException("not known here: " + unread.keySet());
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
