package drawbridge.agent.console;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

/**
 * A {@link Status} as JSON and back. A member that the reader does not know is passed over, and one
 * that is missing is null, zero, false or empty, so that two versions understand each other.
 */
final class StatusJson {
  private static final JsonSetter.Value EMPTY = JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addDeserializer(Instant.class, new Time()))
          .withConfigOverride(String.class, text -> text.setSetterInfo(EMPTY))
          .withConfigOverride(List.class, list -> list.setSetterInfo(EMPTY))
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private StatusJson() {}

  static String write(Status status) {
    try {
      return JSON.writeValueAsString(status) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of ours into memory", e);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException where it is something else
   */
  static Status read(String text) throws IOException {
    return JSON.readValue(text, Status.class);
  }

  private static final class Time extends FromStringDeserializer<Instant> {
    private static final long serialVersionUID = 1;

    Time() {
      super(Instant.class);
    }

    @Override
    protected Instant _deserialize(String value, DeserializationContext context)
        throws IOException {
      try {
        return Instant.parse(value);
      } catch (DateTimeParseException e) {
        throw context.weirdStringException(value, Instant.class, "not a time");
      }
    }
  }
}
