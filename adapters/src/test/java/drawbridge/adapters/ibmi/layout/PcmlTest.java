package drawbridge.adapters.ibmi.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Type;
import drawbridge.adapters.ibmi.layout.Layout.Exchange;
import drawbridge.adapters.ibmi.layout.Layout.Passed;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What compilers write becomes JSON, and back. */
final class PcmlTest {
  @TempDir Path folder;

  /**
   * As the RPG compiler wrote it, of a program with a structure, an array and all kinds of numbers.
   */
  private static final String RPG =
      """
      <pcml version="6.0">
         <!-- RPG program: PCMLTST  -->
         <struct name="CUSTT">
            <data name="ID" type="packed" length="7" precision="0" usage="inherit" />
            <data name="NM" type="char" length="20" usage="inherit" />
            <data name="RATE" type="packed" length="9" precision="4" usage="inherit" />
         </struct>
         <program name="PCMLTST" path="/QSYS.LIB/SHOP.LIB/PCMLTST.PGM">
            <data name="INTXT" type="char" length="10" usage="input" />
            <data name="IONUM" type="packed" length="9" precision="2" usage="inputoutput" />
            <data name="REC" type="struct" struct="CUSTT" usage="inputoutput" />
            <data name="ITEMS" type="char" length="5" count="4" usage="inputoutput" />
            <data name="CNT" type="int" length="4" precision="31" usage="inputoutput" />
            <data name="BIG" type="int" length="8" precision="63" usage="inputoutput" />
            <data name="AMT" type="zoned" length="7" precision="2" usage="inputoutput" />
         </program>
      </pcml>
      """;

  private static List<byte @Nullable []> echo(List<Passed> passed) {
    List<byte @Nullable []> outputs = new ArrayList<>();
    for (Passed one : passed) {
      byte[] input = one.input();
      outputs.add(
          one.output() == 0
              ? null
              : input == null ? new byte[one.output()] : Arrays.copyOf(input, one.output()));
    }
    return outputs;
  }

  @Test
  void aProgramOfTheRpgCompilerTakesAndGivesJson() throws FaultException {
    Description.Program program = Described.program(folder, RPG, "");
    assertEquals("/QSYS.LIB/SHOP.LIB/PCMLTST.PGM", program.path());
    Map<String, Object> values =
        Map.of(
            "intxt",
            "hello",
            "ionum",
            new BigDecimal("-1234567.89"),
            "rec",
            Map.of("id", 42, "nm", "Müller", "rate", "1.5"),
            "items",
            List.of("a", "b", "c", "d"),
            "cnt",
            -1,
            "big",
            "9007199254740993",
            "amt",
            new BigDecimal("12.3"));
    Exchange exchange = program.layout().exchange();
    List<Passed> passed = exchange.encode(values);
    assertEquals("8885939396 4040404040".replace(" ", ""), Described.hex(passed.get(0).input()));
    assertEquals(0, passed.get(0).output());
    assertEquals("123456789d", Described.hex(passed.get(1).input()));
    assertEquals(29, passed.get(2).output());
    assertEquals("ffffffff", Described.hex(passed.get(4).input()));
    assertEquals("0020000000000001", Described.hex(passed.get(5).input()));
    assertEquals("f0f0f0f1f2f3f0", Described.hex(passed.get(6).input()));

    Map<String, @Nullable Object> reply = exchange.decode(echo(passed));
    assertEquals(
        List.of("ionum", "rec", "items", "cnt", "big", "amt"), List.copyOf(reply.keySet()));
    assertEquals(new BigDecimal("-1234567.89"), reply.get("ionum"));
    assertEquals(
        Map.of("id", new BigDecimal("42"), "nm", "Müller", "rate", new BigDecimal("1.5000")),
        reply.get("rec"));
    assertEquals(List.of("a", "b", "c", "d"), reply.get("items"));
    assertEquals("9007199254740993", reply.get("big"), "64 bits are text");
  }

  @Test
  void theSchemaSaysWhatTheCodecChecks() {
    Layout layout = Described.program(folder, RPG, "fields: { REC: { usage: output } }").layout();
    List<Column> request = layout.request();
    assertEquals(
        List.of("intxt", "ionum", "items", "cnt", "big", "amt"),
        request.stream().map(Column::name).toList());
    assertEquals(layout.required(), request.stream().map(Column::name).toList());
    assertEquals(10, request.getFirst().schema().maxLength());
    assertEquals("-9999999.99", request.get(1).schema().minimum());
    assertTrue(request.get(2).schema().array());
    assertEquals(4, request.get(2).schema().maxItems());
    assertEquals(Type.LONG, request.get(4).type());
    assertTrue(request.get(4).schema().text());
    assertEquals("^-?[0-9]{1,19}$", request.get(4).schema().pattern());
    Column record = layout.reply().get(1);
    assertEquals(Type.OBJECT, record.type());
    assertEquals(
        List.of("id", "nm", "rate"), record.schema().members().stream().map(Column::name).toList());
  }

