package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import drawbridge.adapters.Answer.Format;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Restrictions.Mask;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables as resources, on every database that is here. */
final class ResourceTest {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private TestSite site;

  static List<Database> databases() {
    return Database.all();
  }

  private static final String RESOURCES =
      """
      - name: Part
        path: /parts
        resource:
          table: parts
          key: [id]
          allow: [list, get, create, update, delete]
          columns:
            id: { type: integer, read-only: true, title: Number }
            part_name: { type: string, name: name, required: true, max-length: 40 }
            price: { type: decimal, description: In euros }
            made_on: { type: date }
            region: { type: string }
          filter: "hidden = 0 -- not for callers"
          etag: hash
          page: { size: 3 }
      - name: Version
        path: /versions
        resource:
          table: parts
          key: [id]
          allow: [get, update, delete]
          columns:
            id: { type: integer, read-only: true }
            price: { type: decimal }
          etag: { column: row_version, counts: true }
      - name: Own
        path: /own
        resource:
          table: parts
          key: [id]
          allow: [list, get, create, update]
          columns:
            id: { type: integer, read-only: true }
            part_name: { type: string, name: name, required: true }
            region: { type: string }
            price: { type: decimal }
          filter: region = :caller.region
          idempotency: { column: request_key }
      - name: Ordered
        path: /ordered
        resource:
          table: parts
          key: [id]
          allow: [list, create]
          columns:
            id: { type: integer, read-only: true }
            part_name: { type: string, name: name }
            price: { type: decimal }
          order: [price desc]
          page: { size: 2 }
          idempotency: { table: drawbridge_requests }
      """;

  private void open(Database database) throws Exception {
    database.execute(
        "drop table if exists parts",
        "drop table if exists drawbridge_requests",
        "create table parts (id "
            + database.identity()
            + " primary key, part_name varchar(40) not null,"
            + " price numeric(10,2), made_on date, region varchar(10), hidden integer default 0"
            + " not null, row_version integer default 1 not null, request_key varchar(200) unique)",
        "create table drawbridge_requests (operation varchar(120) not null, caller char(64) not"
            + " null, request_key varchar(200) not null, body_hash char(64) not null, answer_key"
            + " varchar(2000) not null, made_at timestamp default current_timestamp, primary key"
            + " (operation, caller, request_key))");
    for (int i = 1; i <= 7; i++) {
      database.execute(
          "insert into parts (part_name, price, made_on, region, hidden) values ('part "
              + i
              + "', "
              + (i % 3 == 0 ? "null" : i + ".50")
              + ", date '2026-01-0"
              + i
              + "', '"
              + (i % 2 == 0 ? "north" : "south")
              + "', "
              + (i == 7 ? 1 : 0)
              + ")");
    }
    site = database.site(folder, RESOURCES);
  }

  @AfterEach
  void close() {
    site.close();
  }

  private TestCall call(String operation) {
    return new TestCall(site.operation(operation));
  }

  private Fault refused(Fault.Code code, TestCall call) {
    Fault fault = assertThrows(FaultException.class, call::run).fault();
    assertEquals(code, fault.code(), fault + " " + fault.cause());
    return fault;
  }

  /** The values of one member of every row of the list. */
  private static List<String> values(TestAnswer answer, String member) throws Exception {
    List<String> values = new ArrayList<>();
    for (JsonNode row : TestCall.json(answer).get("value")) {
      values.add(row.get(member).asText());
    }
    return values;
  }

