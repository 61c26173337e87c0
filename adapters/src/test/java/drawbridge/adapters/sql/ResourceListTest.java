package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import drawbridge.adapters.Answer.Format;
import drawbridge.adapters.Fault;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite.TestAnswer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is read of a resource: filters, orders, pages, columns. */
final class ResourceListTest extends PartsTable {
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
  void aViewIsAResourceToo(Database database) throws Exception {
    open(database);
    TestAnswer first = call("ListStocks").option("$count", "true").run();
    assertEquals(2, TestCall.json(first).get("count").asInt());
    assertEquals(List.of("north"), values(first, "region"));
    TestAnswer second = call("ListStocks").url(TestCall.json(first).get("nextLink").asText()).run();
    assertEquals(List.of("south"), values(second, "region"));
    assertFalse(TestCall.json(second).has("nextLink"));
    assertEquals(
        List.of("south"),
        values(call("ListStocks").option("$filter", "worth gt 7 and parts eq 4").run(), "region"));
    assertEquals(
        "{\"region\":\"north\",\"parts\":\"3\",\"worth\":7.00}",
        call("GetStock").path("region", "north").run().text());
    refused(Fault.Code.NOT_FOUND, call("GetStock").path("region", "west"));
  }

  /** RFC 4180, and NULL told from empty text. */
  @ParameterizedTest
  @MethodSource("databases")
  void csvKeepsEveryCharacter(Database database) throws Exception {
    open(database);
    for (String row :
        List.of(
            "{\"name\":\"a,b\"}",
            "{\"name\":\"say \\\"x\\\"\",\"region\":\"\"}",
            "{\"name\":\"two\\r\\nlines\",\"region\":\"\\n\"}",
            "{\"name\":\"'k\\\\s; =1+1\",\"region\":\"ü\"}")) {
      assertEquals(201, call("CreatePart").body(row).run().status());
    }
    assertEquals(
        "name,region\r\n"
            + "\"a,b\",\r\n"
            + "\"say \"\"x\"\"\",\"\"\r\n"
            + "\"two\r\nlines\",\"\n\"\r\n"
            + "'k\\s; =1+1,ü\r\n",
        call("ListParts")
            .option("$filter", "id gt 7")
            .option("$select", "name,region")
            .format(Format.CSV)
            .run()
            .text());
    assertEquals(List.of("11"), filtered("contains(name,'k\\s')"));
    assertEquals(List.of("11"), filtered("name eq '''k\\s; =1+1'"));
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
}