  private static final String LINES =
      """
      <data name="N" type="int" length="4" usage="inputoutput"/>
      <struct name="LINES" count="N" usage="inputoutput">
        <data name="SKU" type="char" length="4"/>
        <data name="QTY" type="packed" length="5" precision="0"/>
      </struct>
      """;

  @Test
  void aCountIsDerivedFromTheArrayAndTheRoomIsForTheMost() throws FaultException {
    Layout layout = Described.pcml(folder, LINES, "fields: { LINES: { most: 10 } }");
    assertEquals(List.of("lines"), layout.request().stream().map(Column::name).toList());
    Exchange exchange = layout.exchange();
    List<Passed> passed =
        exchange.encode(
            Map.of("lines", List.of(Map.of("sku", "A", "qty", 1), Map.of("sku", "B", "qty", 2))));
    assertEquals("00000002", Described.hex(passed.get(0).input()));
    byte[] input = passed.get(1).input();
    assertEquals("c1404040 00001f c2404040 00002f".replace(" ", ""), Described.hex(input));
    assertEquals(70, passed.get(1).output());

    // The program answers with three.
    byte[] output = Arrays.copyOf(input == null ? new byte[0] : input, 70);
    System.arraycopy(Described.hex("c3404040 00003f"), 0, output, 14, 7);
    Map<String, @Nullable Object> reply =
        exchange.decode(Arrays.asList(Described.hex("00000003"), output));
    assertEquals(3, Described.list(reply, "lines").size());

    FaultException tooMany =
        assertThrows(
            FaultException.class,
            () -> exchange.decode(Arrays.asList(Described.hex("0000000b"), output)));
    assertEquals(Fault.Code.SOURCE_ERROR, tooMany.fault().code());
    FaultException negative =
        assertThrows(
            FaultException.class,
            () -> exchange.decode(Arrays.asList(Described.hex("ffffffff"), output)));
    assertEquals(Fault.Code.SOURCE_ERROR, negative.fault().code());
  }

  @Test
  void aCountMayStandBehindItsArrayInAParameterOfItsOwn() throws FaultException {
    Layout layout =
        Described.pcml(
            folder,
            """
            <data name="ITEMS" type="int" length="2" count="P.N" usage="inputoutput" outputsize="20"/>
            <data name="N" type="int" length="4" usage="inputoutput"/>
            """,
            "");
    Exchange exchange = layout.exchange();
    List<Passed> passed = exchange.encode(Map.of("items", List.of(7, 8, 9)));
    assertEquals("000700080009", Described.hex(passed.get(0).input()));
    assertEquals("00000003", Described.hex(passed.get(1).input()));
    Map<String, @Nullable Object> reply = exchange.decode(echo(passed));
    assertEquals(List.of("items"), List.copyOf(reply.keySet()));
  }

  @Test
  void aSystemInterfaceIsReadByItsOffsets() throws FaultException {
    Layout layout =
        Described.pcml(
            folder,
            """
            <struct name="RECEIVER" usage="output" outputsize="SIZE">
              <data name="HEADER" type="char" length="4"/>
              <data name="OFFSET" type="int" length="4"/>
              <data name="NUMBER" type="int" length="4"/>
              <data name="ENTRY" type="char" length="2" count="NUMBER" offset="OFFSET"/>
            </struct>
            <data name="SIZE" type="int" length="4" usage="input" init="64"/>
            """,
            "fields: { RECEIVER.ENTRY: { most: 5 }, SIZE: { hidden: true }, OFFSET: { hidden: true } }");
    Exchange exchange = layout.exchange();
    List<Passed> passed = exchange.encode(Map.of());
    assertEquals(64, passed.get(0).output());
    assertNull(passed.get(0).input());
    assertEquals("00000040", Described.hex(passed.get(1).input()));
    byte[] output = new byte[64];
    System.arraycopy(Described.text("HEAD"), 0, output, 0, 4);
    System.arraycopy(Described.hex("00000014 00000002"), 0, output, 4, 8);
    System.arraycopy(Described.text("ABCD"), 0, output, 20, 4);
    assertEquals(
        Map.of(
            "receiver",
            Map.of("header", "HEAD", "number", new BigDecimal(2), "entry", List.of("AB", "CD"))),
        exchange.decode(Arrays.asList(output, null)));
    System.arraycopy(Described.hex("7fffffff"), 0, output, 4, 4);
    assertThrows(FaultException.class, () -> exchange.decode(Arrays.asList(output, null)));
  }

