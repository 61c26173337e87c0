package drawbridge.agent.console;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON and back, of texts, whole numbers, truth values, times and lists. A member that
 * the reader does not know is passed over, and one that is missing is null, zero, false or empty,
 * so that two versions understand each other.
 */
final class RecordJson {
  private static final JsonFactory JSON = new JsonFactory();

  private RecordJson() {}

  static String write(Record record) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
      value(json, record);
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("a record of ours into memory", e);
    }
    return text.append('\n').toString();
  }

  private static void value(JsonGenerator json, @Nullable Object value)
      throws IOException, ReflectiveOperationException {
    switch (value) {
      case null -> json.writeNull();
      case String text -> json.writeString(text);
      case Long number -> json.writeNumber(number);
      case Boolean truth -> json.writeBoolean(truth);
      case Instant time -> json.writeString(time.toString());
      case List<?> all -> {
        json.writeStartArray();
        for (Object one : all) {
          value(json, one);
        }
        json.writeEndArray();
      }
      case Record record -> {
        json.writeStartObject();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
          json.writeFieldName(component.getName());
          value(json, component.getAccessor().invoke(record));
        }
        json.writeEndObject();
      }
      default -> throw new IllegalArgumentException("not of JSON: " + value.getClass());
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException where it is something else
   */
  static <R extends Record> R read(Class<R> type, String text) throws IOException {
    try (JsonParser json = JSON.createParser(text)) {
      expect(json.nextToken() == JsonToken.START_OBJECT);
      return type.cast(record(json, type));
    } catch (ReflectiveOperationException | DateTimeParseException e) {
      throw new IOException("not a " + type.getSimpleName(), e);
    }
  }

  private static @Nullable Object read(JsonParser json, Type type)
      throws IOException, ReflectiveOperationException {
    JsonToken token = json.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return missing(type);
    }
    if (type == String.class) {
      return json.getText();
    }
    if (type == long.class) {
      return json.getLongValue();
    }
    if (type == boolean.class) {
      return json.getBooleanValue();
    }
    if (type == Instant.class) {
      return Instant.parse(json.getText());
    }
    if (type instanceof ParameterizedType list) {
      expect(token == JsonToken.START_ARRAY);
      List<@Nullable Object> all = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        all.add(read(json, list.getActualTypeArguments()[0]));
      }
      return all;
    }
    expect(token == JsonToken.START_OBJECT);
    return record(json, ((Class<?>) type).asSubclass(Record.class));
  }

  private static Record record(JsonParser json, Class<? extends Record> type)
      throws IOException, ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    Map<String, Integer> places = new HashMap<>();
    @Nullable Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      places.put(components[i].getName(), i);
      types[i] = components[i].getType();
      values[i] = missing(components[i].getGenericType());
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      Integer place = places.get(json.currentName());
      json.nextToken();
      if (place == null) {
        json.skipChildren();
      } else {
        values[place] = read(json, components[place].getGenericType());
      }
    }
    expect(json.currentToken() == JsonToken.END_OBJECT);
    return type.getDeclaredConstructor(types).newInstance(values);
  }

  private static @Nullable Object missing(Type type) {
    return type == long.class
        ? (Object) 0L
        : type == boolean.class
            ? (Object) false
            : type == String.class ? "" : type instanceof ParameterizedType ? List.of() : null;
  }

  private static void expect(boolean holds) throws IOException {
    if (!holds) {
      throw new IOException("not the JSON that was expected");
    }
  }
}
