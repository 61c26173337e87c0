package drawbridge.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import drawbridge.relay.wire.Api;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The quick checks that need no Node: Power Platform's schemas, and answers against documents. */
final class OfflineValidatorsTest {
  private static final Path SCHEMAS = Path.of("src/test/resources/power-platform");
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(Dialects.getDraft4());

  static List<Api> apis() {
    return TestApis.all();
  }

  private static Schema schema(String name) throws IOException {
    JsonNode read =
        JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS, JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build()
            .readTree(Files.readString(SCHEMAS.resolve(name)));
    // Without their addresses, so that nothing is fetched.
    ((com.fasterxml.jackson.databind.node.ObjectNode) read).remove(List.of("id", "$schema"));
    return REGISTRY.getSchema(read.toString(), InputFormat.JSON);
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("apis")
  void connectorFilesFitTheSchemas(Api api) throws Exception {
    for (Publication publication : List.of(TestApis.BY_CERTIFICATE, TestApis.BY_TOKEN)) {
      Documents documents = Documents.of(api, publication);
      assertEquals(
          List.of(),
          schema("apiDefinition.swagger.schema.json")
              .validate(text(documents.swagger()), InputFormat.JSON));
      assertEquals(
          List.of(),
          schema("paconn-apiProperties.schema.json")
              .validate(text(documents.apiProperties()), InputFormat.JSON));
    }
  }

  @Test
  void theSchemaRefusesWhatItMust() throws Exception {
    String document = text(Documents.of(TestApis.stock(), TestApis.BY_CERTIFICATE).swagger());
    assertFalse(
        schema("apiDefinition.swagger.schema.json")
            .validate(document.replace("x-ms-summary", "x-ms-sumary"), InputFormat.JSON)
            .isEmpty());
  }

  @Test
  void answersFitBothDocuments() throws Exception {
    Documents documents = Documents.of(TestApis.orders(), TestApis.BY_CERTIFICATE);
    String answer =
        """
        {"value": [{"id": 1, "placed_on": "2026-01-31", "total": 12.50, "weight": null, "tags": ["a"],
          "extra": {"any": [1, "b"]}, "address": {"street": "Main", "ref": null}}],
         "nextLink": "https://api.contoso.com/legacy/orders/v1/customers/7/orders?next=abc"}
        """;
    String path = "/legacy/orders/v1/customers/7/orders";
    assertEquals(List.of(), judged(documents.openApi(), path, 200, answer));
    assertFalse(
        judged(documents.openApi(), path, 200, "{\"value\": [{\"id\": \"one\"}]}").isEmpty());
    assertFalse(judged(documents.openApi(), path, 200, "{}").isEmpty());
    String problem =
        """
        {"type": "urn:drawbridge:fault:invalid-argument", "title": "An argument is wrong", "status": 400, "detail": "since is no date.",
         "code": "invalid-argument", "reference": "0a", "parameter": "since", "error": {"code": "invalid-argument", "message": "since is no date."}}
        """;
    assertEquals(List.of(), judged(documents.openApi(), path, 400, problem));
  }

  private static List<String> judged(byte[] document, String path, int status, String body) {
    OpenApiInteractionValidator validator =
        OpenApiInteractionValidator.createForInlineApiSpecification(text(document)).build();
    return validator
        .validateResponse(
            path,
            Request.Method.GET,
            SimpleResponse.Builder.status(status)
                .withContentType(status < 400 ? "application/json" : "application/problem+json")
                .withBody(body)
                .build())
        .getMessages()
        .stream()
        .map(Object::toString)
        .toList();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
