package drawbridge.adapters.ibmi.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of COBOL become JSON, and back. */
final class CopybookTest {
  @TempDir Path folder;

  private static final String ORDER =
      """
      000100* An order, as the warehouse writes it.                           WAREHSE
      000200 01  ORDER-RECORD.                                                WAREHSE
      000300     05  ORDER-NO            PIC 9(8).
      000400     05  CUSTOMER.
      000500         10  CUST-NAME       PIC X(10) VALUE SPACES.
      000600         10  FILLER          PIC X(2).
      000700     05  ORDER-STATUS        PIC X.
      000800         88  IS-OPEN         VALUE 'O'.
      000900         88  IS-PAID         VALUE 'P' 'Q'.
      001000     05  AMOUNT              PIC S9(7)V99 COMP-3.
      001100     05  BALANCE      PIC S9(5)V9(2) SIGN IS LEADING SEPARATE
      001200                      CHARACTER.
      001300     05  LINE-COUNT          PIC S9(4) BINARY.
      001400     05  DISCOUNT            PIC SV999 COMP-5.
      001500     05  LINES OCCURS 0 TO 5 TIMES DEPENDING ON LINE-COUNT
      001600               INDEXED BY LINE-INDEX.
      001700         10  SKU             PIC A(4).
      001800         10  QTY             PIC 9(3).
      """;

  private static Map<String, Object> order() {
    Map<String, Object> order = new HashMap<>();
    order.put("orderNo", "4711");
    order.put("customer", Map.of("custName", "Smith"));
    order.put("orderStatus", "O");
    order.put("amount", new BigDecimal("-12.5"));
    order.put("balance", new BigDecimal("1.25"));
    order.put("discount", new BigDecimal("-0.125"));
    order.put("lines", List.of(Map.of("sku", "AB", "qty", 3)));
    return order;
  }

  @Test
  void aRecordOfCobolIsTheObjectThatItDescribes() throws FaultException {
    Layout layout = Described.copybook(folder, ORDER, "");
    assertEquals(
        "f0f0f0f0f4f7f1f1"
            + "e29489a3884040404040"
            + "4040"
            + "d6"
            + "000001250d"
            + "4ef0f0f0f0f1f2f5"
            + "0001"
            + "ff83"
            + "c1c24040f0f0f3",
        Described.hex(layout.encode(order())));
    Map<String, @Nullable Object> back = layout.decode(layout.encode(order()));
    assertEquals(new BigDecimal("4711"), back.get("orderNo"));
    assertEquals(Map.of("custName", "Smith"), back.get("customer"));
    assertEquals(new BigDecimal("-12.50"), back.get("amount"));
    assertEquals(new BigDecimal("1.25"), back.get("balance"));
    assertEquals(new BigDecimal("-0.125"), back.get("discount"));
    assertEquals(
        List.of(Map.of("sku", "AB", "qty", new BigDecimal(3))), Described.at(back, "lines"));
    assertFalse(back.containsKey("lineCount"), "the length of the array says it");
    assertFalse(layout.fixed());
    Column status =
        layout.reply().stream()
            .filter(c -> c.name().equals("orderStatus"))
            .findFirst()
            .orElseThrow();
    assertEquals("O: IS-OPEN; P, Q: IS-PAID", status.description());
  }

  @Test
  void strictnessIsThatOfPrograms() {
    Layout layout = Described.copybook(folder, ORDER, "");
    Map<String, Object> order = order();
    order.put("orderNo", -1);
    assertEquals("“orderNo” must not be negative", refused(layout, order));
    order.put("orderNo", 1);
    order.put("discount", new BigDecimal("32.768"));
    assertEquals("“discount” is out of the range of its type", refused(layout, order));
    order.put("discount", 0);
    order.put("lines", List.of(1));
    assertEquals("“lines[0]” must be an object", refused(layout, order));
    Map<String, Object> line = Map.of("sku", "A", "qty", 1);
    order.put("lines", List.of(line, line, line, line, line, line));
    assertEquals("“lines” has more than 5 elements", refused(layout, order));
    order.put("lines", List.of());
    order.put("lineCount", 0);
    assertEquals("“lineCount” is not known to this operation", refused(layout, order));
  }

  private static String refused(Layout layout, Map<String, Object> values) {
    Fault fault = assertThrows(FaultException.class, () -> layout.encode(values)).fault();
    assertEquals(Fault.Code.INVALID_ARGUMENT, fault.code());
    return fault.message();
  }

