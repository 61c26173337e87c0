package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A table of parts, served as several resources, on every database that is here. */
abstract class PartsTable {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  TestSite site;

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
      - name: Stock
        path: /stock
        resource:
          table: stock
          key: [region]
          allow: [list, get]
          columns:
            region: { type: string }
            how_many: { type: long, name: parts }
            worth: { type: decimal }
          filter: how_many > 0
          page: { size: 1 }
      """;

  final void open(Database database) throws Exception {
    database.execute(
        "drop view if exists stock",
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
            + " (operation, caller, request_key))",
        "create view stock as select region, count(*) as how_many, cast(sum(price) as decimal(10,2))"
            + " as worth from parts group by region");
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

  final TestCall call(String operation) {
    return new TestCall(site.operation(operation));
  }

  final Fault refused(Fault.Code code, TestCall call) {
    Fault fault = assertThrows(FaultException.class, call::run).fault();
    assertEquals(code, fault.code(), fault + " " + fault.cause());
    return fault;
  }

  /** The values of one member of every row of the list. */
  static List<String> values(TestAnswer answer, String member) throws Exception {
    List<String> values = new ArrayList<>();
    for (JsonNode row : TestCall.json(answer).get("value")) {
      values.add(row.get(member).asText());
    }
    return values;
  }
}
