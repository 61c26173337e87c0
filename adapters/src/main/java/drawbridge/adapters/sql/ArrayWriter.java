package drawbridge.adapters.sql;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes SQL's arrays as JSON's, where JSON has a form for each element; else as text. */
final class ArrayWriter {
  private ArrayWriter() {}

  static void write(ResultSet rows, int column, Sink json) throws SQLException, IOException {
    Array array = rows.getArray(column);
    if (array == null) {
      json.writeNull();
      return;
    }
    try {
      if (array.getArray() instanceof Object[] elements && simple(elements)) {
        json.nested(generator -> elements(elements, generator));
      } else {
        json.writeString(rows.getString(column));
      }
    } finally {
      array.free();
    }
  }

  /** JSON has a form for every element. Others have time zones and the like: they stay text. */
  private static boolean simple(Object[] elements) {
    for (Object element : elements) {
      boolean fits =
          switch (element) {
            case null -> true;
            case Object[] inner -> simple(inner);
            case String _, Boolean _, UUID _ -> true;
            case Number _ -> true;
            default -> false;
          };
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private static void elements(Object[] elements, JsonGenerator json) throws IOException {
    json.writeStartArray();
    for (@Nullable Object element : elements) {
      switch (element) {
        case null -> json.writeNull();
        case Object[] inner -> elements(inner, json);
        case Boolean value -> json.writeBoolean(value);
        case Byte value -> json.writeNumber(value);
        case Short value -> json.writeNumber(value);
        case Integer value -> json.writeNumber(value);
        case Float value -> json.writeNumber(value);
        case Double value -> json.writeNumber(value);
        case BigDecimal value -> json.writeString(value.toPlainString());
        // Wide numbers, text, UUIDs.
        default -> json.writeString(element.toString());
      }
    }
    json.writeEndArray();
  }
}
