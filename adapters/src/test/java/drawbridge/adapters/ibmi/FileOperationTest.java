package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.TestSite.TestAnswer;
import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.HostSettings;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the IFS as operations, through unmodified JTOpen. */
final class FileOperationTest {
  private static final Charset EBCDIC = Charset.forName("IBM037");

  private static final String OPERATIONS =
      """
      - { name: List, get: /files, file: { folder: /shop/exchange, do: list } }
      - { name: Read, get: "/files/{name}", file: { folder: /shop/exchange, do: read }, parameters: { name: { type: string, in: path } } }
      - { name: ReadText, get: "/texts/{name}", file: { folder: /shop/exchange, do: read, ccsid: 37 }, parameters: { name: { type: string, in: path } } }
      - { name: ReadRecords, get: "/records/{name}", file: { folder: /shop/exchange, do: read, copybook: ../r.cpy }, parameters: { name: { type: string, in: path } } }
      - { name: Write, put: "/files/{name}", file: { folder: /shop/exchange, do: write }, parameters: { name: { type: string, in: path } } }
      - { name: WritePieces, put: "/pieces/{name}", file: { folder: /shop/exchange, do: write, exists: replace, pieces: true }, parameters: { name: { type: string, in: path } } }
      - { name: WriteText, put: "/texts/{name}", file: { folder: /shop/exchange, do: write, ccsid: 37, exists: replace }, parameters: { name: { type: string, in: path } } }
      - { name: WriteRecords, put: "/records/{name}", file: { folder: /shop/exchange, do: write, copybook: ../r.cpy }, parameters: { name: { type: string, in: path } } }
      """;

  private static final int RENAME = 0x000F;
  private static final int DELETE = 0x000C;
  private static final int SHARING = 32;

  /** Lets one request pass. */
  private static final drawbridge.ibmi.stub.Fault WELL =
      drawbridge.ibmi.stub.Fault.delay(Duration.ZERO);

  @TempDir Path folder;
  @TempDir Path root;
  private TestHost host;
  private HostSite site;
  private Path exchange;

  @BeforeEach
  void start() throws Exception {
    exchange = Files.createDirectories(root.resolve("shop/exchange"));
    Files.writeString(root.resolve("shop/secret"), "secret");
    host = TestHost.start(folder, HostSettings.builder().files(root));
    Files.writeString(folder.resolve("r.cpy"), "01 R.\n05 ID PIC 9(3).\n05 NM PIC X(5).\n");
    site = HostSite.open(folder, host, "folders: [/shop/exchange]", OPERATIONS);
  }

  @AfterEach
  void stop() {
    site.close();
    host.close();
  }

