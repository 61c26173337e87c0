package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.ibmi.stub.DataQueue;
import drawbridge.ibmi.stub.HostMessage;
import drawbridge.ibmi.stub.HostSettings;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Text in the CCSID of the system, of a program, of a field: German, Japanese with shifts and
 * without, UTF-16 and UTF-8, there and back; and what a CCSID lacks is the caller's fault.
 */
final class CcsidTest {
  private static final Charset GERMAN = Charset.forName("IBM273");
  private static final Charset JAPANESE = Charset.forName("x-IBM939");

  private static final String PCML =
      """
      <pcml version="6.0">
        <program name="ECHO" path="/QSYS.LIB/SHOP.LIB/ECHO.PGM">
          <data name="TEXT" type="char" length="20" usage="inputoutput"/>
          <data name="MIXED" type="char" length="20" ccsid="939" usage="inputoutput"/>
          <data name="UTF8" type="char" length="20" usage="inputoutput"/>
          <data name="VARYING" type="varchar" length="20" ccsid="1208" usage="inputoutput"/>
          <data name="WIDE" type="char" length="20" ccsid="1200" usage="inputoutput"/>
          <data name="RAW" type="char" length="4" ccsid="37" usage="inputoutput"/>
        </program>
      </pcml>
      """;

  private static final String COPYBOOK =
      """
      01 REC.
        05 GRAPHIC-NAME PIC G(5).
        05 NATIONAL-NAME PIC N(5).
        05 MIXED-NAME PIC X(12).
        05 PLAIN-NAME PIC X(12).
      """;

  private static final String OPERATIONS =
      """
      - name: Echo
        post: /echo
        safe: true
        program:
          pcml: ../echo.pcml
          fields: { UTF8: { ccsid: 1208 }, RAW: { ccsid: 65535 } }
      - name: EchoMixed
        post: /mixed
        safe: true
        program:
          pcml: ../echo.pcml
          ccsid: 939
          fields:
            UTF8: { hidden: true }
            VARYING: { hidden: true }
            WIDE: { hidden: true }
            RAW: { hidden: true }
      - name: Send
        post: /records
        data-queue: { library: SHOP, name: NAMES, do: send, copybook: ../names.cpy, graphic: 300, ccsid: 273, fields: { MIXED-NAME: { ccsid: 939 } } }
      - name: Receive
        post: /records/next
        data-queue: { library: SHOP, name: NAMES, do: receive, copybook: ../names.cpy, graphic: 300, ccsid: 273, fields: { MIXED-NAME: { ccsid: 939 } } }
      - { name: SendText, post: /texts, data-queue: { library: SHOP, name: KEYED, do: send, ccsid: 1200, key: { length: 8 } } }
      - { name: TakeText, post: /texts/take, data-queue: { library: SHOP, name: KEYED, do: receive, ccsid: 1200, key: { length: 8 } } }
      - { name: SendGerman, post: /german, data-queue: { library: SHOP, name: KEYED, do: send, key: { length: 8 } } }
      - { name: Utf8, put: "/utf8/{name}", file: { folder: /exchange, do: write, ccsid: 1208 }, parameters: { name: { type: string, in: path } } }
      - { name: Mixed, put: "/mixed/{name}", file: { folder: /exchange, do: write, ccsid: 939 }, parameters: { name: { type: string, in: path } } }
      - { name: ReadMixed, get: "/mixed/{name}", file: { folder: /exchange, do: read, ccsid: 939 }, parameters: { name: { type: string, in: path } } }
      - name: Say
        post: /say
        command: { library: SHOP, name: SAY, parameters: { TEXT: { from: text } } }
        parameters: { text: { type: string, required: true } }
      """;

  @TempDir Path folder;
  @TempDir Path root;
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<byte[]> seen = new CopyOnWriteArrayList<>();
  private TestHost host;
  private DataQueue names;
  private DataQueue keyed;

