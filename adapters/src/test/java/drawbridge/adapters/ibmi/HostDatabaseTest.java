package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.SourceCheck;
import drawbridge.adapters.TestSite.TestAnswer;
import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.HostSettings;
import drawbridge.ibmi.stub.HostUser;
import drawbridge.ibmi.stub.SqlProcedure.Parameter;
import drawbridge.ibmi.stub.SqlProcedure.Way;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SQL on a source with adapter ibmi, through JTOpen's JDBC driver. */
final class HostDatabaseTest {
  private static final int CANCEL = 0x1818;

  private static final String OPERATIONS =
      """
      - name: FindOrders
        get: /customers/{customer}/orders
        sql: select ID, AMOUNT, PLACED, NAME from ORDERS where CUSTOMER = :customer order by ID
        parameters:
          customer: { type: integer, in: path }
      - name: AddOrder
        post: /orders
        sql: insert into ORDERS (ID, CUSTOMER, AMOUNT, NAME) values (:id, :customer, :amount, :name)
        parameters:
          id: { type: integer, required: true }
          customer: { type: integer, required: true }
          amount: { type: decimal }
          name: { type: string }
      - name: Move
        post: /moves
        transaction:
          - sql: update ORDERS set CUSTOMER = :to where ID = :id
            rows: 1
          - sql: insert into LOG (ID, WHO) values (:id, :to)
        parameters:
          id: { type: integer, required: true }
          to: { type: integer, required: true }
      - name: Endless
        get: /endless
        sql: select count(*) as n from SYSTEM_RANGE(1, 1000000) a, SYSTEM_RANGE(1, 1000000) b
      - name: Quote
        post: /quotes
        procedure:
          name: SHOP.QUOTE
          arguments:
            - { in: pieces }
            - { out: price, type: decimal }
        parameters:
          pieces: { type: integer, required: true }
      - name: Order
        path: /rows
        resource:
          table: ORDERS
          key: [ID]
          allow: [list, get, create, update, delete]
          columns:
            ID: { type: integer }
            CUSTOMER: { type: integer, required: true }
            AMOUNT: { type: decimal }
            PLACED: { type: date }
            NAME: { type: string, max-length: 40 }
          page: { size: 10 }
      """;

  @TempDir private Path folder;
  private TestHost host;
  private Connection behind;

  @BeforeEach
  void start() throws Exception {
    String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=DB2";
    behind = DriverManager.getConnection(url);
    try (Statement statement = behind.createStatement()) {
      statement.execute("create schema SHOP");
      statement.execute("create schema OTHER");
      statement.execute(
          "create table SHOP.ORDERS(ID integer primary key, CUSTOMER integer not null, AMOUNT"
              + " decimal(11,2), PLACED date, NAME varchar(40))");
      statement.execute(
          "create table SHOP.LOG(ID integer primary key, WHO integer check (WHO < 100))");
      statement.execute("insert into SHOP.ORDERS values(1, 7, 12.50, '2026-01-31', 'Müller')");
      statement.execute("insert into SHOP.ORDERS values(2, 7, null, null, null)");
    }
    host = TestHost.start(folder, HostSettings.builder().database(url));
    host.host().library("SHOP");
    host.host().library("OTHER");
    host.host()
        .sqlProcedure(
            "SHOP",
            "QUOTE",
            List.of(
                new Parameter(Way.IN, Types.INTEGER, 0, 0),
                new Parameter(Way.OUT, Types.DECIMAL, 11, 2)),
            (database, values) -> {
              values[1] = new BigDecimal("0.35").multiply(new BigDecimal((Integer) values[0]));
              return null;
            });
  }

  @AfterEach
  void stop() throws Exception {
    host.close();
    behind.close();
  }

  private HostSite site(String further) throws Exception {
    return HostSite.open(folder, host, further, OPERATIONS);
  }

  private HostSite site() throws Exception {
    return site("libraries: [SHOP]\n");
  }

