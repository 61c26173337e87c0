package drawbridge.adapters;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the members of a JSON object as arguments, token by token and within bounds. */
final class JsonBody {
  private static final int LONGEST = 1 << 20;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(50)
                  .maxNumberLength(200)
                  .maxNameLength(1_000)
                  .maxStringLength(LONGEST)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private JsonBody() {}

  static void read(List<Parameter> parameters, byte[] body, Map<String, Object> values)
      throws FaultException {
    if (body.length > LONGEST) {
      throw body("is longer than 1 MB");
    }
    try (JsonParser json = FACTORY.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw body("must be a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        Parameter parameter = Arguments.find(parameters, name, Parameter.In.BODY);
        if (parameter == null) {
          throw Fault.argument(Arguments.shortened(name), "this operation has no such parameter")
              .thrown();
        }
        if (json.nextToken() == JsonToken.VALUE_NULL) {
          checkNull(parameter);
          values.put(name, null);
        } else if (parameter.schema().array() || parameter.type() == Type.OBJECT) {
          Arguments.put(values, parameter, tree(parameter, json));
        } else {
          Arguments.put(values, parameter, value(parameter, json));
        }
      }
      if (json.nextToken() != null) {
        throw body("must be one JSON object and nothing after it");
      }
    } catch (StreamConstraintsException e) {
      throw body("is nested too deeply or has a value that is too long");
    } catch (IOException e) {
      throw body("is not valid JSON");
    }
  }

  /** With a default, null could mean two things; so it is refused rather than guessed. */
  private static void checkNull(Parameter parameter) throws FaultException {
    if (!parameter.schema().nullable()) {
      throw Values.wrong(parameter, "must not be null");
    }
  }

  private static Object value(Parameter parameter, JsonParser json)
      throws FaultException, IOException {
    JsonToken token = json.currentToken();
    boolean fits =
        switch (parameter.type()) {
          case BOOLEAN -> token.isBoolean();
          // Wide numbers leave as strings, so they may come back as strings.
          case INTEGER, LONG, DECIMAL, DOUBLE ->
              token.isNumeric() || token == JsonToken.VALUE_STRING;
          case STRING, DATE, TIME, TIMESTAMP, UUID, BYTES -> token == JsonToken.VALUE_STRING;
          case OBJECT -> false;
        };
    if (!fits) {
      throw Values.wrong(
          parameter,
          switch (parameter.type()) {
            case BOOLEAN -> "must be true or false";
            case INTEGER, LONG, DECIMAL, DOUBLE -> "must be a number";
            case STRING, DATE, TIME, TIMESTAMP, UUID, BYTES -> "must be a string";
            case OBJECT -> "must be an object";
          });
    }
    return Values.parse(parameter, json.getText());
  }

  /** What is nested is the adapter's to check: it alone knows what its members mean. */
  private static Object tree(Parameter parameter, JsonParser json)
      throws FaultException, IOException {
    JsonToken wanted = parameter.schema().array() ? JsonToken.START_ARRAY : JsonToken.START_OBJECT;
    if (json.currentToken() != wanted) {
      throw Values.wrong(
          parameter, parameter.schema().array() ? "must be a list" : "must be an object");
    }
    return Objects.requireNonNull(node(json));
  }

  private static @Nullable Object node(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          json.nextToken();
          members.put(name, node(json));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          items.add(node(json));
        }
        yield items;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDecimalValue();
      case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
      case VALUE_NULL -> null;
      default -> json.getText();
    };
  }

  private static FaultException body(String problem) {
    return Fault.argument("", "the body " + problem).thrown();
  }
}