  @Test
  void varyingFieldsOfBothVersionsAreStrings() throws FaultException {
    Layout layout =
        Described.pcml(
            folder,
            """
            <struct name="OLD" outputsize="12" usage="inputoutput">
              <data name="length" type="int" length="2" precision="16" usage="inherit"/>
              <data name="string" type="char" length="length" usage="inherit"/>
            </struct>
            <data name="NEW" type="varchar" length="10" usage="inputoutput"/>
            <data name="LONG" type="varchar" length="10" varlength="4" ccsid="1208" usage="inputoutput"/>
            """,
            "");
    Exchange exchange = layout.exchange();
    List<Passed> passed = exchange.encode(Map.of("old", "AB", "new", "", "long", "é"));
    assertEquals("0002c1c20000000000000000", Described.hex(passed.get(0).input()));
    assertEquals("000000000000000000000000", Described.hex(passed.get(1).input()));
    assertEquals("00000002c3a90000000000000000", Described.hex(passed.get(2).input()));
    assertEquals(Map.of("old", "AB", "new", "", "long", "é"), exchange.decode(echo(passed)));
    byte[] lies = Described.hex("ffff00000000000000000000");
    assertThrows(
        FaultException.class, () -> exchange.decode(Arrays.asList(lies, lies, new byte[14])));
  }

  @Test
  void datesTimesAndIndicatorsAreTyped() throws FaultException {
    Layout layout =
        Described.pcml(
            folder,
            """
            <data name="birthDate" type="date" dateformat="ISO" dateseparator="hyphen" usage="inputoutput"/>
            <data name="birthTime" type="time" timeformat="ISO" timeseparator="period" usage="inputoutput"/>
            <data name="updated" type="timestamp" usage="inputoutput"/>
            <data name="isMale" type="char" length="1" boolean="true" usage="inputoutput"/>
            <data name="active" type="char" length="1" usage="inputoutput"/>
            <data name="hash" type="byte" length="3" usage="inputoutput"/>
            <data name="ratio" type="float" length="8" usage="inputoutput"/>
            """,
            "fields: { active: { boolean: { true: Y, false: N } } }");
    Map<String, Object> values =
        Map.of(
            "birthDate", "2026-01-31",
            "birthTime", "13:45:00",
            "updated", "2026-01-31T13:45:00.123456",
            "isMale", true,
            "active", false,
            "hash", "AQID",
            "ratio", new BigDecimal("1.5"));
    Exchange exchange = layout.exchange();
    List<Passed> passed = exchange.encode(values);
    assertArrayEquals(Described.text("13.45.00"), passed.get(1).input());
    assertArrayEquals(Described.text("2026-01-31-13.45.00.123456"), passed.get(2).input());
    assertEquals("f1", Described.hex(passed.get(3).input()));
    assertArrayEquals(Described.text("N"), passed.get(4).input());
    assertEquals(values, exchange.decode(echo(passed)));
  }

  @Test
  void constantsDefaultsHiddenAndRenamedFieldsAreTheApiFilesWord() throws FaultException {
    Layout layout =
        Described.pcml(
            folder,
            """
            <data name="MODE" type="char" length="1" usage="input"/>
            <data name="CUST" type="char" length="5" usage="input"/>
            <data name="LIMIT" type="packed" length="5" precision="2" usage="input"/>
            <data name="RC" type="int" length="4" usage="output"/>
            <data name="TOTAL" type="zoned" length="5" precision="2" usage="inputoutput"/>
            """,
            """
            fields:
              MODE: { constant: "Q" }
              CUST: { name: customer }
              LIMIT: { default: "10.5" }
              RC: { hidden: true }
              TOTAL: { usage: output, as: text }
            """);
    assertEquals(
        List.of("customer", "limit"), layout.request().stream().map(Column::name).toList());
    assertEquals(List.of("customer"), layout.required());
    assertEquals(List.of("total"), layout.reply().stream().map(Column::name).toList());
    List<Passed> passed = layout.exchange().encode(Map.of("customer", "C1"));
    assertEquals("d8", Described.hex(passed.get(0).input()));
    assertEquals("01050f", Described.hex(passed.get(2).input()));
    assertNull(passed.get(4).input(), "what is only output is not sent");
    Fault fault =
        assertThrows(
                FaultException.class,
                () -> layout.exchange().encode(Map.of("customer", "C1", "mode", "X")))
            .fault();
    assertEquals("“mode” is not known to this operation", fault.message());
  }

