package drawbridge.adapters.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Answer;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten million rows with {@code -Ddrawbridge.long=true}, two million else. */
@Timeout(900)
final class SqlStreamTest {
  private static final int ROWS = Boolean.getBoolean("drawbridge.long") ? 10_000_000 : 2_000_000;

  @TempDir Path folder;

  /** Counts bytes and lines, and looks at the heap now and then. */
  private static final class Counter extends OutputStream {
    private long bytes;
    private long lines;
    private long mostHeap;
    private int writes;

    @Override
    public void write(int b) {
      throw new UnsupportedOperationException("one byte at a time is no stream");
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      bytes += length;
      for (int i = offset; i < offset + length; i++) {
        lines += source[i] == '\n' ? 1 : 0;
      }
      if (writes++ % 4_096 == 0) {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        mostHeap = Math.max(mostHeap, runtime.totalMemory() - runtime.freeMemory());
      }
    }
  }

  @Test
  void millionsOfRowsPassInALittleMemory() throws Exception {
    stream(
        Database.all().getFirst(),
        ROWS,
        "select i as id, 'customer ' || i as name, (i % 1000)::numeric(10,2) as total from"
            + " generate_series(1, "
            + ROWS
            + ") i");
  }

  @Test
  void aMillionRowsOfMariaDbDoSoToo() throws Exception {
    Assumptions.assumeTrue(
        MariaDb.installed(), "MariaDB is not installed (Debian: mariadb-server)");
    stream(
        MariaDb.database(),
        1_000_000,
        "select seq as id, concat('customer ', seq) as name, cast(seq % 1000 as decimal(10,2)) as"
            + " total from seq_1_to_1000000");
  }

  private void stream(Database database, int rows, String sql) throws Exception {
    Counter counter = new Counter();
    TestAnswer answer =
        new TestAnswer(Answer.Format.NDJSON) {
          @Override
          protected OutputStream stream() {
            return counter;
          }
        };
    try (TestSite site =
        database.site(folder, "- { name: Series, get: /series, sql: \"" + sql + "\" }\n")) {
      TestSite.run(site.operation("Series"), Map.of(), answer, rows);
    }
    assertEquals(rows, answer.rows());
    assertEquals(rows, counter.lines);
    assertTrue(counter.bytes > 40L * rows, counter.bytes + " bytes");
    System.getLogger(SqlStreamTest.class.getName())
        .log(
            System.Logger.Level.INFO,
            () -> rows + " rows, " + counter.bytes + " bytes, most live heap " + counter.mostHeap);
    assertTrue(counter.mostHeap < 100_000_000, "live heap " + counter.mostHeap);
  }
}
