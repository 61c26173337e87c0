package drawbridge.acceptance.bench;

import drawbridge.acceptance.HttpConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** So many callers, each with a connection of its own, asking for one row after the other. */
final class Load {
  /** What a run gave; latencies in milliseconds. */
  record Result(double requestsPerSecond, double p50, double p99, long requests, long failures) {}

  private final URI base;
  private final SSLContext tls;
  private final int rows;

  /**
   * @param base of the operation; a row's number is appended
   * @param rows numbers go from 1 to this
   */
  Load(URI base, SSLContext tls, int rows) {
    this.base = base;
    this.tls = tls;
    this.rows = rows;
  }

  /** Warms up, then measures. {@code between} runs at the moment when measuring begins. */
  Result run(int connections, Duration warmUp, Duration measured, Runnable between)
      throws InterruptedException {
    Histogram latencies = new ConcurrentHistogram(TimeUnit.MINUTES.toMicros(2), 3);
    AtomicLong requests = new AtomicLong();
    AtomicLong failures = new AtomicLong();
    long start = System.nanoTime();
    long from = start + warmUp.toNanos();
    long until = from + measured.toNanos();
    Semaphore done = new Semaphore(0);
    for (int i = 0; i < connections; i++) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  caller(from, until, latencies, requests, failures);
                } finally {
                  done.release();
                }
              });
    }
    TimeUnit.NANOSECONDS.sleep(from - System.nanoTime());
    between.run();
    done.acquire(connections);
    return new Result(
        requests.get() / (measured.toNanos() / 1e9),
        latencies.getValueAtPercentile(50) / 1e3,
        latencies.getValueAtPercentile(99) / 1e3,
        requests.get(),
        failures.get());
  }

  private void caller(
      long from, long until, Histogram latencies, AtomicLong requests, AtomicLong failures) {
    RandomGenerator random = RandomGenerator.getDefault();
    while (System.nanoTime() < until) {
      try (HttpConnection connection =
          new HttpConnection(tls.getSocketFactory().createSocket(base.getHost(), base.getPort()))) {
        while (true) {
          byte[] request = request(1 + random.nextInt(rows));
          long began = System.nanoTime();
          if (began >= until) {
            return;
          }
          int status = connection.exchange(request);
          long ended = System.nanoTime();
          if (began >= from && ended <= until) {
            latencies.recordValue(TimeUnit.NANOSECONDS.toMicros(ended - began));
            requests.incrementAndGet();
          }
          if (status != 200) {
            failures.incrementAndGet();
          }
        }
      } catch (IOException e) {
        failures.incrementAndGet();
        Thread.onSpinWait();
      }
    }
  }

  private byte[] request(int row) {
    return ("GET "
            + base.getPath()
            + row
            + " HTTP/1.1\r\nHost: "
            + base.getAuthority()
            + "\r\nAccept: application/json\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
