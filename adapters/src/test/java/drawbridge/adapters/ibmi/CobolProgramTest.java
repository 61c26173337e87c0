package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.Parameter;
import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.Parameters;
import drawbridge.settings.SettingsException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** COBOL programs whose parameters are described by copybooks, through unmodified JTOpen. */
final class CobolProgramTest {
  private static final Charset EBCDIC = Charset.forName("IBM037");

  /** LINKAGE SECTION, as programs share it. */
  private static final String ORDER =
      """
             77  LK-CUSTOMER           PIC X(10).
             01  LK-ORDER.
                 05  ORDER-KIND        PIC X.
                     88  STANDARD-ORDER VALUE 'S'.
                     88  RUSH-ORDER     VALUE 'R'.
                 05  TERMS             PIC X(4).
                 05  RUSH-TERMS REDEFINES TERMS.
                     10  RUSH-DAYS     PIC 9(2).
                     10  FILLER        PIC X(2).
                 05  LINE-COUNT        PIC S9(4) BINARY.
                 05  LINES OCCURS 0 TO 5 TIMES DEPENDING ON LINE-COUNT.
                     10  SKU           PIC X(4).
                     10  QTY           PIC S9(5) COMP-3.
                     10  PRICE         PIC S9(5)V99.
             77  LK-TOTAL              PIC S9(9)V99 COMP-3.
      """;

  /** A copybook as it is copied below a level 01 of the program's own. */
  private static final String STATUS =
      """
                 05  RETURN-CODE-OF-IT PIC S9(4) COMP-5.
                 05  RETURN-TEXT       PIC X(20).
      """;

  private static final String OPERATIONS =
      """
      - name: Order
        post: /customers/{customer}/orders
        parameters:
          customer: { type: string, in: path }
        program:
          library: SHOP
          name: ORDER
          copybook: ../order.cpy
          using:
            - { record: LK-CUSTOMER, usage: input }
            - { record: LK-ORDER, usage: both }
            - { record: LK-TOTAL, usage: output }
            - { copybook: ../status.cpy, record: LK-STATUS, usage: output }
          fields:
            LK-CUSTOMER: { name: customer }
            LK-ORDER: { name: order }
            LK-TOTAL: { name: total }
            LK-STATUS: { name: status }
            RETURN-CODE-OF-IT: { name: code }
            LINES.PRICE: { usage: output }
            TERMS: { choose: { by: ORDER-KIND, when: { STANDARD-ORDER: TERMS, RUSH-ORDER: RUSH-TERMS } } }
      - name: Twice
        post: /twice
        safe: true
        program:
          library: SHOP
          name: MATHS
          procedure: TWICE
          returns: true
          copybook: ../maths.cpy
          using: [ { record: N, usage: both } ]
      """;

  @TempDir Path folder;
  private TestHost host;