  private long number(String sql) throws Exception {
    try (Statement statement = behind.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertTrue(rows.next());
      return rows.getLong(1);
    }
  }

  @Test
  void statementsReadAndTheJobIsTold() throws Exception {
    List<String> jobs = new ArrayList<>();
    TestAnswer answer =
        new TestAnswer(Answer.Format.JSON) {
          @Override
          public void servedBy(String job) {
            jobs.add(job);
          }
        };
    try (HostSite site = site()) {
      site.call("FindOrders", answer, Duration.ofSeconds(30), "", "customer", "7");
      assertEquals(
          "{\"value\":[{\"ID\":1,\"AMOUNT\":12.50,\"PLACED\":\"2026-01-31\",\"NAME\":\"Müller\"},"
              + "{\"ID\":2,\"AMOUNT\":null,\"PLACED\":null,\"NAME\":null}]}",
          answer.text());
      assertEquals(1, jobs.size());
      assertTrue(jobs.getFirst().matches("\\d{6}/QUSER/QZDASOINIT"), jobs.getFirst());
    }
  }

  @Test
  void aChangeIsCommittedAndOneThatFailsLeavesNothing() throws Exception {
    try (HostSite site = site()) {
      site.call("AddOrder", "{\"id\":3,\"customer\":8,\"amount\":\"1.25\",\"name\":\"O'Hara\"}");
      assertEquals(1, number("select count(*) from SHOP.ORDERS where NAME = 'O''Hara'"));
      Fault twice = site.fault("AddOrder", "{\"id\":3,\"customer\":8}");
      assertEquals(Fault.Code.CONFLICT, twice.code());
      assertFalse(twice.message().contains("SQL"), twice.message());
      site.call("Move", "{\"id\":3,\"to\":9}");
      assertEquals(9, number("select CUSTOMER from SHOP.ORDERS where ID = 3"));
      assertEquals(Fault.Code.CONFLICT, site.fault("Move", "{\"id\":1,\"to\":100}").code());
      assertEquals(7, number("select CUSTOMER from SHOP.ORDERS where ID = 1"));
    }
  }

  @Test
  void aTableIsAResource() throws Exception {
    try (HostSite site = site()) {
      TestAnswer made =
          site.call(
              "CreateOrder",
              "{\"ID\":5,\"CUSTOMER\":8,\"AMOUNT\":99.99,\"PLACED\":\"2026-02-28\",\"NAME\":\"x\"}");
      assertEquals(201, made.status());
      TestAnswer list = site.call("ListOrders", "");
      assertTrue(list.text().contains("\"ID\":1"), list.text());
      assertTrue(list.text().contains("\"AMOUNT\":99.99"), list.text());
      site.call("UpdateOrder", "{\"NAME\":\"y\"}", "ID", "5");
      assertTrue(site.call("GetOrder", "", "ID", "5").text().contains("\"NAME\":\"y\""));
      assertEquals(204, site.call("DeleteOrder", "", "ID", "5").status());
      assertEquals(Fault.Code.NOT_FOUND, site.fault("GetOrder", "", "ID", "5").code());
    }
  }

  @Test
  void aProcedureAnswersItsParameters() throws Exception {
    try (HostSite site = site()) {
      assertEquals("{\"price\":\"35.00\"}", site.call("Quote", "{\"pieces\":100}").text());
    }
  }

  @Test
  void theDeadlineCancelsTheStatementAndTheConnectionGoesOn() throws Exception {
    try (HostSite site = site()) {
      TestAnswer answer = new TestAnswer(Answer.Format.JSON);
      Fault late =
          assertThrows(
                  FaultException.class,
                  () -> site.call("Endless", answer, Duration.ofMillis(1500), ""))
              .fault();
      assertEquals(Fault.Code.DEADLINE_EXCEEDED, late.code());
      assertTrue(host.host().requests(HostService.DATABASE, CANCEL) >= 1);
      assertTrue(site.call("FindOrders", "", "customer", "7").text().contains("12.50"));
    }
  }