  @Test
  void recordsThatAreTooShortOrTooLongAreTold() throws FaultException {
    Layout layout = Described.copybook(folder, ORDER, "");
    byte[] record = layout.encode(order());
    byte[] cut = java.util.Arrays.copyOf(record, record.length - 1);
    byte[] more = java.util.Arrays.copyOf(record, record.length + 1);
    assertEquals(
        Fault.Code.SOURCE_ERROR,
        assertThrows(FaultException.class, () -> layout.decode(cut)).fault().code());
    assertEquals(
        Fault.Code.SOURCE_ERROR,
        assertThrows(FaultException.class, () -> layout.decode(more)).fault().code());
  }

  private static final String FORMS =
      """
      01 REC.
        05 REC-TYPE PIC X.
          88 IS-PERSON VALUE 'P'.
        05 BODY-A.
          10 FIRST-NAME PIC X(5).
          10 LAST-NAME PIC X(5).
        05 BODY-B REDEFINES BODY-A.
          10 COMPANY PIC X(8).
        05 BODY-C REDEFINES BODY-A PIC 9(4).
        05 TAIL PIC X(2) VALUE 'ZZ'.
      """;

  @Test
  void aChooserSaysWhichFormARecordHas() throws FaultException {
    Layout layout =
        Described.copybook(
            folder,
            FORMS,
            """
            fields:
              BODY-A: { choose: { by: REC-TYPE, when: { IS-PERSON: BODY-A, C: BODY-B } } }
              BODY-C: { hidden: true }
            """);
    assertTrue(layout.fixed());
    assertEquals(13, layout.size());
    byte[] person =
        layout.encode(
            Map.of("recType", "P", "bodyA", Map.of("firstName", "Ann", "lastName", "Lee")));
    assertArrayEquals(Described.text("PAnn  Lee  ZZ"), person);
    byte[] company = layout.encode(Map.of("recType", "C", "bodyB", Map.of("company", "ACME")));
    assertArrayEquals(Described.text("CACME      ZZ"), company);
    Map<String, @Nullable Object> back = layout.decode(company);
    assertEquals(Map.of("company", "ACME"), back.get("bodyB"));
    assertFalse(back.containsKey("bodyA"));
    assertEquals(
        "“bodyA” does not belong to the value that chooses",
        refused(
            layout, Map.of("recType", "C", "bodyB", Map.of("company", "A"), "bodyA", Map.of())));
    assertThrows(FaultException.class, () -> layout.decode(Described.text("XACME      ZZ")));
  }

  @Test
  void withoutAChooserOneFormIsLeft() throws FaultException {
    Layout layout =
        Described.copybook(
            folder, FORMS, "fields: { BODY-A: { hidden: true }, BODY-B: { hidden: true } }");
    byte[] record = layout.encode(Map.of("recType", "X", "bodyC", 12));
    assertArrayEquals(Described.text("X0012      ZZ"), record);
  }

  @Test
  void compsSignsAndScalesAreAsTheCompilerStoresThem() throws FaultException {
    Layout layout =
        Described.copybook(
            folder,
            """
               05 A PIC S9(3).
               05 B PIC S9(3) SIGN LEADING.
               05 C PIC S9(3) SIGN TRAILING SEPARATE.
               05 D COMP-1.
               05 E USAGE IS COMPUTATIONAL-2.
               05 F PIC 9(4) COMP.
               05 G PIC 9(9) COMP-4.
               05 H PIC S9(18) COMP-5.
               05 I PIC 9(3)PP.
               05 J PIC VPP99.
               05 K PIC N(2).
               77 L PIC X(1).
            """,
            "comp: packed\nformat: free");
    Map<String, Object> values = new HashMap<>();
    values.put("a", -123);
    values.put("b", -123);
    values.put("c", -123);
    values.put("d", new BigDecimal("1.5"));
    values.put("e", new BigDecimal("-0.1"));
    values.put("f", 1234);
    values.put("g", 999999999);
    values.put("h", "-9223372036854775808");
    values.put("i", 12300);
    values.put("j", new BigDecimal("0.0012"));
    values.put("k", "日本");
    values.put("l", "x");
    byte[] record = layout.encode(values);
    assertEquals(
        "f1f2d3"
            + "d1f2f3"
            + "f1f2f360"
            + "3fc00000"
            + "bfb999999999999a"
            + "01234f"
            + "3b9ac9ff"
            + "8000000000000000"
            + "f1f2f3"
            + "f1f2"
            + "65e5672c"
            + "a7",
        Described.hex(record));
    Map<String, @Nullable Object> back = layout.decode(record);
    assertEquals(new BigDecimal("-123"), back.get("a"));
    assertEquals("-9223372036854775808", back.get("h"));
    assertEquals(
        0, new BigDecimal("12300").compareTo(new BigDecimal(String.valueOf(back.get("i")))));
    assertEquals(new BigDecimal("0.0012"), back.get("j"));
    assertEquals("日本", back.get("k"));
  }