  @BeforeEach
  void start() throws Exception {
    Files.createDirectory(root.resolve("exchange"));
    host = TestHost.start(folder, HostSettings.builder().ccsid(273).files(root));
    host.host()
        .program(
            "SHOP",
            "ECHO",
            p -> {
              for (int i = 0; i < p.count(); i++) {
                seen.add(p.bytes(i).clone());
              }
            });
    host.host()
        .command(
            "SAY",
            (job, text) -> {
              said.add(text);
              return List.of(HostMessage.of("USR0001", 0, HostMessage.COMPLETION, "Said."));
            });
    host.host().library("SHOP");
    names = host.host().dataQueue("SHOP", "NAMES", DataQueue.Order.FIFO, 100, 0, false);
    keyed = host.host().dataQueue("SHOP", "KEYED", DataQueue.Order.KEYED, 100, 8, false);
    Files.writeString(folder.resolve("echo.pcml"), PCML);
    Files.writeString(folder.resolve("names.cpy"), COPYBOOK);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  private HostSite site() throws Exception {
    return site("ccsid: 273\n");
  }

  private HostSite site(String ccsid) throws Exception {
    return HostSite.open(
        folder, host, ccsid + "folders: [/exchange]\ncommands: [SHOP/SAY]", OPERATIONS);
  }

  private static byte[] blanks(byte[] start, int length, int blank) {
    byte[] all = java.util.Arrays.copyOf(start, length);
    java.util.Arrays.fill(all, start.length, length, (byte) blank);
    return all;
  }

  private static final String ECHO =
      "{\"text\":\"Größe @ §\",\"mixed\":\"A日本B\",\"utf8\":\"日本 €\",\"varying\":\"ż€\","
          + "\"wide\":\"日本€\",\"raw\":\"AAECAw==\"}";

  @Test
  void eachFieldOfAProgramHasItsOwn() throws Exception {
    try (HostSite site = site()) {
      assertEquals(ECHO, site.call("Echo", ECHO).text());
      assertArrayEquals(blanks("Größe @ §".getBytes(GERMAN), 20, 0x40), seen.get(0));
      assertArrayEquals(blanks("A日本B".getBytes(JAPANESE), 20, 0x40), seen.get(1));
      assertArrayEquals(blanks("日本 €".getBytes(StandardCharsets.UTF_8), 20, 0x20), seen.get(2));
      assertEquals("0005c5bce282ac", HexFormat.of().formatHex(seen.get(3), 0, 7));
      assertEquals("65e5672c20ac00200020", HexFormat.of().formatHex(seen.get(4), 0, 10));
      assertArrayEquals(new byte[] {0, 1, 2, 3}, seen.get(5));
    }
  }

  @Test
  void aProgramHasItsOwn() throws Exception {
    try (HostSite site = site()) {
      String body = "{\"text\":\"日本\",\"mixed\":\"本\"}";
      assertEquals(body, site.call("EchoMixed", body).text());
      assertArrayEquals(blanks("日本".getBytes(JAPANESE), 20, 0x40), seen.getFirst());
    }
  }

  @Test
  void aRecordMixesThem() throws Exception {
    try (HostSite site = site()) {
      String entry =
          "{\"graphicName\":\"日本\",\"nationalName\":\"日本\",\"mixedName\":\"A日本\",\"plainName\":\"Größe\"}";
      site.call("Send", "{\"entry\":" + entry + "}");
      String answer = site.call("Receive", "").text();
      assertTrue(answer.contains(entry), answer);
      site.call("Send", "{\"entry\":" + entry + "}");
      byte[] record = names.take(Duration.ZERO).orElseThrow();
      byte[] shifted = "日本".getBytes(JAPANESE);
      // Without the shifts around it, and padded with wide blanks.
      assertEquals(
          HexFormat.of().formatHex(shifted, 1, shifted.length - 1) + "404040404040",
          HexFormat.of().formatHex(record, 0, 10));
      assertEquals("65e5672c002000200020", HexFormat.of().formatHex(record, 10, 20));
      assertArrayEquals(
          blanks("Größe".getBytes(GERMAN), 12, 0x40), java.util.Arrays.copyOfRange(record, 32, 44));
    }
  }

  @Test
  void aKeyOfWideCharactersIsPaddedWithWideBlanks() throws Exception {
    try (HostSite site = site()) {
      site.call("SendText", "{\"key\":\"日\",\"entry\":\"本€\"}");
      String taken = site.call("TakeText", "{\"key\":\"日\"}").text();
      assertTrue(taken.contains("\"entry\":\"本€\",\"key\":\"日\""), taken);
      assertEquals(0, keyed.depth());
    }
  }

  @Test
  void filesAreConverted() throws Exception {
    try (HostSite site = site()) {
      site.call("Utf8", "{\"content\":\"日本 €\"}", "name", "u.txt");
      assertEquals("日本 €", Files.readString(root.resolve("exchange/u.txt")));
      site.call("Mixed", "{\"content\":\"A日本B\"}", "name", "m.txt");
      assertArrayEquals(
          "A日本B".getBytes(JAPANESE), Files.readAllBytes(root.resolve("exchange/m.txt")));
      assertEquals("A日本B", site.call("ReadMixed", "", "name", "m.txt").text());
    }
  }

  @Test
  void aCommandTakesWhatTheSystemHas() throws Exception {
    try (HostSite site = site()) {
      site.call("Say", "{\"text\":\"Größe @ §\"}");
      assertEquals(List.of("SHOP/SAY TEXT('Größe @ §')"), said);
    }
  }

  @Test
  void whatACcsidLacksIsToldByNameAndNothingIsSent() throws Exception {
    String[][] cases = {
      {"Echo", ECHO.replace("Größe", "€"), "text", "273"},
      {"Echo", ECHO.replace("A日本B", "\ud83d\ude00"), "mixed", "939"},
      {"EchoMixed", "{\"text\":\"\ud83d\ude00\",\"mixed\":\"\"}", "text", "939"},
      {"Send", record("graphicName", "日A"), "graphicName", "300"},
      {"Send", record("plainName", "日"), "plainName", "273"},
      {"Send", record("mixedName", "\ud83d\ude00"), "mixedName", "939"},
      {"SendGerman", "{\"key\":\"日\",\"entry\":\"x\"}", "key", "273"},
      {"SendGerman", "{\"key\":\"a\",\"entry\":\"€\"}", "entry", "273"},
      {"Say", "{\"text\":\"日\"}", "text", "273"},
    };
    try (HostSite site = site()) {
      for (String[] one : cases) {
        Fault fault = site.fault(one[0], one[1]);
        assertEquals(Fault.Code.INVALID_ARGUMENT, fault.code(), one[0] + one[1]);
        assertEquals(one[2], fault.parameter(), one[0] + one[1]);
        assertTrue(fault.message().contains("CCSID " + one[3] + " lacks"), fault.message());
      }
      Fault file = site.fault("Mixed", "{\"content\":\"\ud83d\ude00\"}", "name", "x.txt");
      assertEquals("content", file.parameter());
      assertFalse(Files.exists(root.resolve("exchange/x.txt")));
    }
    assertEquals(List.of(), seen);
    assertEquals(List.of(), said);
    assertEquals(0, names.depth() + keyed.depth());
  }

  private static String record(String name, String value) {
    String all =
        "{\"entry\":{\"graphicName\":\"\",\"nationalName\":\"\",\"mixedName\":\"\",\"plainName\":\"\"}}";
    return all.replace("\"" + name + "\":\"\"", "\"" + name + "\":\"" + value + "\"");
  }

  @Test
  void theCheckTellsWhereNobodySaidTheSystems() throws Exception {
    try (HostSite site = site("")) {
      String told = String.join("\n", site.check().details());
      assertTrue(told.contains("warning: the system's CCSID is 273, and text without a"), told);
    }
    try (HostSite site = site()) {
      assertFalse(String.join("\n", site.check().details()).contains("CCSID"));
    }
  }
}
