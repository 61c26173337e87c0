package drawbridge.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** As much of JSON Schema as docs/audit.schema.json uses; an unknown keyword is an error. */
final class Schema {
  private Schema() {}

  static void check(JsonNode root, JsonNode schema, JsonNode value, String at, List<String> wrong) {
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      JsonNode rule = keyword.getValue();
      boolean good =
          switch (keyword.getKey()) {
            case "$schema",
                "$id",
                "$defs",
                "title",
                "format",
                "properties",
                "additionalProperties" ->
                true;
            case "$ref" -> {
              check(root, root.at(rule.asText().substring(1)), value, at, wrong);
              yield true;
            }
            case "type" -> type(rule, value);
            case "required" -> has(rule, value);
            case "enum" -> among(rule, value);
            case "const" -> rule.equals(value);
            case "minimum" -> value.asLong() >= rule.asLong();
            case "maximum" -> value.asLong() <= rule.asLong();
            case "maxProperties" -> value.size() <= rule.asInt();
            case "pattern" -> Pattern.compile(rule.asText()).matcher(value.asText()).find();
            case "items" -> {
              value.forEach(one -> check(root, rule, one, at + "[]", wrong));
              yield true;
            }
            default -> false;
          };
      if (!good) {
        wrong.add(at + " " + keyword.getKey() + " " + rule + ": " + value);
      }
    }
    if (value.isObject()) {
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        JsonNode known = schema.path("properties").path(member.getKey());
        JsonNode others = schema.path("additionalProperties");
        if (!known.isMissingNode()) {
          check(root, known, member.getValue(), at + "." + member.getKey(), wrong);
        } else if (others.isObject()) {
          check(root, others, member.getValue(), at + "." + member.getKey(), wrong);
        } else if (others.isBoolean() && !others.asBoolean()) {
          wrong.add(at + " has an unknown member " + member.getKey());
        }
      }
    }
  }

  private static boolean type(JsonNode rule, JsonNode value) {
    if (rule.isArray()) {
      for (JsonNode one : rule) {
        if (type(one, value)) {
          return true;
        }
      }
      return false;
    }
    return switch (rule.asText()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      default -> false;
    };
  }

  private static boolean has(JsonNode rule, JsonNode value) {
    for (JsonNode name : rule) {
      if (!value.has(name.asText())) {
        return false;
      }
    }
    return true;
  }

  private static boolean among(JsonNode rule, JsonNode value) {
    for (JsonNode one : rule) {
      if (one.equals(value)) {
        return true;
      }
    }
    return false;
  }
}
