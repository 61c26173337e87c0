package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the agent's commands make of the files of a site, and of the database's own metadata. */
@Timeout(240)
final class SiteCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Stack stack;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void anApiIsDraftedDescribedDocumentedPublishedAndChecked(@TempDir Path folder) throws Exception {
    Path site = PublicStack.site(stack);
    Ran draft = SiteEdit.agent(stack, "draft", "--source=erp", "--table=sales.customers");
    assertEquals(0, draft.code(), draft.text());
    String text = draft.text().substring(draft.text().indexOf("api: "));
    assertTrue(text.contains("credit_limit"), text);
    Path drafted = site.resolve("apis/drafted-v1.yaml");
    SiteEdit.write(drafted, text);
    try {
      Ran described = SiteEdit.agent(stack, "describe");
      assertEquals(0, described.code(), described.text());
      for (String part : List.of("orders/v1", "FindOrders", "customerId", "placed_on", "decimal")) {
        assertTrue(described.text().contains(part), part + " in " + described.text());
      }
      Ran documents =
          SiteEdit.agent(
              stack, "documents", "--out=" + folder, "--public-url=https://api.contoso.com/legacy");
      assertEquals(0, documents.code(), documents.text());
      List<String> names;
      try (Stream<Path> files = Files.walk(folder)) {
        names = files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).toList();
      }
      for (String kind : List.of("openapi.json", "swagger.json", "apiProperties.json")) {
        assertEquals(2, names.stream().filter(n -> n.endsWith(kind)).count(), names::toString);
      }
      Ran published = SiteEdit.agent(stack, "publish", "orders/v1");
      assertEquals(0, published.code(), published.text());
      assertTrue(Files.exists(site.resolve("published/orders-v1.json")));
      assertEquals(0, SiteEdit.agent(stack, "check", "--offline").code());
      Path api = site.resolve("apis/orders-v1.yaml");
      String good = Files.readString(api);
      SiteEdit.write(api, good.replace("get: /order/{orderId}", "get: /single-order/{orderId}"));
      Ran broken = SiteEdit.agent(stack, "check", "--offline");
      SiteEdit.write(api, good);
      assertEquals(1, broken.code(), broken.text());
      assertTrue(broken.text().contains("GetOrder"), broken.text());
    } finally {
      Files.deleteIfExists(drafted);
      Files.deleteIfExists(site.resolve("published/orders-v1.json"));
      Files.deleteIfExists(site.resolve("published/orders-v1.yaml"));
    }
  }

  private static final String FEATURES =
      """
      api: features
      version: v1
      title: Order Desk
      description: Orders of the plant, as the desk sees them.
      source: erp
      operations:
        - name: ListCustomers
          summary: Customers to choose from
          get: /customers
          visibility: internal
          sql: select id, name from sales.customers order by id limit 50
        - name: OrdersOfCustomer
          summary: Orders of one customer
          get: /customers/{customerId}/orders
          visibility: important
          sql: select id, placed_on, total from sales.orders where customer_id = :customerId
          page: { key: [id], size: 20 }
          columns:
            total: { title: Sum, description: In euros, visibility: advanced }
          parameters:
            customerId:
              type: integer
              in: path
              title: Customer
              choices: { operation: ListCustomers, value: id, title: name }
        - name: OnNewOrder
          summary: When an order is placed
          get: /new-orders
          trigger: new-rows
          sql: select id, customer_id, total from sales.orders
          page: { key: [id], size: 50 }
        - name: OldOrder
          summary: One order as it was told before
          get: /old-orders/{orderId}
          single: true
          deprecated: 2026-01-31
          sunset: 2027-01-31
          sql: select id, total from sales.orders where id = :orderId
          parameters: { orderId: { type: integer, in: path, visibility: advanced } }
        - name: Memo
          path: /memos
          resource:
            table: sales.memos
            key: [id]
            allow: [list, get, create, update, delete]
            columns:
              id: { type: integer, read-only: true }
              text: { type: string, required: true, max-length: 200 }
              due: { type: date }
            etag: { column: row_version, counts: true }
      """;

  /** From the file to both documents, without a gateway and by the columns of the database. */
  @Test
  void whatAFileSaysForDesignersStandsInBothDocuments(@TempDir Path out, @TempDir Path folder)
      throws Exception {
    Path site = PublicStack.site(stack);
    Path file = site.resolve("apis/features-v1.yaml");
    try {
      SiteEdit.write(file, FEATURES);
      Ran documents =
          SiteEdit.agent(
              stack, "documents", "--out=" + out, "--public-url=https://api.contoso.com/legacy");
      assertEquals(0, documents.code(), documents.text());
    } finally {
      Files.deleteIfExists(file);
    }
    Path own = out.resolve("features-v1");
    JsonNode swagger = JSON.readTree(own.resolve("swagger.json").toFile());
    JsonNode orders = swagger.at("/paths/~1customers~1{customerId}~1orders/get");
    assertEquals("important", orders.path("x-ms-visibility").asText());
    assertEquals("nextLink", orders.at("/x-ms-pageable/nextLinkName").asText());
    JsonNode customer = orders.at("/parameters/0");
    assertEquals("Customer", customer.path("x-ms-summary").asText());
    assertEquals(
        "ListCustomers",
        customer.at("/x-ms-dynamic-values/operationId").asText(),
        customer::toString);
    assertEquals("name", customer.at("/x-ms-dynamic-values/value-title").asText());
    assertEquals("internal", swagger.at("/paths/~1customers/get/x-ms-visibility").asText());
    JsonNode total = swagger.at("/definitions/OrdersOfCustomerRow/properties/total");
    assertEquals("Sum", total.path("x-ms-summary").asText(), swagger::toString);
    assertEquals("advanced", total.path("x-ms-visibility").asText());
    JsonNode trigger = swagger.at("/paths/~1new-orders/get");
    assertEquals("batch", trigger.path("x-ms-trigger").asText());
    assertEquals("polling", trigger.at("/x-ms-trigger-metadata/mode").asText());
    JsonNode old = swagger.at("/paths/~1old-orders~1{orderId}/get");
    assertTrue(old.path("deprecated").asBoolean());
    assertEquals("advanced", old.at("/parameters/0/x-ms-visibility").asText());
    String policies =
        JSON.readTree(own.resolve("apiProperties.json").toFile())
            .at("/properties/policyTemplateInstances")
            .toString();
    assertTrue(policies.contains("pollingtrigger") && policies.contains("OnNewOrder"), policies);
    JsonNode openApi = JSON.readTree(own.resolve("openapi.json").toFile());
    assertTrue(openApi.at("/paths/~1old-orders~1{orderId}/get/deprecated").asBoolean());
    assertEquals(swagger.path("paths").size(), openApi.path("paths").size(), "the same in both");
    Validators.assumeInstalled();
    Validators.add(own, folder, "features-v1");
    Validators.add(out.resolve("orders-v1"), folder, "orders-v1");
    Validators.judge(folder);
  }
}
