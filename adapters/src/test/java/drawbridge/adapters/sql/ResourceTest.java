package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Restrictions.Mask;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite.TestAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of a resource, one at a time: created, read, changed, deleted, and what is hidden of them.
 */
final class ResourceTest extends PartsTable {
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

  /** The key goes with the row: where none was made, the same key makes one, with any body. */
  @ParameterizedTest
  @MethodSource("databases")
  void aFailedCreateLeavesItsKeyUnused(Database database) throws Exception {
    open(database);
    refused(
        Fault.Code.UNPROCESSABLE,
        idempotent("CreateOwn", "own").body("{\"name\":\"x\",\"region\":\"south\"}"));
    refused(Fault.Code.CONFLICT, idempotent("CreateOrdered", "ordered").body("{\"price\":1.5}"));
    refused(
        Fault.Code.INVALID_ARGUMENT,
        idempotent("CreateOrdered", "ordered").body("{\"name\":\"x\",\"price\":1.555}"));
    assertEquals("7", database.text("select count(*) from parts"));
    TestAnswer own =
        idempotent("CreateOwn", "own").body("{\"name\":\"x\",\"region\":\"north\"}").run();
    TestAnswer ordered =
        idempotent("CreateOrdered", "ordered").body("{\"name\":\"x\",\"price\":1.5}").run();
    for (TestAnswer answer : List.of(own, ordered)) {
      assertEquals(201, answer.status());
      assertFalse(answer.headers().containsKey("Idempotency-Replayed"), "it ran anew");
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
  void theFilterOfThePolicyHoldsForChangesToo(Database database) throws Exception {
    open(database);
    Restrictions south = new Restrictions("region eq 'south'", Map.of());
    String north = "select price from parts where id = 2";
    for (TestCall beyond :
        List.of(
            call("UpdatePart").path("id", "2").body("{\"price\":77}"),
            call("UpdateVersion").path("id", "2").body("{\"price\":77}"),
            call("DeletePart").path("id", "2"))) {
      Fault.Code code =
          assertThrows(FaultException.class, beyond.restricted(south)::run).fault().code();
      // The columns of the second one don't have what the filter asks for.
      assertTrue(code == Fault.Code.NOT_FOUND || code == Fault.Code.FORBIDDEN, code::toString);
    }
    assertEquals("2.50", database.text(north));
    refused(
        Fault.Code.UNPROCESSABLE,
        call("UpdatePart").restricted(south).path("id", "1").body("{\"region\":\"north\"}"));
    refused(
        Fault.Code.UNPROCESSABLE,
        call("CreatePart").restricted(south).body("{\"name\":\"x\",\"region\":\"north\"}"));
    assertEquals("0", database.text("select count(*) from parts where part_name = 'x'"));
    assertEquals("south", database.text("select region from parts where id = 1"));
    TestAnswer changed =
        call("UpdatePart").restricted(south).path("id", "1").body("{\"price\":5}").run();
    assertEquals("5", TestCall.json(changed).get("price").decimalValue().toBigInteger().toString());
    assertEquals(
        201,
        call("CreatePart")
            .restricted(south)
            .body("{\"name\":\"y\",\"region\":\"south\"}")
            .run()
            .status());
    assertEquals(204, call("DeletePart").restricted(south).path("id", "1").run().status());
  }

  @ParameterizedTest
  @MethodSource("databases")
  void whatIsNotListedDoesNotExist(Database database) throws Exception {
    open(database);
    assertEquals(
        Set.of(
            "GET /parts ListParts",
            "GET /parts/{id} GetPart",
            "POST /parts CreatePart",
            "PATCH /parts/{id} UpdatePart",
            "DELETE /parts/{id} DeletePart",
            "GET /versions/{id} GetVersion",
            "PATCH /versions/{id} UpdateVersion",
            "DELETE /versions/{id} DeleteVersion",
            "GET /own ListOwns",
            "GET /own/{id} GetOwn",
            "POST /own CreateOwn",
            "PATCH /own/{id} UpdateOwn",
            "GET /ordered ListOrdereds",
            "POST /ordered CreateOrdered",
            "GET /stock ListStocks",
            "GET /stock/{region} GetStock"),
        site.site().apis().getFirst().operations().stream()
            .map(o -> o.method() + " " + o.path() + " " + o.name())
            .collect(Collectors.toSet()));
    for (String gone : List.of("DeleteOwn", "GetOrdered", "UpdateStock", "ListVersions")) {
      assertEquals(Optional.empty(), site.site().operation("shop/v1/" + gone));
    }
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
    assertEquals(200, site.operation("UpdatePart").traits().status());
    assertEquals(201, site.operation("CreatePart").traits().status());
    assertEquals(204, site.operation("DeletePart").traits().status());
    assertEquals("/parts/{id}", site.operation("DeletePart").path());
  }
}