  @Test
  void namesAreFoundThroughTheLibraryListWithBothNamings() throws Exception {
    for (String further :
        List.of(
            "libraries: [SHOP, OTHER]\n",
            "libraries: [OTHER, SHOP]\ndatabase: { naming: system }\n",
            "current-library: SHOP\nlibraries: [OTHER]\n")) {
      try (HostSite site = site(further)) {
        assertTrue(site.call("FindOrders", "", "customer", "7").text().contains("12.50"), further);
      }
    }
    host.host().jobDescription("SHOP", "BRIDGE", List.of("SHOP"), "*USRPRF");
    try (HostSite site = site("job-description: SHOP/BRIDGE\n")) {
      assertTrue(site.call("FindOrders", "", "customer", "7").text().contains("12.50"));
    }
  }

  @Test
  void withoutAJournalAFailedChangeIsUnknown() throws Exception {
    try (HostSite site = site("libraries: [SHOP]\ndatabase: { isolation: none }\n")) {
      site.call("AddOrder", "{\"id\":3,\"customer\":8}");
      assertEquals(1, number("select count(*) from SHOP.ORDERS where ID = 3"));
      // The second statement is refused, and what the first one did stays.
      assertEquals(Fault.Code.OUTCOME_UNKNOWN, site.fault("Move", "{\"id\":1,\"to\":100}").code());
      assertEquals(100, number("select CUSTOMER from SHOP.ORDERS where ID = 1"));
      assertTrue(site.call("FindOrders", "", "customer", "100").text().contains("12.50"));
    }
  }

  @Test
  void aTableWithoutAJournalIsChangedOnlyWithoutCommitmentControl() throws Exception {
    host.host().unjournaled("SHOP", "ORDERS");
    for (String isolation : List.of("read-uncommitted", "read-committed", "serializable")) {
      try (HostSite site =
          site("libraries: [SHOP]\ndatabase: { isolation: " + isolation + " }\n")) {
        assertEquals(
            Fault.Code.SOURCE_ERROR, site.fault("AddOrder", "{\"id\":3,\"customer\":8}").code());
        assertTrue(site.call("FindOrders", "", "customer", "7").text().contains("12.50"));
      }
    }
    assertEquals(0, number("select count(*) from SHOP.ORDERS where ID = 3"));
    try (HostSite site = site("libraries: [SHOP]\ndatabase: { isolation: none }\n")) {
      site.call("AddOrder", "{\"id\":3,\"customer\":8}");
    }
    assertEquals(1, number("select count(*) from SHOP.ORDERS where ID = 3"));
  }

  @Test
  void aRowWithoutAKeyIsFoundByItsRecordNumber() throws Exception {
    String operations =
        """
        - name: Old
          get: /old
          sql: select rrn(t) as rrn, t.NAME from SHOP.ORDERS t order by 1
        - name: OldOne
          get: /old/{rrn}
          sql: select t.NAME from SHOP.ORDERS t where rrn(t) = :rrn
          parameters:
            rrn: { type: decimal, in: path }
        """;
    try (HostSite site = HostSite.open(folder, host, "libraries: [SHOP]\n", operations)) {
      String all = site.call("Old", "").text();
      String number = all.replaceFirst("(?s).*?\"RRN\":(\\d+).*", "$1");
      assertEquals(
          "{\"value\":[{\"NAME\":\"Müller\"}]}", site.call("OldOne", "", "rrn", number).text());
      assertEquals("{\"value\":[]}", site.call("OldOne", "", "rrn", "999").text());
    }
  }