  @Test
  void fixedFormKnowsColumnsCommentsAndContinuations() throws FaultException {
    Layout layout =
        Described.copybook(
            folder,
            """
                  * comment
                   01  R.                                                           IDENT
                       05  TEXT-OF-IT     PIC X(8)                      VALUE 'ABCDE
                  -        'FG'.
                       05  LONG-
                  -    NAME  PIC X(1).
            """,
            "");
    assertEquals(
        List.of("textOfIt", "longName"), layout.request().stream().map(Column::name).toList());
    assertArrayEquals(Described.text("ABCDEFG x"), layout.encode(Map.of("longName", "x")));
  }

  @Test
  void whatABookCannotSayIsAskedForOrRefusedWithItsLine() {
    String[][] cases = {
      {
        "01 R. 05 A PIC 9(4) COMP.", "comp: the copybook has COMP, which compilers read in two ways"
      },
      {"01 R.\n05 A PIC ZZ9.99.", "c.cpy:2: A: PIC ZZ9.99 is edited for printing"},
      {"01 R.\n05 A PIC G(2).", "graphic: the copybook has PIC G, and its CCSID is not said"},
      {"01 R.\n05 A PIC S9(4) BINARY SYNC.", "c.cpy:2: A: SYNC puts bytes between fields"},
      {"01 R.\n05 A POINTER.", "c.cpy:2: A: has neither a picture nor fields in it"},
      {"01 R.\n05 A PIC X(2)\n", "c.cpy:2: this entry has no period"},
      {"01 R.\n05 A PIC X(2) VALUE 'ABC'.", "c.cpy:2: A: its initial value does not fit"},
      {"01 R.\n05 A PIC X OCCURS 2 TO 3.", "c.cpy:2: A: OCCURS … TO has no DEPENDING ON"},
      {
        "01 R.\n05 A PIC X OCCURS 1 TO 3 DEPENDING ON N.\n05 N PIC 9.",
        "c.cpy:2: A: refers to “N”, which stands behind it"
      },
      {
        "01 R.\n05 A PIC X.\n05 B REDEFINES C PIC X.",
        "c.cpy:3: B: redefines “C”, which is not beside it"
      },
      {"01 R.\n05 A PIC X.\n05 B REDEFINES A PIC 9.", "one storage has several forms (A or B)"},
      {
        "01 R.\n05 A-B PIC X.\n05 A_B PIC 9.",
        "c.cpy:3: A_B: would be called “aB” in JSON, as A-B is"
      },
      {"COPY OTHER.", "c.cpy:1: COPY is not followed"},
      {"01 R.\n05 A PIC X.\n01 S.\n05 B PIC X.", "record: the copybook has several records"},
      {"01 R.\n05 A PIC X JUST RIGHT.", "c.cpy:2: A: JUSTIFIED is not supported"},
      {"01 R.\n05 A PIC X(3", "c.cpy:2: this entry has no period"},
      {"01 R.\n05 A PIC X(3.", "c.cpy:2: A: PIC X(3 has parentheses without a number"},
      {"hello world.", "c.cpy:1: an entry begins with a level"},
      {"", "c.cpy: has no entry"},
    };
    for (String[] one : cases) {
      String message =
          Described.message(
              assertThrows(
                  drawbridge.settings.SettingsException.class,
                  () -> Described.copybook(folder, one[0], ""),
                  one[0]));
      assertTrue(message.contains(one[1]), message);
      assertTrue(message.contains(" Fix: "), message);
    }
  }

  @Test
  void oneOfSeveralRecordsIsNamed() throws FaultException {
    Layout layout =
        Described.copybook(
            folder, "01 R.\n05 A PIC X.\n66 Z RENAMES A.\n01 S PIC X(3).", "record: s");
    assertArrayEquals(Described.text("abc"), layout.encode(Map.of("s", "abc")));
  }

  @Test
  void inAPartOfARecordEachEntryHasItsOwnUsageAndSign() throws FaultException {
    Layout layout =
        Described.copybook(
            folder,
            """
            05 A PIC S9(3) COMP-3.
            05 B PIC S9(3) SIGN LEADING SEPARATE.
            05 C PIC S9(3).
            05 D PIC X(2).
            05 G COMP-3.
              10 H PIC 9(3).
            """,
            "format: free");
    byte[] record =
        layout.encode(Map.of("a", 12, "b", 34, "c", -56, "d", "x", "g", Map.of("h", 7)));
    assertEquals("012f" + "4ef0f3f4" + "f0f5d6" + "a740" + "007f", Described.hex(record));
  }
}
