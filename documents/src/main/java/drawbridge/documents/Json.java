package drawbridge.documents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that keeps the order of its members, so that one API gives the same bytes on every
 * machine. Used by one thread.
 */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final Map<String, Object> members = new LinkedHashMap<>();

  /** A member, unless it is null. Values: text, numbers, booleans, lists, and objects of these. */
  Json put(String name, @Nullable Object value) {
    if (value != null) {
      members.put(name, value);
    }
    return this;
  }

  /** A member if the condition holds. */
  Json put(boolean condition, String name, Object value) {
    return condition ? put(name, value) : this;
  }

  Json putAll(Json others) {
    members.putAll(others.members);
    return this;
  }

  /** The first element of the list of that name; null: there is none. */
  @Nullable Object first(String name) {
    return members.get(name) instanceof List<?> list && !list.isEmpty() ? list.getFirst() : null;
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  /** The object of that name, made where there is none. */
  Json child(String name) {
    return (Json) members.computeIfAbsent(name, n -> new Json());
  }

  /** With two spaces a level and a line end of one character on every system. */
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 << 10);
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.setPrettyPrinter(printer);
      write(json, this);
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    switch (value) {
      case Json object -> {
        json.writeStartObject();
        for (Map.Entry<String, Object> member : object.members.entrySet()) {
          json.writeFieldName(member.getKey());
          write(json, member.getValue());
        }
        json.writeEndObject();
      }
      case List<?> list -> {
        json.writeStartArray();
        for (Object element : list) {
          write(json, element);
        }
        json.writeEndArray();
      }
      case String text -> json.writeString(text);
      case Boolean flag -> json.writeBoolean(flag);
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case BigDecimal number -> json.writeNumber(number);
      default -> throw new IllegalArgumentException("not JSON: " + value.getClass());
    }
  }
}
