package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.TestSite.TestAnswer;
import drawbridge.ibmi.stub.HostSettings;
import drawbridge.settings.SettingsException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
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
      - { name: WriteText, put: "/texts/{name}", file: { folder: /shop/exchange, do: write, ccsid: 37, exists: replace }, parameters: { name: { type: string, in: path } } }
      - { name: WriteRecords, put: "/records/{name}", file: { folder: /shop/exchange, do: write, copybook: ../r.cpy }, parameters: { name: { type: string, in: path } } }
      """;

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
    assertFalse(Files.exists(exchange.resolve("r.dat.part")));
    String listed = site.call("List", "").text();
    assertTrue(listed.contains("\"name\":\"a.bin\",\"size\":\"3\""), listed);
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
