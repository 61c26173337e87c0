package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a {@link RelaySocket} promises, whatever carries it. One test class per carrier. */
@Timeout(60)
abstract class SocketContract {
  private static final String AGENT = "drawbridge.site.agent";
  private static final String GATEWAY = "drawbridge.gateway";

  private final LinkedBlockingQueue<RelaySocket> arrived = new LinkedBlockingQueue<>();
  private Endpoint agent;
  private Endpoint gateway;

  /** A carrier whose own mailbox this is; made twice a test. */
  abstract Carrier carrier(String mailbox) throws Exception;

  @BeforeEach
  void start() throws Exception {
    gateway =
        new Endpoint(
            GATEWAY, Set.of(AGENT), carrier(GATEWAY), true, arrived::add, m -> {}, m -> {});
    agent = new Endpoint(AGENT, Set.of(GATEWAY), carrier(AGENT), false, s -> {}, m -> {}, m -> {});
    gateway.start();
    agent.start();
  }

  @AfterEach
  void end() {
    agent.close();
    gateway.close();
    stopCarriers();
  }

  /** After both ends have said farewell. */
  abstract void stopCarriers();

  private record Pair(RelaySocket opener, RelaySocket acceptor) {}

  private Pair pair() throws Exception {
    RelaySocket opener = agent.open(GATEWAY);
    assertTrue(opener.awaitOpen(20_000), "nobody answered the open");
    RelaySocket acceptor = arrived.poll(20, TimeUnit.SECONDS);
    assertTrue(acceptor != null, "the open was not confirmed");
    opener.live().prove(PeerName.gateway("gateway"));
    acceptor.live().prove(PeerName.agent("site", "agent"));
    return new Pair(opener, acceptor);
  }

  @Test
  void smallMessagesGoBackAndForth() throws Exception {
    pingPong();
  }

  private void pingPong() throws Exception {
    Pair pair = pair();
    CompletableFuture<Void> echo = CompletableFuture.runAsync(() -> echo(pair.acceptor, 100));
    DataOutputStream out = new DataOutputStream(pair.opener.getOutputStream());
    DataInputStream in = new DataInputStream(pair.opener.getInputStream());
    for (int i = 0; i < 100; i++) {
      out.writeInt(i);
      assertEquals(i, in.readInt());
    }
    echo.get(10, TimeUnit.SECONDS);
  }

  private static void echo(RelaySocket socket, int numbers) {
    try {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      for (int i = 0; i < numbers; i++) {
        out.writeInt(in.readInt());
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void manyBytesArriveUnchangedInBothDirectionsAtOnce() throws Exception {
    Pair pair = pair();
    int size = 6 << 20;
    var there = CompletableFuture.supplyAsync(() -> digest(pair.acceptor, size));
    var back = CompletableFuture.supplyAsync(() -> digest(pair.opener, size));
    var sendBack = CompletableFuture.supplyAsync(() -> send(pair.acceptor, 2, size));
    byte[] sent = send(pair.opener, 1, size);
    assertArrayEquals(sent, there.get(50, TimeUnit.SECONDS));
    assertArrayEquals(sendBack.get(50, TimeUnit.SECONDS), back.get(50, TimeUnit.SECONDS));
  }

  private static byte[] send(RelaySocket socket, long seed, int size) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      Random random = new Random(seed);
      byte[] chunk = new byte[50_000];
      for (int left = size; left > 0; ) {
        random.nextBytes(chunk);
        int part = Math.min(left, 1 + random.nextInt(chunk.length));
        socket.getOutputStream().write(chunk, 0, part);
        digest.update(chunk, 0, part);
        left -= part;
      }
      return digest.digest();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] digest(RelaySocket socket, int size) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] chunk = new byte[70_000];
      for (int left = size; left > 0; ) {
        int n = socket.getInputStream().read(chunk, 0, Math.min(left, chunk.length));
        if (n < 0) {
          throw new IllegalStateException("ended with " + left + " bytes missing");
        }
        digest.update(chunk, 0, n);
        left -= n;
      }
      return digest.digest();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void closingDeliversEverythingThenTheEndOfTheStream() throws Exception {
    Pair pair = pair();
    byte[] bytes = new byte[700_000];
    new Random(5).nextBytes(bytes);
    CompletableFuture<byte[]> all =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return pair.acceptor.getInputStream().readAllBytes();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    pair.opener.getOutputStream().write(bytes);
    pair.opener.close();
    assertArrayEquals(bytes, all.get(30, TimeUnit.SECONDS));
    assertThrows(SocketException.class, () -> pair.opener.getInputStream());
  }

  @Test
  void aReaderThatDoesNotReadHoldsUpTheWriterAndNothingElse() throws Exception {
    Pair stalled = pair();
    long[] written = new long[1];
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  byte[] chunk = new byte[64 << 10];
                  try {
                    while (true) {
                      stalled.opener.getOutputStream().write(chunk);
                      synchronized (written) {
                        written[0] += chunk.length;
                        written.notifyAll();
                      }
                    }
                  } catch (IOException e) {
                    // closed at the end of the test
                  }
                });
    synchronized (written) {
      while (written[0] < Constants.WINDOW - (256 << 10)) {
        written.wait(20_000);
      }
    }
    Pair other = pair();
    byte[] sent = send(other.opener, 3, 100_000);
    assertArrayEquals(sent, digest(other.acceptor, 100_000));
    synchronized (written) {
      assertTrue(
          written[0] <= Constants.WINDOW + Constants.SEND_BUFFER, "unbounded: " + written[0]);
    }
    stalled.opener.close();
    assertTrue(writer.join(java.time.Duration.ofSeconds(10)), "close wakes the writer");
  }

  @Test
  void aReadTimesOutWhenAskedTo() throws Exception {
    Pair pair = pair();
    pair.opener.setSoTimeout(50);
    InputStream in = pair.opener.getInputStream();
    assertThrows(SocketTimeoutException.class, in::read);
    pair.acceptor.getOutputStream().write(7);
    pair.opener.setSoTimeout(20_000);
    assertEquals(7, in.read());
  }

  @Test
  void closingWakesAReader() throws Exception {
    Pair pair = pair();
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    InputStream in = pair.opener.getInputStream();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                in.read();
                failure.complete(new AssertionError("read something"));
              } catch (IOException e) {
                failure.complete(e);
              }
            });
    pair.opener.close();
    assertTrue(failure.get(10, TimeUnit.SECONDS) instanceof SocketException);
  }

  @Test
  void anEndByThePeerIsAnErrorOrTheEndButNeverAHang() throws Exception {
    Pair pair = pair();
    pair.acceptor.live().abort(Channel.End.ABORTED);
    InputStream in = pair.opener.getInputStream();
    assertThrows(IOException.class, in::read);
    assertThrows(
        IOException.class,
        () -> {
          while (true) {
            pair.opener.getOutputStream().write(new byte[1_000]);
          }
        });
  }

  @Test
  void strangersAreNotHeard() throws Exception {
    Endpoint stranger =
        new Endpoint(
            "drawbridge.site.stranger",
            Set.of(GATEWAY),
            carrier("drawbridge.site.stranger"),
            false,
            s -> {},
            m -> {},
            m -> {});
    stranger.start();
    try {
      assertFalse(stranger.open(GATEWAY).awaitOpen(2_500), "an unknown mailbox was answered");
    } finally {
      stranger.close();
    }
    pingPong();
  }
}
