package drawbridge.acceptance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import drawbridge.ibmi.stub.Fault;
import drawbridge.ibmi.stub.Faults;
import drawbridge.ibmi.stub.HostService;
import drawbridge.ibmi.stub.HostSystem;
import drawbridge.settings.Program;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code drawbridge bench ibmi}: the same work on the same simulated IBM i, by JTOpen alone and
 * through the adapter. Both take turns in short rounds, so that a busy moment of the machine hits
 * both.
 */
@Command(
    name = "ibmi",
    mixinStandardHelpOptions = true,
    description = "Programs, queues and rows of a simulated IBM i: the adapter beside bare JTOpen.")
final class BenchIbmi implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--json",
      description = "print a JSON line for each measurement, and nothing else")
  private boolean json;

  @Option(
      names = "--threads",
      split = ",",
      defaultValue = "1,16",
      description = "callers at once, up to 64; default ${DEFAULT-VALUE}")
  private List<Integer> threads = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "10",
      description = "for each of the two, default ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      description = "rounds of each before, default ${DEFAULT-VALUE}")
  private int warmUp;

  @Option(
      names = "--seconds",
      defaultValue = "1",
      description = "of a round, default ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--delay",
      defaultValue = "0",
      description = "milliseconds that each request takes longer, as over a network; default none")
  private int delay;

  /** What one of the two did in all its rounds. */
  private static final class Tally {
    final Histogram latencies = new ConcurrentHistogram(TimeUnit.MINUTES.toMicros(2), 3);
    final AtomicLong failures = new AtomicLong();

    /** That the host was sent. */
    long requests;

    double perCall() {
      return (double) requests / Math.max(1, latencies.getTotalCount());
    }

    double perSecond(double time) {
      return latencies.getTotalCount() / time;
    }
  }

  @Override
  public Integer call() throws Exception {
    // The JDK spreads sockets over its threads that wait for them by the numbers of their files:
    // with one such thread no socket is luckier than another.
    System.setProperty("jdk.readPollers", "1");
    boolean good = true;
    try (Scratch scratch = Scratch.make(null);
        HostSystem host = IbmiWork.host(scratch.folder())) {
      if (!json) {
        System.out.printf(
            "%-12s %-8s %8s %12s %8s %8s %10s %8s%n",
            "work", "by", "threads", "calls/s", "p50 ms", "p99 ms", "requests", "ratio");
      }
      if (delay > 0) {
        for (HostService service :
            List.of(HostService.COMMAND, HostService.DATA_QUEUE, HostService.DATABASE)) {
          host.faults().sometimes(service, Faults.ANY, 1, 0, Fault.delay(Duration.ofMillis(delay)));
        }
      }
      for (int count : threads) {
        try (IbmiWork.Bare bare = new IbmiWork.Bare(host, count);
            IbmiWork.Adapter adapter = new IbmiWork.Adapter(scratch.folder(), host)) {
          for (IbmiWork.Kind kind : IbmiWork.Kind.values()) {
            good &= measure(host, kind, count, bare, adapter);
          }
        }
      }
    }
    return good ? Program.DONE : Program.FAILED;
  }

  private boolean measure(
      HostSystem host, IbmiWork.Kind kind, int count, IbmiWork bare, IbmiWork adapter)
      throws InterruptedException {
    Tally alone = new Tally();
    Tally through = new Tally();
    for (int i = 0; i < warmUp; i++) {
      round(host, kind, count, bare, new Tally());
      round(host, kind, count, adapter, new Tally());
    }
    for (int i = 0; i < rounds; i++) {
      round(host, kind, count, bare, alone);
      round(host, kind, count, adapter, through);
    }
    double time = (double) rounds * seconds;
    print(kind, "jtopen", count, alone, time, 0);
    print(kind, "adapter", count, through, time, through.perSecond(time) / alone.perSecond(time));
    return alone.failures.get() + through.failures.get() == 0
        && alone.latencies.getTotalCount() > 0
        && through.latencies.getTotalCount() > 0;
  }

  private void round(HostSystem host, IbmiWork.Kind kind, int count, IbmiWork work, Tally tally)
      throws InterruptedException {
    long before = host.requests();
    long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    List<Thread> callers = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      int number = n;
      callers.add(Thread.ofVirtual().start(() -> caller(kind, number, until, work, tally)));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    tally.requests += host.requests() - before;
  }

  private static void caller(
      IbmiWork.Kind kind, int number, long until, IbmiWork work, Tally tally) {
    for (long begun = System.nanoTime(); begun - until < 0; begun = System.nanoTime()) {
      try {
        work.run(kind, number);
        tally.latencies.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun));
      } catch (Exception e) {
        if (tally.failures.getAndIncrement() == 0) {
          System.err.println(kind + ": " + e);
        }
      }
    }
  }

  private void print(
      IbmiWork.Kind kind, String by, int count, Tally tally, double time, double ratio) {
    double p50 = tally.latencies.getValueAtPercentile(50) / 1e3;
    double p99 = tally.latencies.getValueAtPercentile(99) / 1e3;
    if (!json) {
      System.out.printf(
          "%-12s %-8s %8d %12.0f %8.2f %8.2f %10.2f %8s%s%n",
          kind.word(),
          by,
          count,
          tally.perSecond(time),
          p50,
          p99,
          tally.perCall(),
          ratio == 0 ? "" : "%.2f".formatted(ratio),
          tally.failures.get() == 0 ? "" : "  " + tally.failures + " FAILED");
      return;
    }
    ObjectNode line = JSON.createObjectNode();
    line.put("work", kind.word());
    line.put("by", by);
    line.put("threads", count);
    line.put("calls_per_second", Math.round(tally.perSecond(time)));
    line.put("p50_ms", p50);
    line.put("p99_ms", p99);
    line.put("requests_per_call", Math.round(tally.perCall() * 100) / 100.0);
    line.put("failures", tally.failures.get());
    if (ratio != 0) {
      line.put("ratio", Math.round(ratio * 1000) / 1000.0);
    }
    System.out.println(line);
  }
}
