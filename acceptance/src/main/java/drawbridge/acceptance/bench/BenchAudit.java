package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.audit.AuditKey;
import drawbridge.audit.AuditLog;
import drawbridge.audit.AuditUnavailable;
import drawbridge.settings.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
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
      description = "also write so many records and measure searches in them")
  private long find;

  @Option(
      names = "--folders",
      defaultValue = "4",
      description = "of the records that are searched, default ${DEFAULT-VALUE}")
  private int folders;

  @Option(
      names = "--rate",
      defaultValue = "7500",
      description = "records a second of the measurement at a rate, default ${DEFAULT-VALUE}")
  private int rate;

  /** What a measured thread does again and again. */
  private interface Step {
    void run() throws IOException, AuditUnavailable;
  }

  @Override
  public Integer call() throws Exception {
    try (Scratch scratch = Scratch.make(folder)) {
      Path base = scratch.folder();
      if (!json) {
        System.out.printf(
            "%-12s %8s %12s %8s %8s%n", "how", "threads", "records/s", "p50 ms", "p99 ms");
      }
      for (int count : threads) {
        try (AuditLog log = AuditLog.open(base.resolve("log"), KEY)) {
          measure("warm-up", count, () -> log.record(BenchFind.record(0)));
          measure("audit", count, () -> log.record(BenchFind.record(0)));
          if (count > 1) {
            // What a record adds to a call while the log is far from full: each thread has its
            // turn.
            measure("at a rate", count, count * 1e9 / rate, () -> log.record(BenchFind.record(0)));
          }
        }
        measureFsync(base.resolve("plain"), count);
      }
      if (find > 0) {
        new BenchFind(base, folders, find, json).run();
      }
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
    measure(how, count, 0, step);
  }

  /**
   * Lets threads take the step again and again.
   *
   * @param pace nanoseconds from one step of a thread to its next; 0: at once
   */
  private void measure(String how, int count, double pace, Step step) throws Exception {
    Histogram micros = new ConcurrentHistogram(60_000_000, 3);
    long from = System.nanoTime();
    long until = from + seconds * 1_000_000_000L;
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < count; t++) {
        running.add(
            all.submit(
                () -> {
                  // Spread, as calls are.
                  double due = from + Math.random() * pace;
                  for (long now = System.nanoTime(); now < until; now = System.nanoTime()) {
                    if (now < due) {
                      LockSupport.parkNanos((long) due - now);
                      continue;
                    }
                    step.run();
                    micros.recordValue((System.nanoTime() - now) / 1_000);
                    due += pace;
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
}