  @Test
  void packedKeysAreComparedAsNumbers() throws Exception {
    try (Statement statement = behind.createStatement()) {
      statement.execute(
          "create table SHOP.ITEMS(NO decimal(9,2) primary key, ZONED numeric(5,0), NAME"
              + " varchar(10))");
      statement.execute("insert into SHOP.ITEMS values(7.50, 12, 'a')");
    }
    String operations =
        """
        - name: Item
          path: /items
          resource:
            table: ITEMS
            key: [NO]
            allow: [list, get, update]
            columns: { NO: { type: decimal }, ZONED: { type: decimal }, NAME: { type: string } }
        """;
    try (HostSite site = HostSite.open(folder, host, "libraries: [SHOP]\n", operations)) {
      for (String written : List.of("7.5", "7.50", "07.500")) {
        assertTrue(
            site.call("GetItem", "", "NO", written).text().contains("\"NAME\":\"a\""), written);
      }
      site.call("UpdateItem", "{\"ZONED\":-99999}", "NO", "7.5");
      assertEquals(-99_999, number("select ZONED from SHOP.ITEMS"));
      assertEquals(Fault.Code.NOT_FOUND, site.fault("GetItem", "", "NO", "7.51").code());
    }
  }

  @Test
  void aCharacterThatTheColumnLacksIsTheCallersAndNothingIsChanged() throws Exception {
    try (HostSite site = site()) {
      Fault lacking = site.fault("AddOrder", "{\"id\":3,\"customer\":8,\"name\":\"日本\"}");
      assertEquals(Fault.Code.INVALID_ARGUMENT, lacking.code());
      assertEquals("name", lacking.parameter());
      assertEquals("“name” has a character that CCSID 37 lacks", lacking.message());
      Fault resource = site.fault("CreateOrder", "{\"ID\":5,\"CUSTOMER\":8,\"NAME\":\"5 €\"}");
      assertEquals("NAME", resource.parameter());
      assertEquals(2, number("select count(*) from SHOP.ORDERS"));
      site.call("AddOrder", "{\"id\":3,\"customer\":8,\"name\":\"Ærø [x]\"}");
      assertEquals(1, number("select count(*) from SHOP.ORDERS where NAME = 'Ærø [x]'"));
    }
  }

  @Test
  void theCheckProvesEveryStatement() throws Exception {
    try (HostSite site = site()) {
      SourceCheck good = site.check();
      assertTrue(good.ok(), good::toString);
      assertTrue(site.state().available(), site.state()::toString);
      try (Statement statement = behind.createStatement()) {
        statement.execute("drop table SHOP.LOG");
      }
      SourceCheck bad = site.check();
      assertFalse(bad.ok());
      assertTrue(String.join("\n", bad.details()).contains("host/v1/Move"), bad::toString);
    }
  }

  @Test
  void aWrongPasswordIsTriedOnceByBothPoolsTogether() throws Exception {
    HostUser user = host.host().user("BRIDGE", "s3cret");
    Files.writeString(host.passwordFile(), "wrong");
    try (HostSite site = site()) {
      for (int i = 0; i < 3; i++) {
        Fault fault = site.fault("FindOrders", "", "customer", "7");
        assertEquals(Fault.Code.SOURCE_UNAVAILABLE, fault.code());
        assertEquals("the source refused the sign-in", fault.message());
        assertFalse(site.check().ok());
      }
      assertEquals(1, user.attempts());
      Files.writeString(host.passwordFile(), "s3cret");
      assertTrue(site.call("FindOrders", "", "customer", "7").text().contains("12.50"));
    }
  }

  @Test
  void aConnectionThatWasCutIsReplaced() throws Exception {
    try (HostSite site = site()) {
      site.call("FindOrders", "", "customer", "7");
      host.host().drop(HostService.DATABASE);
      assertTrue(site.call("FindOrders", "", "customer", "7").text().contains("12.50"));
    }
    TestHost.await(
        "no connection is left", () -> host.host().connections(HostService.DATABASE) == 0);
    TestHost.await("nor a sign-on", () -> host.host().connections(HostService.SIGN_ON) == 0);
  }
}
