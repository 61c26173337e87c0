package drawbridge.documents;

import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Column;
import drawbridge.relay.wire.Contact;
import drawbridge.relay.wire.Form;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Parameter;
import drawbridge.relay.wire.Visibility;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** APIs as agents send them, for all tests of this module. */
final class TestApis {
  static final Publication BY_CERTIFICATE =
      new Publication(URI.create("https://api.contoso.com/legacy"), Optional.empty());
  static final Publication BY_TOKEN =
      new Publication(
          URI.create("https://api.contoso.com:8443/legacy/plant-2"),
          Optional.of(
              new Publication.Tokens("0b1d2c3e-0000-4000-8000-000000000001", "api://drawbridge")));

  private TestApis() {}

  /** Statements with all kinds of values, pages and a trigger. */
  static Api orders() {
    return Api.newBuilder()
        .setName("orders")
        .setVersion("v1")
        .setTitle("Orders")
        .setDescription("Orders of the plant’s ERP, and who placed them.")
        .setContact(contact())
        .addOperations(
            Operation.newBuilder()
                .setName("FindOrders")
                .setSummary("Find a customer's orders")
                .setMethod("GET")
                .setPath("/customers/{customerId}/orders")
                .setSafe(true)
                .setPaged(true)
                .setVisibility(Visibility.IMPORTANT)
                .addParameters(
                    parameter("customerId", Parameter.In.PATH, "integer")
                        .setRequired(true)
                        .setChoices(
                            Parameter.Choices.newBuilder()
                                .setOperation("ListCustomers")
                                .setValue("id")
                                .setTitle("name")))
                .addParameters(
                    parameter("since", Parameter.In.QUERY, "date")
                        .setDefault("2000-01-01")
                        .setDescription("First day to include"))
                .addParameters(
                    parameter("status", Parameter.In.QUERY, "string")
                        .setForm(Form.newBuilder().addValues("open").addValues("shipped")))
                .addAllColumns(orderColumns()))
        .addOperations(
            Operation.newBuilder()
                .setName("GetOrder")
                .setSummary("Get one order")
                .setMethod("GET")
                .setPath("/orders/{orderId}")
                .setSafe(true)
                .setSingle(true)
                .setDeprecated("2026-01-31")
                .setSunset("2027-01-31")
                .addParameters(
                    parameter("orderId", Parameter.In.PATH, "long")
                        .setRequired(true)
                        .setForm(Form.newBuilder().setText(true)))
                .addAllColumns(orderColumns()))
        .addOperations(
            Operation.newBuilder()
                .setName("ListCustomers")
                .setSummary("List customers")
                .setDescription("All customers with their numbers, for pick lists.")
                .setMethod("GET")
                .setPath("/customers")
                .setSafe(true)
                .addColumns(column("id", "integer"))
                .addColumns(column("name", "string").setNullable(true)))
        .addOperations(
            Operation.newBuilder()
                .setName("OnNewOrder")
                .setSummary("When an order is placed")
                .setMethod("GET")
                .setPath("/new-orders")
                .setSafe(true)
                .setTrigger(Operation.Trigger.NEW_ROWS)
                .addAllColumns(orderColumns()))
        .addOperations(
            Operation.newBuilder()
                .setName("CloseYear")
                .setSummary("Close a year's books (slow)")
                .setMethod("POST")
                .setPath("/years/{year}/close")
                .setSeconds(300)
                .addParameters(parameter("year", Parameter.In.PATH, "integer").setRequired(true))
                .addParameters(
                    parameter("reason", Parameter.In.BODY, "string")
                        .setRequired(true)
                        .setForm(Form.newBuilder().setMaxLength(200)))
                .addParameters(
                    parameter("dryRun", Parameter.In.BODY, "boolean").setDefault("true")))
        .build();
  }

