package drawbridge.acceptance.faults;

import drawbridge.acceptance.HttpConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A steady load: so many callers, each with a connection of its own, reading and writing by turns,
 * four times a second where the answers come in time. Callers without a pause would load every core
 * and measure the machine. The first caller resends as Logic Apps does; every eighth loses interest
 * after some seconds.
 */
final class Workload {
  private static final int RESENDS = 4;
  private static final Duration BETWEEN_CALLS = Duration.ofMillis(250);
  private static final Duration BETWEEN_RESENDS = Duration.ofMillis(500);

  /** Longer than the gateway's own deadline: who waits for more has been forgotten. */
  private static final int SOCKET_PATIENCE_MS = 120_000;

  static final Duration BETWEEN_CONNECTS = Duration.ofMillis(50);
  static final int SHORT_WAIT_S = 5;

  private final URI gateway;
  private final SSLContext tls;
  private final int rows;
  private final String run;
  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
  private final AtomicLong keys = new AtomicLong();
  private final AtomicLong refusedConnections = new AtomicLong();
  private final Semaphore done = new Semaphore(0);
  private int callers;
  private volatile boolean stopping;

  /**
   * @param rows orders go from 1 to this
   * @param run begins every key, so that one database can serve several runs
   */
  Workload(URI gateway, SSLContext tls, int rows, String run) {
    this.gateway = gateway;
    this.tls = tls;
    this.rows = rows;
    this.run = run;
  }

  void start(int count) {
    callers = count;
    for (int i = 0; i < count; i++) {
      int number = i;
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  call(number);
                } finally {
                  done.release();
                }
              });
    }
  }

  /** Lets every caller finish what it has begun. */
  List<Seen> stop() throws InterruptedException {
    stopping = true;
    if (!done.tryAcquire(callers, SOCKET_PATIENCE_MS + 10_000, TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("callers still wait for an answer");
    }
    return List.copyOf(seen);
  }

  String run() {
    return run;
  }

  long answered() {
    return seen.size();
  }

  /** Connections that nobody accepted: not calls. */
  long refusedConnections() {
    return refusedConnections.get();
  }

  private void call(int number) {
    HttpConnection connection = null;
    int wait = number % 8 == 7 ? SHORT_WAIT_S : 0;
    LockSupport.parkNanos(BETWEEN_CALLS.toNanos() * number / callers); // not all at once
    long due = System.nanoTime();
    for (int turn = number; !stopping; turn++) {
      due = Math.max(due + BETWEEN_CALLS.toNanos(), System.nanoTime());
      String key = turn % 2 == 0 ? "" : run + "-" + keys.incrementAndGet();
      int attempts = number == 0 ? 1 + RESENDS : 1;
      while (attempts-- > 0) {
        if (connection == null) {
          connection = connect();
        }
        if (connection == null) {
          break;
        }
        Seen one = exchange(connection, key, wait, 1 + Math.floorMod(turn * 31, rows));
        seen.add(one);
        if (one.status() == 0 || connection.header("connection").equals("close")) {
          close(connection);
          connection = null;
        }
        if (!one.resendable()) {
          break;
        }
        LockSupport.parkNanos(BETWEEN_RESENDS.toNanos());
      }
      LockSupport.parkNanos(due - System.nanoTime());
    }
    close(connection);
  }

  private @Nullable HttpConnection connect() {
    while (!stopping) {
      try {
        SSLSocket socket =
            (SSLSocket) tls.getSocketFactory().createSocket(gateway.getHost(), gateway.getPort());
        socket.setSoTimeout(SOCKET_PATIENCE_MS);
        socket.startHandshake(); // no part of a call's time
        return new HttpConnection(socket);
      } catch (IOException e) {
        refusedConnections.incrementAndGet();
        LockSupport.parkNanos(BETWEEN_CONNECTS.toNanos());
      }
    }
    return null;
  }

  private Seen exchange(HttpConnection connection, String key, int wait, int order) {
    long began = System.nanoTime();
    long beganAt = System.currentTimeMillis();
    try {
      int status = connection.exchange(request(key, wait, order));
      return new Seen(
          key,
          connection.header("x-ms-request-id"),
          began,
          System.nanoTime(),
          beganAt,
          wait,
          status,
          connection.header("x-ms-error-code"),
          !connection.header("retry-after").isEmpty());
    } catch (IOException e) {
      return new Seen(key, "", began, System.nanoTime(), beganAt, wait, 0, e.toString(), false);
    }
  }

  private byte[] request(String key, int wait, int order) {
    String body = key.isEmpty() ? "" : "{\"text\":\"" + key + "\"}";
    String head =
        (key.isEmpty() ? "GET " : "POST ")
            + "/orders/v1/order/"
            + order
            + (key.isEmpty() ? "" : "/notes")
            + " HTTP/1.1\r\nHost: "
            + gateway.getAuthority()
            + "\r\nAccept: application/json\r\n"
            + (wait == 0 ? "" : "Prefer: wait=" + wait + "\r\n")
            + (body.isEmpty()
                ? ""
                : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n")
            + "\r\n";
    return (head + body).getBytes(StandardCharsets.US_ASCII);
  }

  private static void close(@Nullable HttpConnection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (IOException e) {
        // it was broken
      }
    }
  }
}