  @Test
  void filesAreReadAsTheyAreAsTextAndAsRecords() throws Exception {
    byte[] bytes = new byte[200_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    Files.write(exchange.resolve("a.bin"), bytes);
    TestAnswer answer = site.call("Read", "", "name", "a.bin");
    assertEquals("application/octet-stream", answer.contentType());
    assertArrayEquals(bytes, answer.bytes());
    assertEquals("application/octet-stream", site.operation("Read").traits().produces());
    Files.write(exchange.resolve("t.txt"), "Grüße".getBytes(EBCDIC));
    TestAnswer text = site.call("ReadText", "", "name", "t.txt");
    assertEquals("Grüße", text.text());
    assertEquals("text/plain; charset=utf-8", text.contentType());
    Files.write(exchange.resolve("r.dat"), "001Ann  002Bob  ".getBytes(EBCDIC));
    assertEquals(
        "{\"value\":[{\"id\":1,\"nm\":\"Ann\"},{\"id\":2,\"nm\":\"Bob\"}]}",
        site.call("ReadRecords", "", "name", "r.dat").text());
    Files.write(exchange.resolve("cut.dat"), "001Ann  002B".getBytes(EBCDIC));
    assertEquals(Fault.Code.SOURCE_ERROR, site.fault("ReadRecords", "", "name", "cut.dat").code());
  }

  @Test
  void filesAreWrittenWholeOrNotAtAll() throws Exception {
    assertEquals(
        "{\"bytes\":3}", site.call("Write", "{\"content\":\"AQID\"}", "name", "a.bin").text());
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(exchange.resolve("a.bin")));
    Fault there = site.fault("Write", "{\"content\":\"AQID\"}", "name", "a.bin");
    assertEquals(Fault.Code.CONFLICT, there.code());
    site.call("WriteText", "{\"content\":\"one\"}", "name", "t.txt");
    site.call("WriteText", "{\"content\":\"Grüße\"}", "name", "t.txt");
    assertArrayEquals("Grüße".getBytes(EBCDIC), Files.readAllBytes(exchange.resolve("t.txt")));
    site.call(
        "WriteRecords",
        "{\"records\":[{\"id\":1,\"nm\":\"Ann\"},{\"id\":2,\"nm\":\"Bob\"}]}",
        "name",
        "r.dat");
    assertArrayEquals(
        "001Ann  002Bob  ".getBytes(EBCDIC), Files.readAllBytes(exchange.resolve("r.dat")));
    assertEquals(3, count(), "and nothing that is unfinished");
    String listed = site.call("List", "").text();
    assertTrue(listed.contains("\"name\":\"a.bin\",\"size\":\"3\""), listed);
  }

  private long count() throws IOException {
    try (Stream<Path> files = Files.list(exchange)) {
      return files.count();
    }
  }

