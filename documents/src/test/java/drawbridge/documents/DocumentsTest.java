package drawbridge.documents;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Form;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class DocumentsTest {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

  private static JsonNode openApi(Api api) throws UnfitException, IOException {
    return JSON.readTree(Documents.of(api, TestApis.BY_CERTIFICATE).openApi());
  }

  private static JsonNode swagger(Api api) throws UnfitException, IOException {
    return JSON.readTree(Documents.of(api, TestApis.BY_CERTIFICATE).swagger());
  }

  static List<Api> apis() {
    return TestApis.all();
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("apis")
  void oneApiGivesTheSameBytesEveryTime(Api api) throws Exception {
    Documents one = Documents.of(api, TestApis.BY_TOKEN);
    Documents other = Documents.of(Api.parseFrom(api.toByteArray()), TestApis.BY_TOKEN);
    for (String name : Documents.NAMES) {
      assertArrayEquals(one.named(name), other.named(name), name);
    }
  }

  @Test
  void everyUrlComesFromThePublication() throws Exception {
    JsonNode openApi = openApi(TestApis.orders());
    assertEquals("https://api.contoso.com/legacy/orders/v1", openApi.at("/servers/0/url").asText());
    JsonNode swagger = JSON.readTree(Documents.of(TestApis.stock(), TestApis.BY_TOKEN).swagger());
    assertEquals("api.contoso.com:8443", swagger.path("host").asText());
    assertEquals("/legacy/plant-2/stock/v2", swagger.path("basePath").asText());
    assertEquals("https", swagger.at("/schemes/0").asText());
  }

  @Test
  void aConnectorsTitleIsShortAndWithoutForbiddenWords() {
    assertEquals("Stock v2", Wording.connector("Stock API (Connector)", "stock", "v2"));
    assertEquals("Orders", Wording.connector("Orders", "orders", "v1"));
    assertEquals("Order Entry", Wording.connector("API", "order-entry", "v1"));
    String long1 = Wording.connector("A very long title that nobody can read at once", "x", "v1");
    assertTrue(long1.length() <= 30 && long1.equals(long1.strip()), long1);
    assertEquals("Orders 2026 04", Wording.connector("Orders", "orders", "2026-04"));
  }

  @Test
  void namesOfPeopleAndProgramsBecomeTitles() {
    assertEquals("Customer Id", Wording.title("customerId"));
    assertEquals("Placed On", Wording.title("placed_on"));
    assertEquals("Filter", Wording.title("$filter"));
    assertEquals("Find a customers orders", Wording.summary("Find a customer's orders!"));
    assertEquals("a ‹b> 1 < 2", Wording.line("a <b> 1 < 2", 20));
    for (String link : List.of("(javascript:alert(1))", "( JavaScript:x)", "(<vbscript:x>)")) {
      assertTrue(Wording.line("see [it]" + link, 60).startsWith("see [it] "), link);
    }
    for (String link : List.of("[it](https://it.contoso.com)", "[us](mailto:it@contoso.com)")) {
      assertEquals(link, Wording.line(link, 60));
    }
    assertEquals("ABCD", Wording.pascal("a-b.c_d"));
    assertEquals("X9lives", Wording.pascal("9lives"));
    assertEquals("a b", Wording.line("a\u202e\n\tb\u0000", 10));
    assertEquals(80, Wording.summary("word ".repeat(100)).length() + 1);
  }

  @Test
  void pagesAreToldToBoth() throws Exception {
    Api api = TestApis.orders();
    JsonNode find = swagger(api).at("/paths/~1customers~1{customerId}~1orders/get");
    assertEquals("nextLink", find.at("/x-ms-pageable/nextLinkName").asText());
    assertEquals("important", find.path("x-ms-visibility").asText());
    JsonNode properties = JSON.readTree(Documents.of(api, TestApis.BY_CERTIFICATE).apiProperties());
    JsonNode policy = properties.at("/properties/policyTemplateInstances/0");
    assertEquals("updatenextlink", policy.path("templateId").asText());
    assertEquals(
        "[\"FindOrders\"]", policy.at("/parameters/x-ms-apimTemplate-operationName").toString());
    assertTrue(openApi(api).at("/components/schemas/FindOrdersAnswer/properties").has("nextLink"));
  }

  @Test
  void valuesAreListedByAnotherOperation() throws Exception {
    JsonNode customer =
        swagger(TestApis.orders()).at("/paths/~1customers~1{customerId}~1orders/get/parameters/0");
    assertEquals(
        "{\"operationId\":\"ListCustomers\",\"value-collection\":\"value\",\"value-path\":\"id\",\"value-title\":\"name\"}",
        customer.path("x-ms-dynamic-values").toString());
    assertEquals("ListCustomers", customer.at("/x-ms-dynamic-list/operationId").asText());
    // Whoever may not see that operation gets no list of it.
    Api.Builder fewer = TestApis.orders().toBuilder().removeOperations(2);
    Documents documents = Documents.of(fewer.build(), TestApis.BY_CERTIFICATE);
    assertFalse(JSON.readTree(documents.swagger()).toString().contains("ListCustomers"));
    assertTrue(documents.warnings().toString().contains("cannot be listed by ListCustomers"));
  }

  @Test
  void whatIsPolledIsATrigger() throws Exception {
    JsonNode orders = swagger(TestApis.orders()).at("/paths/~1new-orders/get");
    assertEquals("batch", orders.path("x-ms-trigger").asText());
    assertEquals(
        "{\"kind\":\"query\",\"mode\":\"polling\"}",
        orders.path("x-ms-trigger-metadata").toString());
    for (Api api : List.of(TestApis.orders(), TestApis.stock())) {
      assertEquals("{\"since\":\"@{triggerBody().since}\"}", triggerConfig(api));
    }
    assertEquals("since", orders.at("/parameters/0/name").asText());
    assertEquals("internal", orders.at("/parameters/0/x-ms-visibility").asText());
    JsonNode answer = swagger(TestApis.orders()).at("/definitions/OnNewOrderAnswer/properties");
    assertEquals(List.of("value", "since"), fields(answer));
    // What answers one thing, or changes something, lists nothing that could be new.
    Api.Builder single = TestApis.orders().toBuilder();
    single.getOperationsBuilder(3).setSingle(true);
    assertFalse(swagger(single.build()).toString().contains("x-ms-trigger"));
  }

  private static String triggerConfig(Api api) throws Exception {
    JsonNode policies =
        JSON.readTree(Documents.of(api, TestApis.BY_CERTIFICATE).apiProperties())
            .at("/properties/policyTemplateInstances");
    for (JsonNode policy : policies) {
      if (policy.path("templateId").asText().equals("pollingtrigger")) {
        return policy.at("/parameters/x-ms-apimTemplateParameter.triggerConfig").toString();
      }
    }
    return "none";
  }

  @Test
  void whatRunsLongerThanPlatformsWaitCarriesAWarning() throws Exception {
    Api api = TestApis.orders();
    String warning = "May run for 300 seconds, longer than connectors and flows wait (110).";
    for (JsonNode document : List.of(openApi(api), swagger(api))) {
      JsonNode close = document.at("/paths/~1years~1{year}~1close/post");
      assertEquals(warning, close.path("x-drawbridge-warning").asText());
      assertTrue(close.path("description").asText().endsWith(warning));
      assertFalse(document.at("/paths/~1customers/get").has("x-drawbridge-warning"));
    }
    assertTrue(
        Documents.of(api, TestApis.BY_CERTIFICATE)
            .warnings()
            .contains("orders/v1/CloseYear: " + warning));
  }

  @Test
  void deprecationIsToldWithItsDates() throws Exception {
    for (JsonNode document : List.of(openApi(TestApis.orders()), swagger(TestApis.orders()))) {
      JsonNode get = document.at("/paths/~1orders~1{orderId}/get");
      assertTrue(get.path("deprecated").asBoolean());
      assertTrue(
          get.path("description")
              .asText()
              .contains("Deprecated since 2026-01-31; ends on 2027-01-31."));
    }
    assertTrue(
        openApi(TestApis.orders())
            .at("/paths/~1orders~1{orderId}/get/responses/200/headers")
            .has("Sunset"));
  }

  /** The connectors' own format knows JSON alone. */
  @Test
  void listsAreToldInEveryFormatThatTheyHave() throws Exception {
    Documents documents = Documents.of(TestApis.stock(), TestApis.BY_CERTIFICATE);
    JsonNode list = JSON.readTree(documents.openApi()).at("/paths/~1items/get/responses/200");
    for (String type : List.of("application/json", "application/x-ndjson", "text/csv")) {
      assertTrue(list.path("content").has(type), type);
    }
    String row = "/paths/~1items~1{item}/get/responses/200/content";
    assertFalse(JSON.readTree(documents.openApi()).at(row).has("text/csv"), "one row is JSON");
    assertFalse(new String(documents.swagger(), StandardCharsets.UTF_8).contains("csv"));
  }

  @Test
  void etagsAndIdempotencyKeysAreHeaders() throws Exception {
    JsonNode stock = openApi(TestApis.stock());
    assertEquals(
        Set.of("item", "If-Match"), names(stock.at("/paths/~1items~1{item}/patch/parameters")));
    assertEquals(Set.of("Idempotency-Key"), names(stock.at("/paths/~1items/post/parameters")));
    assertTrue(stock.at("/paths/~1items~1{item}/get/responses/200/headers").has("ETag"));
    assertTrue(stock.at("/paths/~1items~1{item}/patch/responses").has("412"));
    JsonNode created = stock.at("/paths/~1items/post/responses/201");
    assertTrue(created.path("headers").has("Location"));
    assertTrue(stock.at("/paths/~1items~1{item}/delete/responses/204").has("description"));
    assertFalse(stock.at("/paths/~1items~1{item}/delete/responses/204").has("content"));
  }

  @Test
  void requiredQueryParametersStayOutOfApiManagementsTemplate() throws Exception {
    Api.Builder api = TestApis.orders().toBuilder();
    api.getOperationsBuilder(0).getParametersBuilder(1).setRequired(true).clearDefault();
    JsonNode there =
        openApi(api.build()).at("/paths/~1customers~1{customerId}~1orders/get/parameters/1");
    assertFalse(there.path("required").asBoolean());
    assertTrue(there.path("x-drawbridge-required").asBoolean());
    JsonNode here =
        swagger(api.build()).at("/paths/~1customers~1{customerId}~1orders/get/parameters/1");
    assertTrue(here.path("required").asBoolean());
  }

  @Test
  void faultsHaveOneForm() throws Exception {
    JsonNode document = openApi(TestApis.orders());
    assertEquals(
        "#/components/schemas/Problem",
        document
            .at(
                "/paths/~1customers/get/responses/default/content/application~1problem+json/schema/$ref")
            .asText());
    assertEquals(
        Set.of("code", "message"),
        Set.copyOf(fields(document.at("/components/schemas/ProblemError/properties"))));
    assertFalse(
        swagger(TestApis.orders()).at("/paths/~1customers/get/responses/default").has("schema"));
  }

  @Test
  void callersWithTokensAreLedToEntra() throws Exception {
    Documents documents = Documents.of(TestApis.orders(), TestApis.BY_TOKEN);
    JsonNode swagger = JSON.readTree(documents.swagger());
    assertEquals("accessCode", swagger.at("/securityDefinitions/entra/flow").asText());
    JsonNode settings =
        JSON.readTree(documents.apiProperties())
            .at("/properties/connectionParameters/token/oAuthSettings");
    assertEquals("aad", settings.path("identityProvider").asText());
    assertEquals("api://drawbridge", settings.at("/customParameters/resourceUri/value").asText());
    assertTrue(
        JSON.readTree(documents.openApi())
            .at("/components/securitySchemes/entra/flows")
            .has("clientCredentials"));
  }

  @Test
  void untrustedTextStaysText() throws Exception {
    Documents documents = Documents.of(TestApis.hostile(), TestApis.BY_CERTIFICATE);
    JsonNode openApi = JSON.readTree(documents.openApi());
    assertTrue(openApi.at("/info/description").asText().length() <= 2_100);
    JsonNode operation = openApi.at("/paths/~1x~1{p}/get");
    assertTrue(operation.path("summary").asText().matches("[\\p{L}\\p{N}() ]{1,80}"));
    assertEquals(Set.of("p", "q"), names(operation.path("parameters")));
    assertFalse(operation.at("/parameters/1/schema").has("default"));
    assertEquals("[2]", operation.at("/parameters/1/schema/enum").toString());
    assertFalse(operation.at("/parameters/0/schema").has("pattern"));
    for (byte[] bytes : List.of(documents.openApi(), documents.swagger())) {
      assertTrue(bytes.length < 100_000);
      String text = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
      assertFalse(text.contains("\\u0000") || text.contains("\u202e") || text.contains("\\r"));
    }
    assertTrue(documents.warnings().toString().contains("a column is malformed"));
  }

  @Test
  void everyObjectIsNamedOnce() throws Exception {
    for (Api api : TestApis.all()) {
      JsonNode document = openApi(api);
      Set<String> names = new HashSet<>();
      for (String name : fields(document.at("/components/schemas"))) {
        assertTrue(names.add(name.toLowerCase(java.util.Locale.ROOT)), name);
      }
      document.at("/paths").findValues("schema").stream()
          .filter(schema -> schema.path("type").asText().equals("object"))
          .forEach(schema -> assertTrue(schema.isMissingNode(), schema::toString));
    }
  }

  @Test
  void anApiThatIsTooLargeIsRefusedWithWhatToDo() throws Exception {
    Api.Builder many = Api.newBuilder().setName("big").setVersion("v1").setTitle("Big");
    for (int i = 0; i < 257; i++) {
      many.addOperations(get("Get" + i, "/things-" + i));
    }
    Documents documents = Documents.of(many.build(), TestApis.BY_CERTIFICATE);
    assertEquals(
        "The API big/v1 is too large for a connector: it has 257 operations, and Power Platform"
            + " takes at most 256 operations. Make two API files of it.",
        why(documents::swagger));
    assertEquals(257, JSON.readTree(documents.openApi()).path("paths").size());

    Operation.Builder nested = get("Nested", "/nested");
    for (int i = 0; i < 520; i++) {
      nested.addColumns(
          TestApis.column("part" + i, "object")
              .setForm(Form.newBuilder().addMembers(TestApis.column("size" + i, "integer"))));
    }
    String schemas =
        why(
            Documents.of(
                    Api.newBuilder().setName("big").setVersion("v1").addOperations(nested).build(),
                    TestApis.BY_CERTIFICATE)
                ::swagger);
    assertTrue(
        schemas.matches(
            "The API big/v1 is too large for a connector: it has 52[0-9] schemas, and Power"
                + " Platform takes at most 512 schemas. Make two API files of it."),
        schemas);

    Operation.Builder wide = get("Wide", "/wide");
    for (int i = 0; i < 999; i++) {
      wide.addColumns(TestApis.column("column" + i, "string").setDescription("x".repeat(1_500)));
    }
    Api heavy = Api.newBuilder().setName("big").setVersion("v1").addOperations(wide).build();
    assertTrue(why(() -> Documents.of(heavy, TestApis.BY_CERTIFICATE).swagger()).contains("kB"));
  }

  @Test
  void whatImportersCannotTellApartIsRefused() {
    Api.Builder names = Api.newBuilder().setName("a").setVersion("v1");
    names.addOperations(get("GetIt", "/x")).addOperations(get("getit", "/y"));
    assertUnfit("two operations would be called Getit", names);
    Api.Builder paths = Api.newBuilder().setName("a").setVersion("v1");
    paths.addOperations(get("One", "/items/{id}")).addOperations(get("Two", "/Items/{key}/x"));
    paths.addOperations(get("Three", "/items/{Id}"));
    assertUnfit("/items/{id} and /items/{Id} are one path to importers", paths);
    Api.Builder parameters = Api.newBuilder().setName("a").setVersion("v1");
    parameters.addOperations(
        get("One", "/x")
            .addParameters(TestApis.parameter("id", Parameter.In.QUERY, "string"))
            .addParameters(TestApis.parameter("ID", Parameter.In.HEADER, "string")));
    assertUnfit("two parameters of One are called ID but for the case", parameters);
  }

  @Test
  void aFixedPartBesideAParameterIsWarnedOf() throws Exception {
    Api.Builder api = Api.newBuilder().setName("a").setVersion("v1");
    api.addOperations(get("One", "/items/{id}")).addOperations(get("Two", "/items/count"));
    assertTrue(
        Documents.of(api.build(), TestApis.BY_CERTIFICATE)
            .warnings()
            .contains(
                "a/v1/Two: /items/count and /items/{id} have a fixed part beside a {parameter},"
                    + " which certification refuses."));
  }

  @Test
  void connectionIdIsRefusedInAConnector() throws Exception {
    Api.Builder api = Api.newBuilder().setName("a").setVersion("v1");
    api.addOperations(
        get("One", "/x")
            .addParameters(TestApis.parameter("connectionId", Parameter.In.QUERY, "string")));
    Documents documents = Documents.of(api.build(), TestApis.BY_CERTIFICATE);
    assertTrue(why(documents::swagger).contains("connectionId"));
    assertTrue(documents.openApi().length > 0);
  }

  private static void assertUnfit(String why, Api.Builder api) {
    String message = why(() -> Documents.of(api.build(), TestApis.BY_CERTIFICATE));
    assertTrue(message.contains(why), message);
  }

  private static String why(Executable made) {
    return String.valueOf(assertThrows(UnfitException.class, made).getMessage());
  }

  private static Operation.Builder get(String name, String path) {
    return Operation.newBuilder().setName(name).setMethod("GET").setPath(path);
  }

  private static Set<String> names(JsonNode parameters) {
    Set<String> names = new HashSet<>();
    parameters.forEach(parameter -> names.add(parameter.path("name").asText()));
    return names;
  }

  private static List<String> fields(JsonNode object) {
    List<String> names = new java.util.ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
