package drawbridge.acceptance.faults;

import drawbridge.acceptance.Connector;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What callers do to the bridge and so to each other. */
enum CallerFault implements Fault {
  /** Some ask for everything and read none of it. */
  NEVER_READS {
    private static final int STALLED = 16;

    @Override
    public void play(Scene scene) throws Exception {
      scene.hold(scene.length().dividedBy(2));
      long gateway = scene.residentMegabytes(Scene.GATEWAY);
      long agent = scene.residentMegabytes(Scene.AGENT);
      List<Socket> stalled = new ArrayList<>();
      URI uri = scene.stack().gateway();
      try {
        for (int i = 0; i < STALLED; i++) {
          Socket socket = scene.tls().getSocketFactory().createSocket(uri.getHost(), uri.getPort());
          stalled.add(socket);
          OutputStream out = socket.getOutputStream();
          out.write(
              ("GET /orders/v1/orders HTTP/1.1\r\nHost: "
                      + uri.getAuthority()
                      + "\r\nAccept: application/x-ndjson\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
          out.flush();
        }
        scene.hold(scene.length());
        scene.figure("gateway_growth_mb", scene.residentMegabytes(Scene.GATEWAY) - gateway);
        scene.figure("agent_growth_mb", scene.residentMegabytes(Scene.AGENT) - agent);
      } finally {
        for (Socket socket : stalled) {
          socket.close();
        }
      }
    }
  },
  /** A thousand calls within a second against a statement of 100 ms. */
  BURST {
    private static final int CALLS = 1_000;

    @Override
    public void play(Scene scene) throws Exception {
      AtomicLong good = new AtomicLong();
      AtomicLong refused = new AtomicLong();
      AtomicLong slowRefusals = new AtomicLong();
      AtomicLong bad = new AtomicLong();
      CountDownLatch done = new CountDownLatch(CALLS);
      try (Connector connector = scene.connector()) {
        for (int i = 0; i < CALLS; i++) {
          Thread.ofVirtual()
              .start(
                  () -> {
                    long began = System.nanoTime();
                    try {
                      var answer = connector.get("/orders/v1/pause/100");
                      boolean told = answer.headers().firstValue("retry-after").isPresent();
                      if (answer.statusCode() == 200) {
                        good.incrementAndGet();
                      } else if ((answer.statusCode() == 429 || answer.statusCode() == 503)
                          && told) {
                        refused.incrementAndGet();
                        slowRefusals.addAndGet(
                            System.nanoTime() - began > Duration.ofSeconds(15).toNanos() ? 1 : 0);
                      } else {
                        bad.incrementAndGet();
                      }
                    } catch (IOException | InterruptedException e) {
                      bad.incrementAndGet();
                    } finally {
                      done.countDown();
                    }
                  });
        }
        scene.check(done.await(120, TimeUnit.SECONDS), "calls of the burst have no answer");
      }
      scene.figure("burst_good", good.get());
      scene.figure("burst_refused", refused.get());
      scene.check(bad.get() == 0, bad.get() + " calls of the burst failed or timed out");
      scene.check(slowRefusals.get() == 0, slowRefusals.get() + " were refused late");
    }

    @Override
    public boolean allows(Seen seen) {
      return (seen.status() == 503 || seen.status() == 429) && seen.retryAfter()
          || (seen.write() && seen.code().equals("busy"));
    }
  };

  @Override
  public String word() {
    return Fault.word(this);
  }

  @Override
  public boolean allows(Seen seen) {
    return false;
  }
}