  private String piece(String content, long at, boolean more, String upload) throws Exception {
    String body =
        "{\"content\":\""
            + Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.US_ASCII))
            + "\",\"at\":"
            + at
            + ",\"more\":"
            + more
            + (upload.isEmpty() ? "" : ",\"upload\":\"" + upload + "\"")
            + "}";
    return site.call("WritePieces", body, "name", "p.txt").text();
  }

  private Fault pieceFault(String members) throws Exception {
    return site.fault("WritePieces", "{\"content\":\"AQID\"," + members + "}", "name", "p.txt");
  }

  @Test
  void aFileIsMadeOfPiecesWhichMayComeTwice() throws Exception {
    Files.writeString(exchange.resolve("p.txt"), "before");
    String begun = piece("one,", 0, true, "");
    String upload = begun.replaceFirst(".*\"upload\":\"([0-9a-f]{32})\".*", "$1");
    assertEquals("{\"bytes\":4,\"upload\":\"" + upload + "\"}", begun);
    assertEquals("{\"bytes\":8,\"upload\":\"" + upload + "\"}", piece("two,", 4, true, upload));
    // Its answer was lost, say.
    piece("two,", 4, true, upload);
    assertEquals("before", Files.readString(exchange.resolve("p.txt")));
    assertFalse(site.call("List", "").text().contains("part"), "nobody sees it");
    assertEquals(
        Fault.Code.NOT_FOUND, site.fault("Read", "", "name", "p.txt." + upload + ".part").code());
    assertEquals("{\"bytes\":13,\"upload\":null}", piece("three", 8, false, upload));
    assertEquals("one,two,three", Files.readString(exchange.resolve("p.txt")));
    assertEquals(1, count());
    assertEquals("{\"bytes\":5,\"upload\":null}", piece("whole", 0, false, ""));
    assertEquals("whole", Files.readString(exchange.resolve("p.txt")));
  }

  @Test
  void aPieceThatDoesNotFitIsRefused() throws Exception {
    String upload = piece("one,", 0, true, "").replaceFirst(".*\"upload\":\"(\\w+)\".*", "$1");
    assertEquals(Fault.Code.CONFLICT, pieceFault("\"at\":5,\"upload\":\"" + upload + "\"").code());
    assertEquals("at", pieceFault("\"at\":4").parameter());
    assertEquals("at", pieceFault("\"at\":-1,\"upload\":\"" + upload + "\"").parameter());
    assertEquals("upload", pieceFault("\"upload\":\"../../x\"").parameter());
    assertEquals(Fault.Code.NOT_FOUND, pieceFault("\"upload\":\"" + "0".repeat(32) + "\"").code());
    // A link in place of it leads nowhere.
    Files.delete(exchange.resolve("p.txt." + upload + ".part"));
    Files.createSymbolicLink(
        exchange.resolve("p.txt." + upload + ".part"), root.resolve("shop/secret"));
    assertEquals(Fault.Code.NOT_FOUND, pieceFault("\"at\":0,\"upload\":\"" + upload + "\"").code());
    assertEquals("secret", Files.readString(root.resolve("shop/secret")));
  }

  @Test
  void pathTricksOfAWriteMakeNothing() throws Exception {
    Files.createSymbolicLink(exchange.resolve("link"), root.resolve("shop/secret"));
    Files.createDirectory(exchange.resolve("folder"));
    for (String name :
        new String[] {
          "../new",
          "..",
          ".",
          "",
          "/shop/new",
          "a/../../new",
          "..\\new",
          "x/y",
          "new\u0000",
          "a:b",
          "*",
          "a.",
          " a",
          "folder/",
          "p.txt." + "0".repeat(32) + ".part",
          "p.txt." + "0".repeat(32) + ".old",
          "link",
          "folder"
        }) {
      for (String operation : new String[] {"Write", "WriteText", "WritePieces"}) {
        String content = operation.equals("WriteText") ? "text" : "AQID";
        Fault fault = site.fault(operation, "{\"content\":\"" + content + "\"}", "name", name);
        assertTrue(
            fault.code() == Fault.Code.INVALID_ARGUMENT
                || fault.code() == Fault.Code.NOT_FOUND
                || fault.code() == Fault.Code.CONFLICT,
            operation + " " + name + ": " + fault);
      }
    }
    assertEquals("secret", Files.readString(root.resolve("shop/secret")));
    assertEquals(2, count());
    try (Stream<Path> files = Files.list(root.resolve("shop"))) {
      assertEquals(2, files.count(), "nothing beside the folder");
    }
  }

  @Test
  void whatTheHostRefusesAtTheEndIsAConflictAndLeavesNothing() throws Exception {
    rename(drawbridge.ibmi.stub.Fault.refusal(SHARING));
    Fault fault = site.fault("Write", "{\"content\":\"AQID\"}", "name", "a.bin");
    assertEquals(Fault.Code.CONFLICT, fault.code());
    assertEquals(0, count());
  }

  private void rename(drawbridge.ibmi.stub.Fault... faults) {
    for (drawbridge.ibmi.stub.Fault fault : faults) {
      host.host().faults().next(HostService.FILE, RENAME, fault);
    }
  }

  @Test
  void aFileThatCannotBeReplacedStaysAsItWas() throws Exception {
    Files.writeString(exchange.resolve("t.txt"), "before");
    rename(drawbridge.ibmi.stub.Fault.refusal(SHARING));
    assertEquals(Fault.Code.CONFLICT, replaced().code(), "it does not step aside");
    rename(WELL, drawbridge.ibmi.stub.Fault.refusal(SHARING));
    assertEquals(Fault.Code.CONFLICT, replaced().code(), "the new one does not take its place");
    assertEquals("before", Files.readString(exchange.resolve("t.txt")));
    assertEquals(1, count(), "and nothing beside it");
  }

  private Fault replaced() throws Exception {
    return site.fault("WriteText", "{\"content\":\"after\"}", "name", "t.txt");
  }

  @Test
  void whateverBreaksWhileAFileIsReplacedNoContentIsLost() throws Exception {
    Files.writeString(exchange.resolve("t.txt"), "before");
    rename(
        WELL,
        drawbridge.ibmi.stub.Fault.refusal(SHARING),
        drawbridge.ibmi.stub.Fault.refusal(SHARING));
    assertEquals(Fault.Code.OUTCOME_UNKNOWN, replaced().code(), "it does not come back");
    assertEquals("before", Files.readString(only("old")));
    assertEquals(Fault.Code.NOT_FOUND, site.fault("Read", "", "name", "t.txt").code());
    assertEquals(
        Fault.Code.NOT_FOUND,
        site.fault("Read", "", "name", only("old").getFileName().toString()).code());
    assertEquals("{\"value\":[]}", site.call("List", "").text(), "nobody sees it");
  }

  @Test
  void aReplacementThatBrokeOffIsFinishedByItsLastPiece() throws Exception {
    Files.writeString(exchange.resolve("p.txt"), "before");
    String upload = piece("one,", 0, true, "").replaceFirst(".*\"upload\":\"(\\w+)\".*", "$1");
    rename(WELL, drawbridge.ibmi.stub.Fault.dropRequest());
    assertEquals(
        Fault.Code.OUTCOME_UNKNOWN, pieceFault("\"at\":4,\"upload\":\"" + upload + "\"").code());
    assertEquals("before", Files.readString(only("old")));
    assertEquals("{\"bytes\":7,\"upload\":null}", piece("two", 4, false, upload));
    assertEquals("one,two", Files.readString(exchange.resolve("p.txt")));
    assertEquals(1, count());
  }

  @Test
  void contentThatCannotBeDeletedAfterwardsFailsNoWrite() throws Exception {
    Files.writeString(exchange.resolve("t.txt"), "before");
    host.host()
        .faults()
        .next(HostService.FILE, DELETE, drawbridge.ibmi.stub.Fault.refusal(SHARING));
    site.call("WriteText", "{\"content\":\"after\"}", "name", "t.txt");
    assertArrayEquals("after".getBytes(EBCDIC), Files.readAllBytes(exchange.resolve("t.txt")));
    assertEquals("before", Files.readString(only("old")));
  }

  /** The one file with this ending. */
  private Path only(String ending) throws IOException {
    try (Stream<Path> files = Files.list(exchange)) {
      List<Path> found = files.filter(f -> f.toString().endsWith("." + ending)).toList();
      assertEquals(1, found.size(), found::toString);
      return found.getFirst();
    }
  }

  @Test
  void pathTricksFindNothing() throws Exception {
    Files.createSymbolicLink(exchange.resolve("link"), root.resolve("shop/secret"));
    for (String name :
        new String[] {
          "../secret",
          "..",
          ".",
          "",
          "/shop/secret",
          "a/../../secret",
          "..\\secret",
          "x/y",
          "link",
          "secret\u0000",
          "%2e%2e",
          "a:b",
          "*",
          "a.",
          "nothere"
        }) {
      Fault fault;
      try {
        fault = site.fault("Read", "", "name", name);
      } catch (AssertionError e) {
        throw new AssertionError("found: " + name, e);
      }
      assertTrue(
          fault.code() == Fault.Code.NOT_FOUND || fault.code() == Fault.Code.INVALID_ARGUMENT,
          name + ": " + fault);
    }
    assertEquals(
        Fault.Code.INVALID_ARGUMENT,
        site.fault("Write", "{\"content\":\"AQID\"}", "name", "../new").code());
    assertFalse(site.call("List", "").text().contains("link"));
  }

  @Test
  void theSourceMustAllowTheFolder() {
    for (String path : new String[] {"/shop", "/shop/exchange2", "/shop/exchange/../x", "shop"}) {
      assertThrows(
          SettingsException.class,
          () ->
              HostSite.open(
                      folder,
                      host,
                      "folders: [/shop/exchange]",
                      "- { name: A, get: /a, file: { folder: \"" + path + "\", do: list } }")
                  .close(),
          path);
    }
  }
}
