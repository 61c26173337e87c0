package drawbridge.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of Bicep as our own file uses: parameters, outputs and resources with objects, arrays and
 * loops. What is computed stands in the tree as a text that begins with {@code =}.
 */
final class Bicep {
  private static final Pattern DECLARATION =
      Pattern.compile("(?m)^(param|output|resource|var) (\\w+) (.*)$");
  private static final JsonNodeFactory JSON = new ObjectMapper().getNodeFactory();

  /** A resource: {@code type@version}, whether it is made many times, and its body. */
  record Resource(String type, boolean loop, boolean condition, JsonNode body) {}

  private final String text;
  private final Map<String, String> parameters = new TreeMap<>();
  private final Map<String, String> outputs = new TreeMap<>();
  private final List<Resource> resources = new ArrayList<>();
  private int at;

  private Bicep(String text) {
    this.text = text.replaceAll("(?m)^\\s*//.*$", "");
  }

  static Bicep read(String text) {
    Bicep file = new Bicep(text);
    Matcher m = DECLARATION.matcher(file.text);
    while (m.find()) {
      String rest = m.group(3);
      switch (m.group(1)) {
        case "param" -> file.parameters.put(m.group(2), rest.split(" ", 2)[0]);
        case "output" -> file.outputs.put(m.group(2), rest.split(" ", 2)[0]);
        case "resource" -> file.resource(rest, m.start(3));
        default -> {}
      }
    }
    return file;
  }

  /** Names with their types. */
  Map<String, String> parameters() {
    return parameters;
  }

  Map<String, String> outputs() {
    return outputs;
  }

  List<Resource> resources() {
    return resources;
  }

  private void resource(String rest, int start) {
    String type = rest.substring(1, rest.indexOf('\'', 1));
    String head = rest.substring(rest.indexOf('=') + 1);
    boolean loop = head.strip().startsWith("[");
    at = start + rest.lastIndexOf('{');
    resources.add(new Resource(type, loop, head.contains("if ("), object()));
  }

  private JsonNode value() {
    blanks();
    char c = text.charAt(at);
    if (c == '{') {
      return object();
    }
    if (c == '[') {
      return text.startsWith("[for ", at) ? loop() : array();
    }
    int end = text.indexOf('\n', at);
    String line = text.substring(at, end).strip();
    at = end;
    if (line.matches("'[^']*'") && !line.contains("${")) {
      return JSON.textNode(line.substring(1, line.length() - 1));
    }
    if (line.matches("\\d+")) {
      return JSON.numberNode(Integer.parseInt(line));
    }
    if (line.equals("true") || line.equals("false")) {
      return JSON.booleanNode(line.equals("true"));
    }
    return JSON.textNode("=" + line);
  }

  /** Its one element stands for all. */
  private JsonNode loop() {
    at = text.indexOf('{', text.indexOf(':', at));
    ObjectNode node = JSON.objectNode();
    node.set("each", object());
    at = text.indexOf(']', at) + 1;
    return node;
  }

  private ArrayNode array() {
    ArrayNode node = JSON.arrayNode();
    at++;
    for (blanks(); text.charAt(at) != ']'; blanks()) {
      node.add(value());
    }
    at++;
    return node;
  }

  private ObjectNode object() {
    ObjectNode node = JSON.objectNode();
    at++;
    for (blanks(); text.charAt(at) != '}'; blanks()) {
      int colon = text.indexOf(':', at);
      String key = text.substring(at, colon).strip();
      if (key.startsWith("'")) {
        // a computed name
        colon = text.indexOf("':", at) + 1;
        key = "=";
      }
      at = colon + 1;
      node.set(key, value());
    }
    at++;
    return node;
  }

  private void blanks() {
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }
}
