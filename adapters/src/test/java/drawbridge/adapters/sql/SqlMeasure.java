package drawbridge.adapters.sql;

import drawbridge.adapters.Answer;
import drawbridge.adapters.Operation;
import drawbridge.adapters.TestSite;
import drawbridge.adapters.TestSite.TestAnswer;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Measures the adapter alone, by hand: one row by id on one thread, and a million rows as NDJSON.
 */
final class SqlMeasure {
  private SqlMeasure() {}

  private static final class Sink extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      bytes += length;
    }
  }

  public static void main(String... arguments) throws Exception {
    Path folder = Files.createTempDirectory("measure");
    Postgres.execute(
        "create table customers as select i as id, 'customer number ' || i || repeat('.', 80) as"
            + " name, (i % 100000)::numeric(12,2) as total, timestamp '2026-01-01' + i * interval"
            + " '1 s' as placed from generate_series(1, 1000000) i",
        "alter table customers add primary key (id)", "analyze customers");
    String operations =
        """
        - name: One
          get: /one/{id}
          single: true
          sql: select id, name, total, placed from customers where id = :id
          parameters: { id: { type: integer, in: path } }
        - name: All
          get: /all
          sql: select id, name, total, placed from customers
        """;
    try (TestSite site =
        TestSite.open(folder, "postgres", "url: \"" + Postgres.url() + "\"", operations)) {
      for (int round = 0; round < 4; round++) {
        one(site.operation("One"));
        all(site.operation("All"));
      }
    }
    System.exit(0);
  }

  private static void one(Operation operation) throws Exception {
    int calls = 10_000;
    long start = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      TestSite.run(
          operation,
          Map.of("id", 1 + i * 7919 % 1_000_000),
          new TestAnswer(Answer.Format.JSON),
          1000);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf("one row by id: %.0f calls/s%n", calls / seconds);
  }

  private static void all(Operation operation) throws Exception {
    Sink sink = new Sink();
    TestAnswer answer =
        new TestAnswer(Answer.Format.NDJSON) {
          @Override
          protected OutputStream stream() {
            return sink;
          }
        };
    long start = System.nanoTime();
    TestSite.run(operation, Map.of(), answer, 1_000_000);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%d rows as NDJSON: %.0f MB in %.1f s, %.0f MB/s%n",
        answer.rows(), sink.bytes / 1e6, seconds, sink.bytes / 1e6 / seconds);
  }
}