  private List<String> filtered(String filter) throws Exception {
    return call("ListParts")
        .option("$filter", filter)
        .option("$select", "id")
        .format(Format.NDJSON)
        .run()
        .text()
        .lines()
        .map(line -> line.replaceAll("[^0-9]", ""))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("databases")
  void onlyWhatTheFilterLeavesIsListedPageByPage(Database database) throws Exception {
    open(database);
    TestAnswer first = call("ListParts").option("$count", "true").run();
    JsonNode json = TestCall.json(first);
    assertEquals(6, json.get("count").asInt());
    assertEquals(List.of("1", "2", "3"), values(first, "id"));
    assertEquals(
        "{\"id\":1,\"name\":\"part 1\",\"price\":1.50,\"made_on\":\"2026-01-01\",\"region\":\"south\"}",
        json.get("value").get(0).toString().replace("1.5,", "1.50,"));
    String next = json.get("nextLink").asText();
    assertTrue(next.startsWith("https://host/base/shop/v1/parts?$count=true&page="), next);
    TestAnswer second = call("ListParts").url(next).run();
    assertEquals(List.of("4", "5", "6"), values(second, "id"));
    assertFalse(TestCall.json(second).has("nextLink"), "the last page has no next one");
    assertFalse(TestCall.json(second).has("count"), "counted once");
  }

  @ParameterizedTest
  @MethodSource("databases")
  void pagesInAnyOrderWithNullsLoseAndRepeatNothing(Database database) throws Exception {
    open(database);
    for (String order : List.of("price", "price desc", "region desc,price", "made_on desc")) {
      List<String> seen = new ArrayList<>();
      TestCall call = call("ListParts").option("$orderby", order);
      for (int page = 0; page < 10; page++) {
        TestAnswer answer = call.header("Prefer", "maxpagesize=2").run();
        seen.addAll(values(answer, "id"));
        if (!TestCall.json(answer).has("nextLink")) {
          break;
        }
        call = call("ListParts").url(TestCall.json(answer).get("nextLink").asText());
      }
      List<String> whole =
          values(
              call("ListParts").option("$orderby", order).size(100).option("$top", "3").run(),
              "id");
      assertEquals(6, seen.size(), order + " " + seen);
      assertEquals(6, seen.stream().distinct().count(), order + " " + seen);
      assertEquals(whole, seen.subList(0, 3), order);
    }
    assertEquals("3", values(call("ListParts").option("$orderby", "price").run(), "id").get(0));
    assertEquals(
        "5", values(call("ListParts").option("$orderby", "price desc").run(), "id").get(0));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void topAndSkipHoldOverAllPages(Database database) throws Exception {
    open(database);
    TestAnswer first = call("ListParts").option("$top", "4").option("$skip", "1").run();
    assertEquals(List.of("2", "3", "4"), values(first, "id"));
    TestAnswer second = call("ListParts").url(TestCall.json(first).get("nextLink").asText()).run();
    assertEquals(List.of("5"), values(second, "id"));
    assertFalse(TestCall.json(second).has("nextLink"));
    TestAnswer exact = call("ListParts").option("$top", "3").run();
    assertFalse(TestCall.json(exact).has("nextLink"), "what was asked for is all there");
  }

  @ParameterizedTest
  @MethodSource("databases")
  void filtersMeanWhatODataSays(Database database) throws Exception {
    open(database);
    assertEquals(List.of("2"), filtered("name eq 'part 2'"));
    assertEquals(List.of("4", "5"), filtered("price ge 4.5"));
    assertEquals(List.of("3", "6"), filtered("price eq null"));
    assertEquals(List.of("1", "2", "3", "6"), filtered("not (price gt 2.5)"));
    assertEquals(List.of("2", "3", "4", "5", "6"), filtered("price ne 1.5"));
    assertEquals(
        List.of("1", "3"), filtered("region eq 'south' and (id lt 2 or made_on eq 2026-01-03)"));
    assertEquals(List.of("1", "4"), filtered("id in (1, 4, 99)"));
    assertEquals(List.of("1"), filtered("endswith(toupper(name),'T 1')"));
    assertEquals(List.of("5", "6"), filtered("startswith(name,'part') and id gt 4"));
    assertEquals(List.of(), filtered("contains(name,'%')"));
    assertEquals(List.of(), filtered("contains(name,'_art')"));
    assertEquals(6, filtered("length(name) eq 6").size());
  }

  @ParameterizedTest
  @MethodSource("databases")
  void whatIsNotSupportedIsRefusedAndSaysWhich(Database database) throws Exception {
    open(database);
    for (String filter :
        List.of(
            "",
            "id",
            "id eq",
            "id eq 'x'",
            "hidden eq 1",
            "id eq 1 or",
            "id add 1 eq 2",
            "year(made_on) eq 2026",
            "id eq 1; drop table parts",
            "name eq 'a' 'b'",
            "(id eq 1",
            "id eq 1)",
            "not id eq 1",
            "1 eq 1")) {
      Fault fault =
          refused(Fault.Code.INVALID_ARGUMENT, call("ListParts").option("$filter", filter));
      assertEquals("$filter", fault.parameter(), filter);
      assertTrue(fault.message().startsWith("$filter "), fault.message());
    }
    assertEquals(
        "$orderby",
        refused(Fault.Code.INVALID_ARGUMENT, call("ListParts").option("$orderby", "hidden"))
            .parameter());
    refused(Fault.Code.INVALID_ARGUMENT, call("ListParts").option("$orderby", "id; drop"));
    refused(Fault.Code.INVALID_ARGUMENT, call("ListParts").option("$select", "id,hidden"));
    refused(Fault.Code.INVALID_ARGUMENT, call("ListParts").option("$top", "-1"));
    refused(Fault.Code.INVALID_ARGUMENT, call("ListParts").option("$skip", "1e3"));
    refused(Fault.Code.INVALID_ARGUMENT, call("ListParts").option("$count", "yes"));
    refused(Fault.Code.INVALID_ARGUMENT, call("ListParts").option("page", "nonsense"));
    refused(Fault.Code.INVALID_ARGUMENT, call("ListParts").query("$expand", "x"));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void selectedColumnsComeInTheOrderAskedFor(Database database) throws Exception {
    open(database);
    TestAnswer answer = call("ListParts").option("$select", "name,id").option("$top", "1").run();
    assertEquals("{\"value\":[{\"name\":\"part 1\",\"id\":1}]}", answer.text());
    TestAnswer csv = call("ListParts").option("$select", "id,price").format(Format.CSV).run();
    assertEquals("id,price\r\n1,1.50\r\n2,2.50\r\n3,\r\n4,4.50\r\n5,5.50\r\n6,\r\n", csv.text());
    assertEquals("text/csv; charset=utf-8; header=present", csv.contentType());
    TestAnswer lines = call("ListParts").option("$select", "id").format(Format.NDJSON).run();
    assertEquals(6, lines.text().lines().count(), "streams have no pages");
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aPageTokenFitsItsOwnListAndCallerOnly(Database database) throws Exception {
    open(database);
    String next = TestCall.json(call("ListParts").run()).get("nextLink").asText();
    String token = next.substring(next.indexOf("page=") + 5);
    assertEquals(
        List.of("4", "5", "6"), values(call("ListParts").option("page", token).run(), "id"));
    refused(
        Fault.Code.INVALID_ARGUMENT,
        call("ListParts").option("page", token).option("$filter", "id gt 0"));
    refused(
        Fault.Code.INVALID_ARGUMENT,
        call("ListParts").option("page", token).option("$orderby", "price"));
    refused(
        Fault.Code.INVALID_ARGUMENT,
        call("ListParts").option("page", token).caller("subject", "x"));
    refused(Fault.Code.INVALID_ARGUMENT, call("ListOrdereds").option("page", token));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aRowIsCreatedReadChangedAndDeleted(Database database) throws Exception {
    open(database);
    TestAnswer created = call("CreatePart").body("{\"name\":\"bolt\",\"price\":9.99}").run();
    assertEquals(201, created.status());
    assertEquals("https://host/base/shop/v1/parts/8", created.headers().get("Location"));
    assertEquals(
        "{\"id\":8,\"name\":\"bolt\",\"price\":9.99,\"made_on\":null,\"region\":null}",
        created.text());
    TestAnswer got = call("GetPart").path("id", "8").run();
    assertEquals(created.text(), got.text());
    String etag = String.valueOf(got.headers().get("ETag"));
    assertEquals(created.headers().get("ETag"), etag);
    TestAnswer same = call("GetPart").path("id", "8").header("If-None-Match", etag).run();
    assertEquals(304, same.status());
    assertEquals("", same.text());

    TestAnswer changed =
        call("UpdatePart")
            .path("id", "8")
            .header("If-Match", etag)
            .body("{\"price\":null,\"region\":\"west\"}")
            .run();
    assertEquals(200, changed.status());
    assertEquals(
        "{\"id\":8,\"name\":\"bolt\",\"price\":null,\"made_on\":null,\"region\":\"west\"}",
        changed.text());
    assertNotEquals(etag, changed.headers().get("ETag"));
    refused(
        Fault.Code.PRECONDITION_FAILED,
        call("UpdatePart").path("id", "8").header("If-Match", etag).body("{\"price\":1}"));
    refused(
        Fault.Code.PRECONDITION_FAILED,
        call("DeletePart")
            .path("id", "8")
            .header("If-Match", "W/" + changed.headers().get("ETag")));
    assertEquals("null", database.text("select price from parts where id = 8"));

    TestAnswer minimal =
        call("UpdatePart")
            .path("id", "8")
            .header("Prefer", "return=minimal")
            .body("{\"price\":2}")
            .run();
    assertEquals(204, minimal.status());
    assertEquals(204, call("DeletePart").path("id", "8").header("If-Match", "*").run().status());
    refused(Fault.Code.NOT_FOUND, call("GetPart").path("id", "8"));
    refused(Fault.Code.NOT_FOUND, call("DeletePart").path("id", "8"));
    refused(Fault.Code.NOT_FOUND, call("UpdatePart").path("id", "8").body("{\"price\":1}"));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void hiddenRowsAndColumnsAreNotThere(Database database) throws Exception {
    open(database);
    refused(Fault.Code.NOT_FOUND, call("GetPart").path("id", "7"));
    refused(Fault.Code.NOT_FOUND, call("UpdatePart").path("id", "7").body("{\"price\":1}"));
    refused(Fault.Code.NOT_FOUND, call("DeletePart").path("id", "7"));
    refused(Fault.Code.INVALID_ARGUMENT, call("UpdatePart").path("id", "1").body("{\"hidden\":1}"));
    refused(Fault.Code.INVALID_ARGUMENT, call("UpdatePart").path("id", "1").body("{\"id\":5}"));
    refused(Fault.Code.INVALID_ARGUMENT, call("UpdatePart").path("id", "1").body("{}"));
    refused(
        Fault.Code.INVALID_ARGUMENT, call("UpdatePart").path("id", "1").body("{\"name\":null}"));
    refused(Fault.Code.INVALID_ARGUMENT, call("CreatePart").body("{\"price\":1}"));
    assertEquals("7.50", database.text("select price from parts where id = 7"));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aVersionColumnGoesUpWithEachChange(Database database) throws Exception {
    open(database);
    String etag = String.valueOf(call("GetVersion").path("id", "1").run().headers().get("ETag"));
    TestAnswer changed =
        call("UpdateVersion")
            .path("id", "1")
            .header("If-Match", etag)
            .body("{\"price\":1.50}")
            .run();
    assertNotEquals(etag, changed.headers().get("ETag"), "also where nothing else changed");
    refused(
        Fault.Code.PRECONDITION_FAILED,
        call("UpdateVersion").path("id", "1").header("If-Match", etag).body("{\"price\":3}"));
    assertEquals("2", database.text("select row_version from parts where id = 1"));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void theFileSFilterUsesTheCaller(Database database) throws Exception {
    open(database);
    TestAnswer north = call("ListOwns").caller("region", "north").run();
    assertEquals(List.of("2", "4", "6"), values(north, "id"));
    assertEquals(
        List.of(), values(call("ListOwns").caller("region", "north' or '1'='1").run(), "id"));
    refused(Fault.Code.FORBIDDEN, call("ListOwns"));
    refused(Fault.Code.NOT_FOUND, call("GetOwn").caller("region", "north").path("id", "1"));
    refused(
        Fault.Code.UNPROCESSABLE,
        call("UpdateOwn").caller("region", "north").path("id", "2").body("{\"region\":\"south\"}"));
    refused(
        Fault.Code.UNPROCESSABLE,
        call("CreateOwn").caller("region", "north").body("{\"name\":\"x\",\"region\":\"south\"}"));
    assertEquals("7", database.text("select count(*) from parts"));
    assertEquals("north", database.text("select region from parts where id = 2"));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void anIdempotencyKeyMakesOneRow(Database database) throws Exception {
    open(database);
    for (String operation : List.of("CreateOwn", "CreateOrdered")) {
      String body =
          operation.equals("CreateOwn")
              ? "{\"name\":\"x\",\"region\":\"north\",\"price\":1.5}"
              : "{\"name\":\"x\",\"price\":1.5}";
      TestAnswer first = idempotent(operation, "k-" + operation).body(body).run();
      TestAnswer again =
          idempotent(operation, "k-" + operation).body(body.replace("1.5", "1.50")).run();
      assertEquals(201, again.status());
      assertEquals(first.text(), again.text());
      assertEquals(first.headers().get("Location"), again.headers().get("Location"));
      assertEquals("true", again.headers().get("Idempotency-Replayed"));
      refused(
          Fault.Code.UNPROCESSABLE,
          idempotent(operation, "k-" + operation).body(body.replace("1.5", "2")));
    }
    assertEquals("9", database.text("select count(*) from parts"));
  }

  private TestCall idempotent(String operation, String key) {
    return call(operation).caller("region", "north").header("Idempotency-Key", key);
  }

  @ParameterizedTest
  @MethodSource("databases")
  void manyCallsWithOneKeyMakeOneRow(Database database) throws Exception {
    open(database);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<TestAnswer>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(
            threads.submit(
                () -> idempotent("CreateOrdered", "one").body("{\"name\":\"x\"}").run()));
      }
      for (Future<TestAnswer> answer : answers) {
        assertEquals(201, answer.get().status());
      }
    }
    assertEquals("1", database.text("select count(*) from parts where part_name = 'x'"));
    assertEquals("1", database.text("select count(*) from drawbridge_requests"));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void whatThePolicyTakesAwayIsGone(Database database) throws Exception {
    open(database);
    Restrictions some =
        new Restrictions("region eq 'south'", Map.of("name", Mask.LAST_FOUR, "price", Mask.HASH));
    TestAnswer list = call("ListParts").restricted(some).run();
    assertEquals(List.of("1", "3", "5"), values(list, "id"));
    assertEquals("****rt 1", values(list, "name").getFirst());
    assertEquals(32, values(list, "price").getFirst().length());
    assertEquals("null", values(list, "price").get(1), "null stays null");
    refused(Fault.Code.NOT_FOUND, call("GetPart").restricted(some).path("id", "2"));
    refused(
        Fault.Code.INVALID_ARGUMENT,
        call("ListParts").restricted(some).option("$filter", "price gt 1"));
    refused(
        Fault.Code.INVALID_ARGUMENT, call("ListParts").restricted(some).option("$orderby", "name"));
    refused(
        Fault.Code.INVALID_ARGUMENT,
        call("UpdatePart").restricted(some).path("id", "1").body("{\"price\":3}"));
    TestAnswer row = call("GetPart").restricted(some).path("id", "1").run();
    String etag = String.valueOf(row.headers().get("ETag"));
    database.execute("update parts set price = 77 where id = 1");
    assertEquals(
        etag,
        call("GetPart").restricted(some).path("id", "1").run().headers().get("ETag"),
        "an ETag tells nothing of a masked column");
    refused(
        Fault.Code.FORBIDDEN,
        call("ListParts").restricted(new Restrictions("", Map.of("id", Mask.NULL))));
    refused(
        Fault.Code.FORBIDDEN,
        call("ListParts").restricted(new Restrictions("no_column eq 1", Map.of())));
  }

  @ParameterizedTest
  @MethodSource("databases")
  void documentsSeeTheOptionsAndTheColumns(Database database) throws Exception {
    open(database);
    Operation list = site.operation("ListParts");
    assertTrue(list.traits().paged());
    assertEquals(
        List.of("$filter", "$select", "$orderby", "$top", "$skip", "$count", "page"),
        list.parameters().stream().map(p -> p.name()).toList());
    assertEquals("Number", list.columns().getFirst().title());
    assertEquals("In euros", list.columns().get(2).description());
    assertEquals(40, list.columns().get(1).schema().maxLength());
    assertTrue(site.operation("UpdatePart").traits().conditional());
    assertEquals("/parts/{id}", site.operation("DeletePart").path());
  }
}
