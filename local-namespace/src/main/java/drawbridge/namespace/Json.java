package drawbridge.namespace;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.lang.reflect.RecordComponent;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.Map;

/** JSON for the control port and the ready file: records become objects. */
final class Json {
  private Json() {}

  static String write(Object value) {
    return JSONObjectUtils.toJSONString(object(value));
  }

  private static Map<String, Object> object(Object value) {
    Map<String, Object> result = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, item) -> result.put(String.valueOf(key), plain(item)));
      return result;
    }
    try {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        result.put(component.getName(), plain(component.getAccessor().invoke(value)));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return result;
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Map<?, ?> map -> object(map);
      case Record record -> object(record);
      case java.time.Duration time -> time.toMillis() + "ms";
      default -> value;
    };
  }

  /** A flat object as words, as a query has them. */
  static Map<String, String> words(String text) {
    try {
      Map<String, String> words = new LinkedHashMap<>();
      JSONObjectUtils.parse(text).forEach((key, item) -> words.put(key, String.valueOf(item)));
      return words;
    } catch (ParseException e) {
      throw new IllegalArgumentException("the body is no JSON object", e);
    }
  }
}
