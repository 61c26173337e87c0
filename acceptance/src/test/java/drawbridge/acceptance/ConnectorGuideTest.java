package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/connectors.md gives to be pasted elsewhere fits the bridge and its other files. */
final class ConnectorGuideTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ELSEWHERE = "https://api.contoso.com/legacy";

  private static String block(String language) throws Exception {
    Matcher found =
        Pattern.compile("(?ms)^ *```" + language + "\\n(.*?)^ *```")
            .matcher(Files.readString(Repository.root().resolve("docs/connectors.md")));
    assertTrue(found.find(), language);
    return found.group(1);
  }

  /**
   * The same requests as its HTTP actions make, in their order, each with what the one before got.
   */
  @Test
  void theWorkflowAsksForWhatTheGatewayServes() throws Exception {
    JsonNode definition = JSON.readTree(block("json")).path("definition");
    assertTrue(definition.path("$schema").asText().contains("2016-06-01/workflowdefinition.json"));
    JsonNode actions = definition.path("actions");
    JsonNode read = actions.path("orders_of_customer_7");
    JsonNode each = actions.path("each_order");
    assertEquals("@body('orders_of_customer_7')?['value']", each.path("foreach").asText());
    assertTrue(each.path("runAfter").has("orders_of_customer_7"));
    JsonNode write = each.path("actions").path("note_that_it_was_seen");
    for (JsonNode action : List.of(read, write)) {
      for (String secret : List.of("pfx", "password")) {
        String name =
            action.at("/inputs/authentication/" + secret).asText().replaceAll(".*'(.*)'.*", "$1");
        assertEquals(
            "secureString", definition.path("parameters").path(name).path("type").asText());
      }
    }
    try (Stack stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
        Connector connector = Connector.of(stack)) {
      JsonNode orders = asked(connector, read.path("inputs"), "").path("value");
      assertFalse(orders.isEmpty(), orders::toString);
      String item = orders.path(0).path("id").asText();
      asked(connector, write.path("inputs"), item);
    }
  }

  private static JsonNode asked(Connector connector, JsonNode inputs, String item)
      throws Exception {
    String uri = inputs.path("uri").asText().replace("@{items('each_order')?['id']}", item);
    assertTrue(uri.startsWith(ELSEWHERE + "/"), uri);
    List<String> queries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> query : inputs.path("queries").properties()) {
      queries.add(query.getKey() + "=" + query.getValue().asText());
    }
    String path = uri.substring(ELSEWHERE.length());
    if (!queries.isEmpty()) {
      path += "?" + String.join("&", queries);
    }
    assertEquals(path, URI.create(path).toString());
    List<String> headers = new ArrayList<>();
    for (Map.Entry<String, JsonNode> header : inputs.path("headers").properties()) {
      headers.addAll(List.of(header.getKey(), header.getValue().asText()));
    }
    var answer =
        connector.send(
            inputs.path("method").asText(),
            path,
            inputs.has("body") ? inputs.path("body").toString() : "",
            headers.toArray(String[]::new));
    String body = new String(answer.body(), StandardCharsets.UTF_8);
    assertEquals(2, answer.statusCode() / 100, () -> path(inputs) + " " + body);
    return JSON.readTree(body.isEmpty() ? "{}" : body);
  }

  private static String path(JsonNode inputs) {
    return inputs.path("uri").asText();
  }

  @Test
  void thePolicyOfApiManagementIsThatOfTheTemplates() throws Exception {
    String shown = block("xml").replaceAll("(?m)^\\s+", "").replace("\n", "");
    String template = Files.readString(Repository.root().resolve("installer/azure/main.bicep"));
    assertTrue(template.contains("'" + shown + "'"), shown);
  }
}
