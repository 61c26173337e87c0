package drawbridge.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.util.stream.Collectors;

/**
 * The simulated IBM i of a stack: what is on it, and the files of a site that lead to it. A test
 * double, see docs/local-ibmi.md; nobody should take it for a system of record.
 */
final class SimulatedHost {
  /** Of the program, its settings and its log. */
  static final String NAME = "ibmi";

  private static final String USER = "BRIDGE";

  private final Layout layout;

  SimulatedHost(Layout layout) {
    this.layout = layout;
  }

  /** Writes the settings of the host itself. */
  void configuration() throws IOException {
    Path root = layout.folder().resolve("ibmi-files");
    Files.createDirectories(root.resolve("exchange"));
    Path tables = layout.folder().resolve("ibmi.sql");
    Files.writeString(tables, TABLES);
    Files.writeString(
        layout.configuration(NAME),
        """
        # A simulated IBM i: a test double in memory.
        files: %s
        database: %s
        users: [{ name: %s, password-file: %s }]
        libraries: [SHOP]
        programs:
          - { library: SHOP, name: PRICE, sample: pricing }
          - { library: SHOP, name: ORDER, sample: order }
          - { library: SHOP, name: STOCK, sample: stock, procedure: onStock }
        data-queues:
          - { library: SHOP, name: ORDERS, max-length: 200, senders: true }
          - { library: SHOP, name: EVENTS, order: keyed, max-length: 200, key-length: 4 }
        message-queues:
          - library: SHOP
            name: ALERTS
            messages:
              - { id: USR0100, severity: 10, text: Backup complete. }
              - { id: USR0200, severity: 60, text: Disk storage is over its threshold. }
              - { id: USR0300, severity: 99, inquiry: true, text: Printer is out of paper. (C G R) }
        """
            .formatted(root, tables, USER, layout.secret(NAME)));
  }

