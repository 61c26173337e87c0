package drawbridge.documents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Column;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A published contract as a file: the API as the wire has it, as JSON, sorted, so that a review
 * sees what changed and nothing else. Fields are named as in the wire's file; what has its default
 * is left out.
 */
public final class Published {
  private static final int DEPTH = 100;

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH)
                  .maxDocumentLength(16L << 20)
                  .build())
          .build();

  private Published() {}

  /** The file's name in {@code published/}, such as {@code orders-v1.json}. */
  public static String file(String api, String version) {
    return api + "-" + version + ".json";
  }

  /** The file's bytes; the same for the same contract, whatever the order of things in the API. */
  public static byte[] write(Api api) {
    return json(sorted(api)).bytes();
  }

  /** Operations, parameters and columns by name: their order promises nothing. */
  private static Api sorted(Api api) {
    Api.Builder sorted = api.toBuilder().clearOperations();
    api.getOperationsList().stream()
        .sorted(Comparator.comparing(Operation::getName))
        .map(
            operation ->
                operation.toBuilder()
                    .clearSeconds() // the policy has a say in it
                    .clearParameters()
                    .addAllParameters(
                        operation.getParametersList().stream()
                            .sorted(Comparator.comparing(Parameter::getName))
                            .toList())
                    .clearColumns()
                    .addAllColumns(
                        operation.getColumnsList().stream()
                            .sorted(Comparator.comparing(Column::getName))
                            .toList())
                    .build())
        .forEach(sorted::addOperations);
    return sorted.build();
  }

  private static Json json(Message message) {
    Json json = new Json();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        List<Object> elements = new ArrayList<>();
        for (Object element : (List<?>) message.getField(field)) {
          elements.add(element instanceof Message inner ? json(inner) : element);
        }
        json.put(!elements.isEmpty(), field.getName(), elements);
      } else if (message.hasField(field)) {
        json.put(field.getName(), value(message.getField(field)));
      }
    }
    return json;
  }

  private static Object value(Object value) {
    return switch (value) {
      case Message inner -> json(inner);
      case EnumValueDescriptor one -> one.getName();
      default -> value;
    };
  }

  /**
   * Reads a file.
   *
   * @throws IOException it is not one, with a message for people
   */
  public static Api read(byte[] bytes) throws IOException {
    try (JsonParser json = FACTORY.createParser(bytes)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("it does not begin with an object");
      }
      Api.Builder api = Api.newBuilder();
      read(json, api);
      if (json.nextToken() != null) {
        throw new IOException("something follows its end");
      }
      return api.build();
    }
  }

  private static void read(JsonParser json, Message.Builder into) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      FieldDescriptor field = into.getDescriptorForType().findFieldByName(name);
      if (field == null) {
        throw new IOException(
            "line " + line(json) + ": “" + Wording.line(name, 80) + "” is unknown");
      }
      json.nextToken();
      if (!field.isRepeated()) {
        into.setField(field, value(json, into, field));
      } else if (json.currentToken() == JsonToken.START_ARRAY) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          into.addRepeatedField(field, value(json, into, field));
        }
      } else {
        throw wrong(json, field);
      }
    }
  }

  private static Object value(JsonParser json, Message.Builder in, FieldDescriptor field)
      throws IOException {
    JsonToken token = json.currentToken();
    switch (field.getJavaType()) {
      case MESSAGE -> {
        if (token == JsonToken.START_OBJECT) {
          Message.Builder inner = in.newBuilderForField(field);
          read(json, inner);
          return inner.build();
        }
      }
      case ENUM -> {
        EnumValueDescriptor one =
            token == JsonToken.VALUE_STRING
                ? field.getEnumType().findValueByName(json.getText())
                : null;
        if (one != null) {
          return one;
        }
      }
      case STRING -> {
        if (token == JsonToken.VALUE_STRING) {
          return json.getText();
        }
      }
      case BOOLEAN -> {
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
          return json.getBooleanValue();
        }
      }
      case INT -> {
        if (token == JsonToken.VALUE_NUMBER_INT
            && new BigDecimal(json.getText()).abs().compareTo(BigDecimal.valueOf(1 << 30)) < 0) {
          return json.getIntValue();
        }
      }
      case LONG, FLOAT, DOUBLE, BYTE_STRING -> {}
    }
    throw wrong(json, field);
  }

  private static IOException wrong(JsonParser json, FieldDescriptor field) {
    return new IOException("line " + line(json) + ": “" + field.getName() + "” has a wrong value");
  }

  private static int line(JsonParser json) {
    return json.currentTokenLocation().getLineNr();
  }
}
