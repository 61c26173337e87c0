package drawbridge.acceptance.faults;

import drawbridge.acceptance.HttpConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;

/** What callers do to the bridge and so to each other. */
enum CallerFault implements Fault {
  /** Some ask for everything and read none of it, others read a little at a time. */
  NEVER_READS {
    private static final int STALLED = 16;

    /* By how much memory may differ from one moment to another while nobody reads. */
    private static final long MOST_MEGABYTES = 12;

    /* Of the kernel: else it takes megabytes for each of them. */
    private static final int BUFFER = 64 << 10;

    private static final double LEAST_SPEED = 0.8;

    /* A slow machine takes longer to fill what waits for them; what never ends to grow is seen after it. */
    private static final int FILLINGS = 6;

    private static final long FILLED_MEGABYTES = 3;

    /* Until the buffers of all who do not read are full, so that memory does not grow by them. */
    private static void fill(Scene scene) throws Exception {
      long before = Long.MIN_VALUE;
      for (int i = 0; i < FILLINGS; i++) {
        scene.hold(scene.length());
        long now = scene.heapMegabytes(Scene.GATEWAY) + scene.heapMegabytes(Scene.AGENT);
        if (i > 0 && now - before <= FILLED_MEGABYTES) {
          return;
        }
        before = now;
      }
    }

    @Override
    public void play(Scene scene) throws Exception {
      double alone = scene.ratePerSecond(scene.length().dividedBy(2));
      List<Socket> stalled = new ArrayList<>();
      try {
        for (int i = 0; i < STALLED; i++) {
          Socket socket = open(scene, BUFFER);
          stalled.add(socket);
          send(socket, request(scene, "/orders/v1/orders", "application/x-ndjson"));
          if (i % 2 == 0) {
            Thread.ofVirtual().start(() -> dawdle(socket));
          }
        }
        fill(scene);
        long gateway = scene.heapMegabytes(Scene.GATEWAY);
        long agent = scene.heapMegabytes(Scene.AGENT);
        double beside = scene.ratePerSecond(scene.length().dividedBy(2));
        gateway = scene.heapMegabytes(Scene.GATEWAY) - gateway;
        agent = scene.heapMegabytes(Scene.AGENT) - agent;
        scene.figure("gateway_growth_mb", gateway);
        scene.figure("agent_growth_mb", agent);
        scene.figure("calls_per_second_alone", Math.round(alone));
        scene.figure("calls_per_second_beside", Math.round(beside));
        scene.check(gateway <= MOST_MEGABYTES, "the gateway's heap grew by " + gateway + " MB");
        scene.check(agent <= MOST_MEGABYTES, "the agent's heap grew by " + agent + " MB");
        scene.check(
            beside * Math.min(scene.slack(), 2) >= LEAST_SPEED * alone,
            "others had " + beside + " calls a second in place of " + alone);
      } finally {
        for (Socket socket : stalled) {
          socket.close();
        }
      }
    }

    private static void dawdle(Socket socket) {
      byte[] little = new byte[1_000];
      try {
        while (socket.getInputStream().read(little) >= 0) {
          LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
      } catch (IOException e) {
        // the end of the scene closes it
      }
    }
  },
  /** A thousand calls within a second against a statement of 100 ms. */
  BURST {
    private static final int CALLS = 1_000;
    private static final int ATTEMPTS = 5;

    // Who finds no place in line is told at once, by a gateway that has a thousand to answer.
    private static final long AT_ONCE_MS = 2_000;

    @Override
    public void play(Scene scene) throws Exception {
      List<HttpConnection> connections = connected(scene);
      Queue<Long> good = new ConcurrentLinkedQueue<>();
      Queue<Long> refused = new ConcurrentLinkedQueue<>();
      Queue<String> bad = new ConcurrentLinkedQueue<>();
      CountDownLatch done = new CountDownLatch(CALLS);
      byte[] request = request(scene, "/orders/v1/pause/100", "application/json");
      long begin = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        HttpConnection connection = connections.get(i);
        long due = begin + i * 1_000_000_000L / CALLS;
        Thread.ofVirtual()
            .start(
                () -> {
                  LockSupport.parkNanos(due - System.nanoTime());
                  long began = System.nanoTime();
                  try (connection) {
                    int status = connection.exchange(request);
                    long took = (System.nanoTime() - began) / 1_000_000;
                    if (status == 200) {
                      good.add(took);
                    } else if ((status == 429 || status == 503)
                        && !connection.header("retry-after").isEmpty()) {
                      refused.add(took);
                    } else {
                      bad.add(status + " " + connection.header("x-ms-error-code"));
                    }
                  } catch (IOException e) {
                    bad.add(e.toString());
                  } finally {
                    done.countDown();
                  }
                });
      }
      scene.check(done.await(120, TimeUnit.SECONDS), "calls of the burst have no answer");
      scene.figure("burst_good", good.size());
      scene.figure("burst_refused", refused.size());
      scene.figure("slowest_good_ms", slowest(good));
      scene.promised("slowest_refusal_ms", slowest(refused), AT_ONCE_MS);
      scene.check(bad.isEmpty(), bad.size() + " failed or timed out, such as " + bad.peek());
    }

    private static long slowest(Queue<Long> milliseconds) {
      return milliseconds.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    // With their handshakes done, which are no part of a call.
    private static List<HttpConnection> connected(Scene scene) throws Exception {
      List<HttpConnection> connections = new ArrayList<>();
      try (var threads = Executors.newFixedThreadPool(16)) {
        List<Future<HttpConnection>> opened = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
          opened.add(threads.submit(() -> shaken(scene)));
        }
        for (Future<HttpConnection> one : opened) {
          connections.add(one.get());
        }
      }
      return connections;
    }

    /* A door that is very busy gives handshakes up; who was turned away comes again. */
    private static HttpConnection shaken(Scene scene) throws IOException {
      for (int attempt = 1; ; attempt++) {
        Socket socket = open(scene, 0);
        try {
          socket.setSoTimeout(120_000);
          ((SSLSocket) socket).startHandshake();
          return new HttpConnection(socket);
        } catch (IOException e) {
          socket.close();
          if (attempt == ATTEMPTS) {
            throw e;
          }
          LockSupport.parkNanos(Workload.BETWEEN_CONNECTS.toNanos());
        }
      }
    }

    @Override
    public boolean allows(Seen seen) {
      return (seen.status() == 503 || seen.status() == 429) && seen.retryAfter()
          || (seen.write() && seen.code().equals("busy"))
          || Fault.impatient(seen);
    }
  };

  /** Not secured yet; 0: with as large a buffer for what arrives as the kernel likes. */
  private static Socket open(Scene scene, int buffer) throws IOException {
    URI uri = scene.stack().gateway();
    Socket socket = scene.tls().getSocketFactory().createSocket();
    if (buffer > 0) {
      socket.setReceiveBufferSize(buffer);
    }
    socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
    return socket;
  }

  private static void send(Socket socket, byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    socket.getOutputStream().flush();
  }

  private static byte[] request(Scene scene, String path, String type) {
    return "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: %s\r\n\r\n"
        .formatted(path, scene.stack().gateway().getAuthority(), type)
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public String word() {
    return Fault.word(this);
  }

  @Override
  public boolean allows(Seen seen) {
    return false;
  }
}