  /** Adds the source, its API and its rule to what a site has. */
  void site(StackPlan.Site site, JsonNode ready, X509Certificate connector) throws IOException {
    Path folder = layout.site(site);
    String ports =
        ready.path("ports").properties().stream()
            .map(port -> port.getKey() + ": " + port.getValue().asInt())
            .collect(Collectors.joining(", "));
    append(
        folder.resolve("sources.yaml"),
        """
        ibmi:
          adapter: ibmi
          system: %s
          ports: { %s }
          login: { user: %s, password-file: %s }
          libraries: [SHOP]
          commands: [QSYS/ADDLIBLE]
          folders: [/exchange]
        """
            .formatted(ready.path("address").asText(), ports, USER, layout.secret(NAME)));
    append(
        folder.resolve("policy.yaml"),
        """
          - name: connector-uses-the-host
            allow: [host/v1/*]
            to: { certificate: { subject: "%s", issuer: "%s" } }
            limits: { calls: 1000000/s, rows: 10000000, bytes: 10GB, time: 120s }
        """
            .formatted(
                connector.getSubjectX500Principal().getName(),
                connector.getIssuerX500Principal().getName()));
    Files.writeString(folder.resolve("price.pcml"), PCML);
    Files.writeString(folder.resolve("order.cpy"), COPYBOOK);
    Files.writeString(folder.resolve("apis").resolve("host-v1.yaml"), API);
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  private static final String TABLES =
      """
      create schema SHOP;
      create table SHOP.CUSTOMERS(
        NUMBER decimal(7,0) primary key, NAME varchar(40) not null, CREDIT decimal(11,2), SINCE date);
      insert into SHOP.CUSTOMERS values (1001, 'Ahlgren & Söhne', 5000.00, '1994-05-01');
      insert into SHOP.CUSTOMERS values (1002, 'Bolt Brothers', 12500.50, '2003-11-17');
      insert into SHOP.CUSTOMERS values (1003, 'Cooper Gears', null, '2019-02-28');
      """;

  private static final String PCML =
      """
      <pcml version="6.0">
        <program name="PRICE" path="/QSYS.LIB/SHOP.LIB/PRICE.PGM">
          <data name="CUSTOMER" type="char" length="10" usage="input"/>
          <data name="ITEM" type="char" length="10" usage="input"/>
          <data name="QUANTITY" type="packed" length="5" precision="0" usage="input"/>
          <data name="UNIT" type="packed" length="9" precision="2" usage="output"/>
          <data name="DISCOUNT" type="zoned" length="5" precision="4" usage="output"/>
          <data name="TOTAL" type="zoned" length="11" precision="2" usage="output"/>
          <data name="STATUS" type="char" length="30" usage="output"/>
        </program>
        <program name="STOCK" path="/QSYS.LIB/SHOP.LIB/STOCK.SRVPGM" entrypoint="onStock" returnvalue="integer">
          <data name="ITEM" type="char" length="10" usage="input"/>
          <data name="PIECES" type="int" length="4" usage="output"/>
        </program>
      </pcml>
      """;

  private static final String COPYBOOK =
      """
             77  LK-CUSTOMER          PIC X(10).
             01  LK-ORDER.
                 05  LINE-COUNT       PIC S9(4) BINARY.
                 05  LINES OCCURS 0 TO 5 TIMES DEPENDING ON LINE-COUNT.
                     10  ITEM         PIC X(10).
                     10  QUANTITY     PIC S9(5) COMP-3.
                     10  PRICE        PIC S9(7)V99.
             77  LK-TOTAL             PIC S9(9)V99 COMP-3.
      """;

  private static final String API =
      """
      api: host
      version: v1
      title: A simulated IBM i
      description: Programs, queues, commands, files and a table of a test double.
      source: ibmi
      operations:
        - name: PriceItem
          summary: The price of an item, from an RPG program
          get: /prices/{item}
          safe: true
          program: { pcml: ../price.pcml, entry: PRICE }
          parameters:
            item: { type: string, in: path }
          messages:
            USR0001: { fault: not-found, say: There is no such item. }
        - name: OnStock
          summary: The pieces of an item on stock, from a procedure of a service program
          get: /stock/{item}
          safe: true
          program: { pcml: ../price.pcml, entry: STOCK, result: known }
          parameters:
            item: { type: string, in: path }
        - name: PlaceOrder
          summary: Price an order, by a COBOL program that a copybook describes
          post: /customers/{customer}/orders
          program:
            library: SHOP
            name: ORDER
            copybook: ../order.cpy
            using:
              - { record: LK-CUSTOMER, usage: input }
              - { record: LK-ORDER, usage: both }
              - { record: LK-TOTAL, usage: output }
            fields:
              LK-CUSTOMER: { name: customer }
              LK-ORDER: { name: order }
              LK-TOTAL: { name: total }
              LINES.PRICE: { usage: output }
          parameters:
            customer: { type: string, in: path }
        - name: SendOrder
          summary: Put an order on the order queue
          post: /orders
          data-queue: { library: SHOP, name: ORDERS, do: send }
        - name: ReceiveOrder
          summary: Take the next order, and wait for one
          post: /orders/next
          data-queue: { library: SHOP, name: ORDERS, do: receive, wait: 20s }
        - name: SendEvent
          post: /events
          data-queue: { library: SHOP, name: EVENTS, do: send, key: { length: 4 } }
        - name: PeekEvent
          get: /events
          data-queue: { library: SHOP, name: EVENTS, do: peek, key: { length: 4 } }
        - name: TakeEvent
          post: /events/take
          data-queue: { library: SHOP, name: EVENTS, do: receive, key: { length: 4 } }
        - name: RemoveEvent
          post: /events/remove
          data-queue: { library: SHOP, name: EVENTS, do: remove, key: { length: 4 } }
        - name: ListAlerts
          get: /alerts
          message-queue: { library: SHOP, name: ALERTS, do: list, severity: 40 }
        - name: AnswerAlert
          post: /alerts/{key}
          message-queue: { library: SHOP, name: ALERTS, do: reply, replies: [C, G, R] }
          parameters:
            key: { type: string, in: path }
        - name: AddLibrary
          post: /libraries
          safe: true
          command:
            library: QSYS
            name: ADDLIBLE
            parameters:
              LIB: { from: library, as: name }
          parameters:
            library: { type: string, required: true }
        - name: WriteText
          put: /files/{name}
          file: { folder: /exchange, do: write, ccsid: 37 }
          parameters:
            name: { type: string, in: path }
        - name: ListFiles
          get: /files
          file: { folder: /exchange, do: list }
        - name: WriteBytes
          put: /bytes/{name}
          file: { folder: /exchange, do: write, pieces: true }
          parameters:
            name: { type: string, in: path }
        - name: ReadBytes
          get: /bytes/{name}
          file: { folder: /exchange, do: read }
          parameters:
            name: { type: string, in: path }
        - name: ReadText
          get: /files/{name}
          file: { folder: /exchange, do: read, ccsid: 37 }
          parameters:
            name: { type: string, in: path }
        - name: Customer
          path: /customers
          resource:
            table: CUSTOMERS
            key: [NUMBER]
            allow: [list, get, create, update, delete]
            columns:
              NUMBER: { type: decimal }
              NAME: { type: string, required: true, max-length: 40 }
              CREDIT: { type: decimal }
              SINCE: { type: date }
            page: { size: 2 }
      """;
}