  @Test
  void invalidBytesAreAnErrorNullOrMarkedAsConfigured() throws FaultException {
    Layout layout =
        Described.pcml(
            folder,
            """
            <data name="A" type="zoned" length="3" usage="output"/>
            <data name="B" type="packed" length="3" usage="output"/>
            <data name="C" type="date" usage="output"/>
            """,
            "invalid: flag\nfields: { B: { invalid: null }, C: { invalid: error } }");
    byte[] date = Described.text("2026-01-31");
    assertEquals(
        Arrays.asList("a", "aInvalid", "b", "c"),
        layout.reply().stream().map(Column::name).toList());
    Map<String, @Nullable Object> reply =
        layout
            .exchange()
            .decode(Arrays.asList(Described.hex("404040"), Described.hex("4040"), date));
    assertNull(Described.at(reply, "a"));
    assertEquals(true, Described.at(reply, "aInvalid"));
    assertNull(Described.at(reply, "b"));
    Fault fault =
        assertThrows(
                FaultException.class,
                () ->
                    layout
                        .exchange()
                        .decode(
                            Arrays.asList(
                                Described.hex("f1f2f3"),
                                Described.hex("123f"),
                                Described.hex("40404040404040404040"))))
            .fault();
    assertEquals("the source's field “c” holds no valid value", fault.message());
  }

  @Test
  void mistakesOfACallerNameTheMemberAndNeverItsValue() {
    Layout layout = Described.program(folder, RPG, "").layout();
    Map<String, Object> good =
        Map.of(
            "intxt", "x",
            "ionum", 1,
            "rec", Map.of("id", 42, "nm", "M", "rate", "1.5"),
            "items", List.of("a", "b", "c", "d"),
            "cnt", 1,
            "big", 1,
            "amt", 1);
    String[][] cases = {
      {"intxt", "12345678901", "“intxt” needs 11 bytes, and there is room for 10"},
      {"intxt", "\u65e5", "“intxt” has a character that CCSID 37 lacks"},
      {"ionum", "1.234", "“ionum” has more than 2 decimals"},
      {"ionum", "10000000", "“ionum” has more digits than there is room for"},
      {"ionum", "1e999", "“ionum” has more digits than there is room for"},
      {"ionum", "one", "“ionum” must be a number"},
      {"cnt", "2147483648", "“cnt” is out of the range of its type"},
      {"cnt", "1.5", "“cnt” must be a whole number"},
    };
    for (String[] one : cases) {
      Map<String, Object> values = new java.util.HashMap<>(good);
      values.put(one[0], one[1]);
      Fault fault =
          assertThrows(FaultException.class, () -> layout.exchange().encode(values)).fault();
      assertEquals(one[2], fault.message());
      assertEquals(one[0], fault.parameter());
      assertEquals(Fault.Code.INVALID_ARGUMENT, fault.code());
    }
    Map<String, Object> nested = new java.util.HashMap<>(good);
    nested.put("rec", Map.of("id", 42, "nm", "M", "rate", "1.23456"));
    assertEquals(
        "“rec.rate” has more than 4 decimals",
        assertThrows(FaultException.class, () -> layout.exchange().encode(nested))
            .fault()
            .message());
    nested.put("rec", Map.of("id", 42, "nm", "M"));
    assertEquals(
        "“rec.rate” is required",
        assertThrows(FaultException.class, () -> layout.exchange().encode(nested))
            .fault()
            .message());
    nested.put("rec", Map.of("id", 42, "nm", "M", "rate", 1, "other", 1));
    assertEquals(
        "“rec.other” is not known to this operation",
        assertThrows(FaultException.class, () -> layout.exchange().encode(nested))
            .fault()
            .message());
    nested.put("rec", good.get("rec"));
    nested.put("items", List.of("a", "b"));
    assertEquals(
        "“items” must have 4 elements",
        assertThrows(FaultException.class, () -> layout.exchange().encode(nested))
            .fault()
            .message());
  }
}
