package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.audit.AuditFolder;
import drawbridge.audit.AuditKey;
import drawbridge.audit.AuditLog;
import drawbridge.audit.AuditRecord;
import drawbridge.audit.AuditUnavailable;
import drawbridge.audit.Found;
import drawbridge.audit.Identity;
import drawbridge.audit.Query;
import drawbridge.audit.Recorded;
import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drawbridge bench audit}: durable records a second, beside an fsync for each record. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Durable audit records by many threads, beside a plain fsync for each record.")
final class BenchAudit implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AuditKey KEY = AuditKey.generate("drawbridge/bench/agent/bench");

  @Option(
      names = "--json",
      description = "print a JSON line for each measurement, and nothing else")
  private boolean json;

  @Option(
      names = "--threads",
      split = ",",
      defaultValue = "1,64,256",
      description = "default ${DEFAULT-VALUE}")
  private List<Integer> threads = List.of();

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "for each measurement, default ${DEFAULT-VALUE}")
  private int seconds;

  @Option(names = "--folder", description = "on the disk to be measured; default: a temporary one")
  private @Nullable Path folder;

  @Option(
      names = "--find",
      defaultValue = "0",
      description = "also write so many records and measure a search in them")
  private long find;

  /** What a measured thread does again and again. */
  private interface Step {
    void run() throws IOException, AuditUnavailable;
  }

  @Override
  public Integer call() throws Exception {
    Path base =
        folder == null
            ? Files.createTempDirectory("audit-bench")
            : Files.createTempDirectory(folder, "audit-bench");
    try {
      if (!json) {
        System.out.printf(
            "%-12s %8s %12s %8s %8s%n", "how", "threads", "records/s", "p50 ms", "p99 ms");
      }
      for (int count : threads) {
        try (AuditLog log = AuditLog.open(base.resolve("log"), KEY)) {
          measure("warm-up", count, () -> log.record(record(0)));
          measure("audit", count, () -> log.record(record(0)));
        }
        measureFsync(base.resolve("plain"), count);
      }
      if (find > 0) {
        find(base.resolve("find"));
      }
    } finally {
      remove(base);
    }
    return Program.DONE;
  }

  /** The same bytes, one fsync each, one writer at a time. */
  private void measureFsync(Path file, int count) throws Exception {
    byte[] line = new byte[500];
    java.util.Arrays.fill(line, (byte) 'x');
    Object turn = new Object();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      measure(
          "fsync each",
          count,
          () -> {
            synchronized (turn) {
              channel.write(ByteBuffer.wrap(line));
              channel.force(false);
            }
          });
    }
  }

  private void measure(String how, int count, Step step) throws Exception {
    Histogram micros = new ConcurrentHistogram(60_000_000, 3);
    long from = System.nanoTime();
    long until = from + seconds * 1_000_000_000L;
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < count; t++) {
        running.add(
            all.submit(
                () -> {
                  for (long now = System.nanoTime(); now < until; ) {
                    step.run();
                    long end = System.nanoTime();
                    micros.recordValue((end - now) / 1_000);
                    now = end;
                  }
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    double took = (System.nanoTime() - from) / 1e9;
    if (how.equals("warm-up")) {
      return;
    }
    double rate = micros.getTotalCount() / took;
    double p50 = micros.getValueAtPercentile(50) / 1_000.0;
    double p99 = micros.getValueAtPercentile(99) / 1_000.0;
    if (json) {
      ObjectNode line = JSON.createObjectNode();
      line.put("how", how).put("threads", count).put("recordsPerSecond", Math.round(rate));
      System.out.println(line.put("p50Millis", p50).put("p99Millis", p99));
    } else {
      System.out.printf("%-12s %8d %12.0f %8.2f %8.2f%n", how, count, rate, p50, p99);
    }
  }

  private void find(Path log) throws Exception {
    long from = System.nanoTime();
    try (AuditLog writer = AuditLog.open(log, KEY);
        ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      int writers = 1_024;
      for (int t = 0; t < writers; t++) {
        int first = t;
        running.add(
            all.submit(
                () -> {
                  for (long i = first; i < find; i += writers) {
                    writer.record(record(i));
                  }
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    double wrote = (System.nanoTime() - from) / 1e9;
    AuditFolder folder = AuditFolder.of(log);
    from = System.nanoTime();
    // The log that ended in order is opened once more, and its housekeeping closes the rest.
    AuditLog.tidy(log, KEY);
    double tidied = (System.nanoTime() - from) / 1e9;
    for (int round = 0; round < 3; round++) {
      long wanted = find / 3 + round;
      Query query = Query.builder().any("v" + wanted, "arguments.customerId.value").build();
      from = System.nanoTime();
      List<Found> found = folder.find(query, 1_000);
      double took = (System.nanoTime() - from) / 1e9;
      if (json) {
        ObjectNode line = JSON.createObjectNode();
        line.put("how", "find").put("records", find).put("found", found.size());
        System.out.println(
            line.put("seconds", took).put("writeSeconds", wrote).put("tidySeconds", tidied));
      } else {
        System.out.printf(
            "find in %d records: %.2f s, %d found (written in %.0f s, indexed and compressed in %.0f s)%n",
            find, took, found.size(), wrote, tidied);
      }
    }
  }

  private static AuditRecord record(long i) {
    return AuditRecord.call(
        new AuditRecord.About(
            "%032x".formatted(i * 0x9E3779B97F4A7C15L),
            1,
            "orders/v1/FindOrders",
            "gateway-1",
            Identity.builder()
                .claimed(Identity.SUBJECT, "CN=apim,O=Contoso")
                .claimed(Identity.ISSUER, "CN=Connectors CA,O=Contoso")
                .claimed(Identity.ADDRESS, "10.0.0.1")
                .build(),
            "apps-read-orders",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            List.of(Recorded.clear("customerId", "v" + i)),
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        new AuditRecord.Result(AuditRecord.Outcome.OK, "", 200, "", "", 3, 120, 800, 1_000));
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}