  /** A table with all that goes with one. */
  static Api stock() {
    List<Column> columns =
        List.of(
            column("item", "string").build(),
            column("quantity", "decimal").build(),
            column("counted_at", "timestamp").setNullable(true).build(),
            column("picture", "bytes").setNullable(true).build());
    Operation.Builder row = Operation.newBuilder().setPath("/items/{item}").addAllColumns(columns);
    row.addParameters(parameter("item", Parameter.In.PATH, "string").setRequired(true));
    row.setSingle(true).setConditional(true);
    Parameter quantity =
        parameter("quantity", Parameter.In.BODY, "decimal")
            .setRequired(true)
            .setForm(Form.newBuilder().setMinimum("0").setMaximum("99999.5"))
            .build();
    return Api.newBuilder()
        .setName("stock")
        .setVersion("v2")
        .setTitle("Stock API (Connector)")
        .setContact(contact())
        .addOperations(
            Operation.newBuilder()
                .setName("ListItems")
                .setMethod("GET")
                .setPath("/items")
                .setSafe(true)
                .setPaged(true)
                .addParameters(option("$filter", "string"))
                .addParameters(option("$select", "string"))
                .addParameters(option("$orderby", "string"))
                .addParameters(option("$top", "integer"))
                .addParameters(option("$skip", "integer"))
                .addParameters(option("$count", "boolean"))
                .addAllColumns(columns))
        .addOperations(
            Operation.newBuilder()
                .setName("OnChangedItem")
                .setSummary("When an item changes")
                .setMethod("GET")
                .setPath("/changed-items")
                .setSafe(true)
                .setTrigger(Operation.Trigger.CHANGED_ROWS)
                .addParameters(option("since", "string"))
                .addAllColumns(columns))
        .addOperations(row.clone().setName("GetItem").setMethod("GET").setSafe(true))
        .addOperations(row.clone().setName("UpdateItem").setMethod("PATCH").addParameters(quantity))
        .addOperations(
            row.clone().setName("DeleteItem").setMethod("DELETE").clearColumns().setStatus(204))
        .addOperations(
            Operation.newBuilder()
                .setName("CreateItem")
                .setMethod("POST")
                .setPath("/items")
                .setSingle(true)
                .setStatus(201)
                .addParameters(parameter("Idempotency-Key", Parameter.In.HEADER, "string"))
                .setConditional(true)
                .addParameters(parameter("item", Parameter.In.BODY, "string").setRequired(true))
                .addParameters(quantity)
                .addParameters(
                    parameter("labels", Parameter.In.BODY, "string")
                        .setNullable(true)
                        .setForm(Form.newBuilder().setArray(true).setMaxItems(10)))
                .addParameters(
                    parameter("place", Parameter.In.BODY, "object")
                        .setForm(
                            Form.newBuilder()
                                .addMembers(column("hall", "string"))
                                .addMembers(column("shelf", "integer").setNullable(true))))
                .addAllColumns(columns))
        .addOperations(
            Operation.newBuilder()
                .setName("GetPicture")
                .setMethod("GET")
                .setPath("/items/{item}/picture")
                .setSafe(true)
                .setSingle(true)
                .setProduces("image/png")
                .addParameters(parameter("item", Parameter.In.PATH, "string").setRequired(true)))
        .addOperations(
            Operation.newBuilder()
                .setName("PutPicture")
                .setMethod("PUT")
                .setPath("/items/{item}/picture")
                .setConsumes("image/png")
                .addParameters(parameter("item", Parameter.In.PATH, "string").setRequired(true)))
        .build();
  }

  /** What an agent in wrong hands might send. */
  static Api hostile() {
    return Api.newBuilder()
        .setName("hostile")
        .setVersion("v1")
        .setTitle("</script><script>alert(1)</script>\u202e\u0000 API")
        .setDescription("![x](https://evil.example/x.png) ".repeat(1_000))
        .setContact(contact())
        .addOperations(
            Operation.newBuilder()
                .setName("a-b.c_d")
                .setSummary("<img src=x onerror=alert(1)>\r\nX-Injected: 1 ".repeat(50))
                .setDescription("\u0007\u200b")
                .setMethod("GET")
                .setPath("/x/{p}")
                .setSafe(true)
                .setProduces("text/html\r\nX-Injected: 1")
                .setDeprecated("yesterday")
                .addParameters(
                    parameter("p", Parameter.In.PATH, "no-such-type")
                        .setRequired(true)
                        .setDescription("\"}],\"x\":[{\"")
                        .setForm(Form.newBuilder().setPattern("(((").setMaximum("9e999999999")))
                .addParameters(parameter("bad name\n", Parameter.In.QUERY, "string"))
                .addParameters(
                    parameter("q", Parameter.In.QUERY, "integer")
                        .setDefault("1; drop table")
                        .setForm(Form.newBuilder().addValues("one").addValues("2")))
                .addColumns(column("__proto__", "string"))
                .addColumns(column("\u0000", "string"))
                .addColumns(column("twice", "string"))
                .addColumns(column("twice", "integer"))
                .addColumns(deep(40)))
        .build();
  }

  private static Column.Builder deep(int levels) {
    Column.Builder column = column("d" + levels, "object");
    return levels == 0
        ? column("end", "string")
        : column.setForm(Form.newBuilder().addMembers(deep(levels - 1)));
  }

  static List<Api> all() {
    return List.of(orders(), stock(), hostile());
  }

  static Contact contact() {
    return Contact.newBuilder()
        .setName("Plant IT")
        .setUrl("https://it.contoso.com")
        .setEmail("it@contoso.com")
        .setPrivacy("https://it.contoso.com/privacy")
        .build();
  }

  private static List<Column> orderColumns() {
    return List.of(
        column("id", "integer").build(),
        column("placed_on", "date").build(),
        column("total", "decimal").setDescription("With tax, in euros").build(),
        column("weight", "decimal")
            .setForm(Form.newBuilder().setText(true).setPattern("^-?[0-9.]+$"))
            .setNullable(true)
            .build(),
        column("tags", "string").setForm(Form.newBuilder().setArray(true)).build(),
        column("extra", "object").setNullable(true).build(),
        column("address", "object")
            .setForm(
                Form.newBuilder()
                    .addMembers(column("street", "string"))
                    .addMembers(column("ref", "uuid").setNullable(true)))
            .build());
  }

  static Parameter.Builder parameter(String name, Parameter.In in, String type) {
    return Parameter.newBuilder().setName(name).setIn(in).setType(type);
  }

  private static Parameter option(String name, String type) {
    return parameter(name, Parameter.In.QUERY, type).setVisibility(Visibility.ADVANCED).build();
  }

  static Column.Builder column(String name, String type) {
    return Column.newBuilder().setName(name).setType(type);
  }
}
