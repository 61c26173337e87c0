package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Restrictions;
import drawbridge.adapters.Restrictions.Mask;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What columns hold that is long, as JSON and byte by byte. */
@Timeout(180)
final class LargeObjectsTest {
  /** More than the heap that is allowed below; a few of them would fill that of the tests. */
  private static final long LARGE =
      Boolean.getBoolean("drawbridge.long") ? 400_000_000 : 200_000_000;

  private static final String OPERATIONS =
      """
      - name: Picture
        get: /pictures/{id}
        single: true
        sql: select picture as "picture" from pictures where id = :id
        content: { column: picture, type: image/png }
        parameters: { id: { type: integer, in: path } }
      """;

  @TempDir Path folder;

  static List<Database> databases() {
    return Database.all();
  }

  @ParameterizedTest
  @MethodSource("databases")
  void oneColumnIsAnsweredAsItIs(Database database) throws Exception {
    String bytes = database.dialect() == Dialect.POSTGRESQL ? "bytea" : "blob";
    database.execute(
        "drop table if exists pictures",
        "create table pictures (id integer primary key, picture " + bytes + ")",
        "insert into pictures (id) values (2)");
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', 0, (byte) 0xff, '\r', '\n'};
    try (Connection connection = database.connect();
        PreparedStatement insert =
            connection.prepareStatement("insert into pictures values (1, ?)")) {
      insert.setBytes(1, png);
      insert.executeUpdate();
    }
    try (TestSite site = database.site(folder, OPERATIONS)) {
      TestAnswer answer = picture(site).path("id", "1").run();
      assertEquals(200, answer.status());
      assertEquals("image/png", answer.contentType());
      assertArrayEquals(png, answer.bytes());
      assertEquals("image/png", site.operation("Picture").traits().produces());
      for (String none : new String[] {"2", "3"}) {
        assertEquals(
            Fault.Code.NOT_FOUND, fault(picture(site).path("id", none)).code(), "NULL, and no row");
      }
      assertEquals(
          Fault.Code.FORBIDDEN,
          fault(
                  picture(site)
                      .path("id", "1")
                      .restricted(new Restrictions("", Map.of("picture", Mask.HASH))))
              .code());
    }
  }

  private static TestCall picture(TestSite site) {
    return new TestCall(site.operation("Picture"));
  }

  private static Fault fault(TestCall call) {
    return assertThrows(FaultException.class, call::run).fault();
  }

  /** The same byte again and again, without end. */
  private static final class Endless extends InputStream {
    @Override
    public int read() {
      return 'x';
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      java.util.Arrays.fill(target, offset, offset + length, (byte) 'x');
      return length;
    }
  }

  /** Counts, and looks at the heap now and then. */
  private static final class Counter extends OutputStream {
    private long bytes;
    private long mostHeap;
    private int writes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      bytes += length;
      if (writes++ % 8_192 == 0) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        mostHeap = Math.max(mostHeap, runtime.totalMemory() - runtime.freeMemory());
      }
    }
  }

  static List<Database> servers() {
    return Database.all().stream().filter(d -> d.dialect() != Dialect.H2).toList();
  }

  @Test
  void largeObjectsPassInALittleMemory(@TempDir Path data) throws Exception {
    String url = "jdbc:h2:" + data.resolve("large").toAbsolutePath();
    try (Connection connection = DriverManager.getConnection(url, "h2", "s3cr3t-4711")) {
      try (var statement = connection.createStatement()) {
        statement.execute("create table large (id integer primary key, bytes blob, text clob)");
      }
      try (PreparedStatement insert =
          connection.prepareStatement("insert into large values (1, ?, ?)")) {
        insert.setBinaryStream(1, new Endless(), LARGE);
        insert.setCharacterStream(
            2, new InputStreamReader(new Endless(), StandardCharsets.US_ASCII), LARGE);
        insert.executeUpdate();
      }
    }
    String operations =
        """
        - { name: Whole, get: /whole, sql: "select bytes, text from large" }
        - { name: Bytes, get: /bytes, single: true, sql: select bytes from large, content: { column: BYTES } }
        """;
    try (TestSite site = TestSite.open(folder, "h2", "url: \"" + url + "\"", operations)) {
      long base64 = (LARGE + 2) / 3 * 4;
      assertEquals(
          LARGE + base64 + "{\"value\":[{\"BYTES\":\"\",\"TEXT\":\"\"}]}".length(),
          streamed(site, "Whole"));
      assertEquals(LARGE, streamed(site, "Bytes"));
    }
  }

  /** Their protocols have a whole row in one message, of which only some are held at a time. */
  @ParameterizedTest
  @MethodSource("servers")
  void largeObjectsOfServersPassRowByRow(Database database) throws Exception {
    boolean postgres = database.dialect() == Dialect.POSTGRESQL;
    database.execute(
        "drop table if exists large",
        postgres
            ? "create table large (bytes bytea, text text)"
            : "create table large (bytes longblob, text longtext)",
        postgres
            ? "insert into large values (repeat('x', 3000000)::bytea, repeat('x', 3000000))"
            : "insert into large values (repeat('x', 3000000), repeat('x', 3000000))");
    String operations =
        """
        - { name: Whole, get: /whole, sql: "select bytes, text from large cross join MANY" }
        - { name: Bytes, get: /bytes, single: true, sql: select bytes from large, content: { column: bytes } }
        """
            .replace("MANY", postgres ? "generate_series(1, 40)" : "seq_1_to_40");
    try (TestSite site = database.site(folder, operations)) {
      long row = 3_000_000L + 4_000_000 + "{\"bytes\":\"\",\"text\":\"\"}".length();
      assertEquals("{\"value\":[]}".length() + 40 * row + 39, streamed(site, "Whole"));
      assertEquals(3_000_000, streamed(site, "Bytes"));
    }
  }

  private static long streamed(TestSite site, String operation) throws Exception {
    Counter counter = new Counter();
    TestAnswer answer =
        new TestAnswer(Answer.Format.JSON) {
          @Override
          protected OutputStream stream() {
            return counter;
          }
        };
    TestSite.run(site.operation(operation), Map.of(), answer, 100);
    assertTrue(counter.mostHeap > 0 && counter.mostHeap < 150_000_000, counter.mostHeap + " live");
    return counter.bytes;
  }
}