  @BeforeEach
  void start() throws Exception {
    host = TestHost.start(folder);
    Files.writeString(folder.resolve("order.cpy"), ORDER);
    Files.writeString(folder.resolve("status.cpy"), STATUS);
    Files.writeString(folder.resolve("maths.cpy"), "01 N PIC S9(9) COMP-5.\n01 M PIC X.\n");
    host.host().program("SHOP", "ORDER", CobolProgramTest::order);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  /** Prices the lines; a line of no pieces is left out, and a rush takes a day longer. */
  private static void order(Parameters call) {
    assertEquals("ACME", call.text(0, 0, 10));
    byte[] order = call.bytes(1);
    if (order[0] == (byte) 0xd9) {
      assertEquals("02", call.text(1, 1, 2));
      call.text(1, 1, 2, "03");
    }
    int lines = call.int2(1, 5);
    BigDecimal price = new BigDecimal("-10.50");
    BigDecimal total = BigDecimal.ZERO;
    int kept = 0;
    for (int i = 0; i < lines; i++) {
      BigDecimal quantity = call.packed(1, 7 + 14 * i + 4, 5, 0);
      if (quantity.signum() != 0) {
        System.arraycopy(order, 7 + 14 * i, order, 7 + 14 * kept, 7);
        call.zoned(1, 7 + 14 * kept + 7, 7, 2, price);
        total = total.add(price.multiply(quantity));
        kept++;
      }
    }
    call.int2(1, 5, kept);
    if (call.text(1, 7, 4).equals("BAD")) {
      call.text(1, 14, 7, "       ");
    }
    call.packed(2, 0, 11, 2, total);
    call.int2(3, 0, -7);
    byte[] text = "priced".getBytes(EBCDIC);
    System.arraycopy(text, 0, call.bytes(3), 2, text.length);
    java.util.Arrays.fill(call.bytes(3), 2 + text.length, 22, (byte) 0x40);
  }

  @Test
  void theRecordsOfUsingAreTheParametersInTheirOrder() throws Exception {
    try (HostSite site = HostSite.open(folder, host, "", OPERATIONS)) {
      assertEquals(
          "{\"order\":{\"orderKind\":\"S\",\"terms\":\"N30\",\"lines\":["
              + "{\"sku\":\"A-1\",\"qty\":3,\"price\":-10.50},{\"sku\":\"C-3\",\"qty\":-1,\"price\":-10.50}]},"
              + "\"total\":-21.00,\"status\":{\"code\":-7,\"returnText\":\"priced\"}}",
          site.call(
                  "Order",
                  "{\"order\":{\"orderKind\":\"S\",\"terms\":\"N30\",\"lines\":["
                      + "{\"sku\":\"A-1\",\"qty\":3},{\"sku\":\"B-2\",\"qty\":0},{\"sku\":\"C-3\",\"qty\":-1}]}}",
                  "customer",
                  "ACME")
              .text());
      assertEquals(
          List.of("customer", "order"),
          site.operation("Order").parameters().stream().map(Parameter::name).toList());
    }
  }

  @Test
  void aFormOfTheRecordIsChosenByItsCondition() throws Exception {
    try (HostSite site = HostSite.open(folder, host, "", OPERATIONS)) {
      String body = "{\"order\":{\"orderKind\":\"R\",\"rushTerms\":{\"rushDays\":2},\"lines\":[]}}";
      String answer = site.call("Order", body, "customer", "ACME").text();
      assertTrue(answer.contains("\"rushTerms\":{\"rushDays\":3}"), answer);
      Fault other = site.fault("Order", body.replace("\"R\"", "\"S\""), "customer", "ACME");
      assertEquals(Fault.Code.INVALID_ARGUMENT, other.code());
      assertEquals("order.rushTerms", other.parameter());
    }
  }

  @Test
  void aProcedureOfAServiceProgramTakesACopybookToo() throws Exception {
    host.host()
        .procedure(
            "SHOP",
            "MATHS",
            "TWICE",
            p -> {
              p.int4(0, 0, p.int4(1, 0) > 100 ? 1 : 0);
              p.int4(1, 0, 2 * p.int4(1, 0));
            });
    try (HostSite site = HostSite.open(folder, host, "", OPERATIONS)) {
      assertEquals("{\"n\":42,\"result\":0}", site.call("Twice", "{\"n\":21}").text());
      assertEquals("{\"n\":-400,\"result\":0}", site.call("Twice", "{\"n\":-200}").text());
      assertEquals("{\"n\":400,\"result\":1}", site.call("Twice", "{\"n\":200}").text());
    }
  }

  @Test
  void whatDoesNotFitIsTheCallersFaultByNameAndNothingIsSent() throws Exception {
    try (HostSite site = HostSite.open(folder, host, "", OPERATIONS)) {
      long before = host.host().requests(HostService.COMMAND, 0x1003);
      String[][] cases = {
        {"order.lines[0].qty", "{\"sku\":\"A\",\"qty\":1.5}"},
        {"order.lines[0].qty", "{\"sku\":\"A\",\"qty\":100000}"},
        {"order.lines[0].sku", "{\"sku\":\"ABCDE\",\"qty\":1}"},
        {"order.lines[0].sku", "{\"sku\":\"日本\",\"qty\":1}"},
        {"order.lines[0].qty", "{\"sku\":\"A\"}"},
        {"order.lines[0].price", "{\"sku\":\"A\",\"qty\":1,\"price\":1}"},
      };
      for (String[] one : cases) {
        String body = "{\"order\":{\"orderKind\":\"S\",\"terms\":\"\",\"lines\":[" + one[1] + "]}}";
        Fault fault = site.fault("Order", body, "customer", "ACME");
        assertEquals(Fault.Code.INVALID_ARGUMENT, fault.code(), body);
        assertEquals(one[0], fault.parameter(), body);
      }
      Fault many =
          site.fault(
              "Order",
              "{\"order\":{\"orderKind\":\"S\",\"terms\":\"\",\"lines\":["
                  + "{\"sku\":\"A\",\"qty\":1},".repeat(5)
                  + "{\"sku\":\"A\",\"qty\":1}]}}",
              "customer",
              "ACME");
      assertEquals("order.lines", many.parameter());
      assertEquals(before, host.host().requests(HostService.COMMAND, 0x1003));
    }
  }

  @Test
  void blanksInANumberAreAnErrorNullOrFlaggedAsTheFileSays() throws Exception {
    String body =
        "{\"order\":{\"orderKind\":\"S\",\"terms\":\"\",\"lines\":[{\"sku\":\"BAD\",\"qty\":1}]}}";
    try (HostSite site = HostSite.open(folder, host, "", OPERATIONS)) {
      // The program ran, and nobody says that it may run again.
      assertEquals(
          Fault.Code.OUTCOME_UNKNOWN, site.fault("Order", body, "customer", "ACME").code());
    }
    String flagged =
        OPERATIONS.replace("PRICE: { usage: output", "PRICE: { usage: output, invalid: flag");
    try (HostSite site = HostSite.open(folder, host, "", flagged)) {
      String answer = site.call("Order", body, "customer", "ACME").text();
      assertTrue(answer.contains("\"price\":null,\"priceInvalid\":true"), answer);
    }
  }

  /** As CRTBNDCBL writes it: names with hyphens, FILLER without one, counts by name. */
  private static final String COMPILED =
      """
      <pcml version="4.0">
      <!-- COBOL program: ORDER -->
      <!-- created: 2026-01-31-12.00.00 -->
      <!-- source: SHOP/QCBLLESRC(ORDER) -->
      <struct name="LK-ORDER">
      <data name="ORDER-KIND" type="char" length="1" usage="inherit" />
      <data name="TERMS" type="char" length="2" usage="inherit" />
      <data name="_unnamed_1" type="char" length="2" usage="inherit" />
      <data name="LINE-COUNT" type="int" length="2" precision="15" usage="inherit" />
      <struct name="LINES" count="LINE-COUNT" usage="inherit">
      <data name="SKU" type="char" length="4" usage="inherit" />
      <data name="QTY" type="packed" length="5" precision="0" usage="inherit" />
      <data name="PRICE" type="zoned" length="7" precision="2" usage="inherit" />
      </struct>
      </struct>
      <program name="ORDER" path="/QSYS.LIB/SHOP.LIB/ORDER.PGM">
      <data name="LK-CUSTOMER" type="char" length="10" usage="input" />
      <data name="LK-ORDER" type="struct" struct="LK-ORDER" usage="inputoutput" />
      <data name="LK-TOTAL" type="packed" length="11" precision="2" usage="output" />
      <data name="LK-STATUS" type="char" length="22" usage="output" />
      </program>
      </pcml>
      """;

  @Test
  void thePcmlOfTheCobolCompilerSaysTheSame() throws Exception {
    Files.writeString(folder.resolve("order.pcml"), COMPILED);
    String operations =
        """
        - name: Order
          post: /orders
          program:
            pcml: ../order.pcml
            fields:
              LINES: { most: 5 }
              LINES.PRICE: { usage: output }
              LK-STATUS: { ccsid: 65535 }
        """;
    try (HostSite site = HostSite.open(folder, host, "", operations)) {
      String answer =
          site.call(
                  "Order",
                  "{\"lkCustomer\":\"ACME\",\"lkOrder\":{\"orderKind\":\"S\",\"terms\":\"N3\","
                      + "\"lines\":[{\"sku\":\"A-1\",\"qty\":3}]}}")
              .text();
      assertTrue(
          answer.startsWith(
              "{\"lkOrder\":{\"orderKind\":\"S\",\"terms\":\"N3\",\"lines\":["
                  + "{\"sku\":\"A-1\",\"qty\":3,\"price\":-10.50}]},\"lkTotal\":-31.50,"),
          answer);
    }
  }

  @Test
  void whatAProgramCantBeCalledWithIsToldWhenTheFileIsLoaded() {
    String[][] cases = {
      {"- { record: LK-TOTAL }", "usage"},
      {"- { record: LK-NOTHING, usage: input }", "there is no record “LK-NOTHING” in the copybook"},
      {"- { usage: input }", "the copybook has several records, and none is named"},
      {"- { copybook: ../status.cpy, usage: input }", "the copybook has no level 01"},
      {"- { copybook: ../gone.cpy, usage: input }", "gone.cpy"},
      {"- { record: LK-TOTAL, usage: sometimes }", "“sometimes” is not known here"},
      {"- { record: LK-TOTAL, usage: input, length: 5 }", "length"},
      {
        "- { record: LK-TOTAL, usage: input }\n- { record: LK-TOTAL, usage: output }",
        "would be called “lkTotal” in JSON"
      },
      {
        "- { record: LK-TOTAL, usage: input }\n".repeat(36),
        "has more than 35 parameters, which the host's server does not pass"
      },
    };
    for (String[] one : cases) {
      String program =
          "- name: P\n  post: /p\n  program:\n    library: SHOP\n    name: P\n"
              + "    copybook: ../order.cpy\n    using:\n"
              + one[0].indent(6);
      assertTold(program, one[1]);
    }
    String start = "- name: P\n  post: /p\n  program:\n    library: SHOP\n    name: P\n";
    assertTold(start + "    copybook: ../order.cpy\n", "the parameters are not known");
    assertTold(
        start + "    copybook: ../order.cpy\n    record: LK-TOTAL\n    using: []\n",
        "is said of each parameter");
    assertTold(start + "    pcml: ../p.pcml\n    using: []\n", "PCML says the parameters already");
    assertTold(
        start.replace("    name: P\n", "")
            + "    copybook: ../order.cpy\n    using: [ { record: LK-TOTAL, usage: both } ]\n",
        "name: is not said");
  }

  private void assertTold(String operations, String problem) {
    SettingsException e =
        assertThrows(
            SettingsException.class,
            () -> HostSite.open(folder, host, "", operations).close(),
            operations);
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(problem), message);
    assertTrue(message.contains(" Fix: "), message);
  }
}
