package drawbridge.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A record's fields as texts, by path: members of {@code proven} and {@code claimed} by their own
 * names, an argument as {@code arguments.NAME.hash}, a row's key as {@code keys.COLUMN.hash}. An
 * array gives its path several times. For one thread, which keeps one and fills it again and again.
 */
final class Fields {
  private final Map<String, List<String>> values = new LinkedHashMap<>();

  /** Takes the place of what was there. */
  void read(byte[] line, int offset, int length) throws IOException {
    values.clear();
    try (JsonParser json = Lines.JSON.createParser(line, offset, length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a record");
      }
      object(json, "");
      if (json.nextToken() != null) {
        throw new IOException("more than a record");
      }
    }
  }

  private void object(JsonParser json, String path) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      boolean heap = path.isEmpty() && (name.equals("proven") || name.equals("claimed"));
      value(json, heap ? "" : path.isEmpty() ? name : path + "." + name);
    }
    if (json.currentToken() != JsonToken.END_OBJECT) {
      throw new IOException("not a whole record");
    }
  }

  private void value(JsonParser json, String path) throws IOException {
    JsonToken token = json.currentToken();
    if (token == JsonToken.START_OBJECT) {
      object(json, path);
    } else if (token == JsonToken.START_ARRAY) {
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() == null) {
          throw new IOException("not a whole record");
        }
        value(json, path);
      }
    } else {
      values.computeIfAbsent(path, key -> new ArrayList<>(1)).add(json.getText());
    }
  }

  /** The first value; empty: there is none. */
  String get(String path) {
    List<String> all = values.get(path);
    return all == null ? "" : all.getFirst();
  }

  List<String> all(String path) {
    return values.getOrDefault(path, List.of());
  }

  Map<String, List<String>> all() {
    return values;
  }

  long number(String path) {
    try {
      return Long.parseLong(get(path));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
