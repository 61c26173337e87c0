package drawbridge.agent.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a browser sent: the fields of the query, and of a form's body. Bounded in bytes. */
record Form(Map<String, String> fields) {
  private static final int MOST_BYTES = 64 << 10;

  /** Said to whoever sent it. */
  static final class Wrong extends Exception {
    Wrong(String message) {
      super(message);
    }
  }

  static Form read(HttpExchange exchange) throws IOException, Wrong {
    Map<String, String> fields = new LinkedHashMap<>();
    String query = exchange.getRequestURI().getRawQuery();
    if (query != null) {
      decode(query, fields);
    }
    if (exchange.getRequestMethod().equals("POST")) {
      byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
      if (body.length > MOST_BYTES) {
        throw new Wrong("More than 64 KB.");
      }
      decode(new String(body, UTF_8), fields);
    }
    return new Form(fields);
  }

  static void decode(String text, Map<String, String> fields) throws Wrong {
    try {
      for (String pair : text.split("&", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          fields.put(
              URLDecoder.decode(pair.substring(0, equals), UTF_8),
              URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new Wrong("Not a form.");
    }
  }

  /** Empty where it was not given. */
  String get(String name) {
    return fields.getOrDefault(name, "");
  }
}
