package drawbridge.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A connector with a valid certificate and bad intentions: whatever bytes it sends, it gets a
 * refusal or the end of its connection, no agent hears of it, and everybody else is served.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(90)
final class HostileConnectorTest {
  private static final String PATH = "/orders/v1/customers/1/orders";
  private static final String POST = "POST /orders/v1/orders HTTP/1.1\r\nHost: localhost\r\n";

  /** What a front end of another opinion would let through as a request of its own. */
  private static final String HIDDEN =
      "GET " + PATH + "?hidden=1 HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir Path folder;
  private Stage stage;
  private FakeAgent agent;

  @BeforeEach
  void start() {
    stage = new Stage(folder, Stage.ONE_SITE);
    agent = stage.agent("plant-1", "agent-a", "orders");
  }

  @AfterEach
  void stop() throws Exception {
    try {
      assertEquals(200, stage.get(PATH).statusCode(), "others are served on");
    } finally {
      stage.close();
    }
  }

  private SSLSocket socket() throws IOException {
    SSLSocket socket =
        (SSLSocket)
            stage
                .connectors
                .context(stage.frontDoor, stage.apim)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), stage.gateway.port());
    socket.setSoTimeout(15_000);
    return socket;
  }

  /** All that comes back until the gateway closes the connection; it must close it. */
  private String answered(String request) throws IOException {
    try (SSLSocket socket = socket()) {
      try {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        return "closed";
      }
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(answer);
      } catch (SocketTimeoutException e) {
        throw new AssertionError("left open after: " + answer, e);
      } catch (IOException e) {
        // a reset is an end too
      }
      return answer.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private static int responses(String answer) {
    return answer.split("HTTP/1\\.1 ", -1).length - 1;
  }

  private void refused(String request) throws IOException {
    int before = agent.heads.size();
    String answer = answered(request);
    assertTrue(responses(answer) <= 1, answer);
    assertTrue(
        answer.isEmpty() || answer.equals("closed") || answer.startsWith("HTTP/1.1 4"), answer);
    assertEquals(before, agent.heads.size(), () -> "an agent heard of it: " + answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "GET  /orders HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /or\u0000ders HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /orders/../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n folded: yes\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
        "CONNECT localhost:22 HTTP/1.1\r\nHost: localhost:22\r\nConnection: close\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      })
  void malformedRequestsAreRefused(String request) throws IOException {
    refused(request);
  }

  /** Two opinions about where a request ends are two requests to one of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 0\r\nContent-Length: 44\r\n",
        "Content-Length: 0, 44\r\n",
        "Content-Length: +0\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x0\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\u000bchunked\r\n",
      })
  void aSecondRequestCannotBeSmuggled(String headers) throws IOException {
    refused(POST + headers + "\r\n0\r\n\r\n" + HIDDEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "ffffffff",
        "ffffffffffffffff",
        "8000000000000000",
        "1g",
        "",
        "0x4",
        "100000000"
      })
  void chunksOfImpossibleSizesAreRefused(String size) throws IOException {
    int before = agent.heads.size();
    String answer =
        answered(POST + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\nabcd\r\n0\r\n\r\n");
    assertTrue(responses(answer) <= 1, answer);
    assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
    assertEquals(before, agent.heads.size());
  }

  @Test
  void hugeHeadsAreRefusedBeforeTheyAreRead() throws IOException {
    refused(
        "GET " + PATH + " HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(1 << 20) + "\r\n\r\n");
    refused(
        "GET " + PATH + " HTTP/1.1\r\nHost: localhost\r\n" + "a: b\r\n".repeat(100_000) + "\r\n");
    refused("GET /" + "x".repeat(1 << 20) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    refused("x".repeat(1 << 20));
  }

  @Test
  void hugeBodiesEndAtTheBound() throws IOException {
    String told = answered(POST + "Content-Length: 10000000000\r\n\r\nabcd");
    assertTrue(told.startsWith("HTTP/1.1 413"), told);
    assertEquals(0, agent.heads.size());
    long sent = 0;
    try (SSLSocket socket = socket()) {
      OutputStream out = socket.getOutputStream();
      out.write((POST + "Transfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      byte[] chunk = new byte[1 << 20];
      while (sent < 1L << 30) {
        out.write("100000\r\n".getBytes(StandardCharsets.US_ASCII));
        out.write(chunk);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        sent += chunk.length;
      }
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      // it was closed
    }
    assertTrue(sent < 200L << 20, "took " + sent + " bytes");
    assertTrue(agent.bodyBytes.get() <= Gateway.BODY_BYTES, agent.bodyBytes::toString);
  }

  /** Also whoever reads nothing before all is written. */
  @Test
  void aRefusalReachesWhoeverStillSends() throws IOException {
    String much = "x".repeat(12 << 20);
    for (String head :
        List.of(
            "Content-Length: 12582912\r\n",
            "Content-Length: 12582912\r\nTransfer-Encoding: chunked\r\n")) {
      String answer = answered(POST + head + "\r\n" + much);
      assertTrue(answer.startsWith("HTTP/1.1 4"), () -> head + answer);
    }
    assertEquals(0, agent.heads.size());
    String chunks = ("100000\r\n" + "x".repeat(1 << 20) + "\r\n").repeat(12);
    String answer = answered(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunks);
    assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
  }

  /** A byte now and then keeps a connection alive, and nothing more is ever asked. */
  @Test
  void aHeadThatNeverEndsIsCutOff() throws IOException {
    long begin = System.nanoTime();
    try (SSLSocket socket = socket()) {
      socket.setSoTimeout(500);
      OutputStream out = socket.getOutputStream();
      out.write(
          ("GET " + PATH + " HTTP/1.1\r\nHost: localhost\r\nX: ")
              .getBytes(StandardCharsets.US_ASCII));
      int came = 0;
      while (came >= 0 && System.nanoTime() - begin < Duration.ofSeconds(60).toNanos()) {
        try {
          came = socket.getInputStream().read();
        } catch (SocketTimeoutException e) {
          out.write('x');
        }
      }
    } catch (IOException e) {
      // it was closed
    }
    Duration lasted = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(lasted.compareTo(Connection.HEAD.plusSeconds(10)) < 0, lasted::toString);
    assertEquals(0, agent.heads.size());
  }

  /** A byte of the body now and then, and never the last one. */
  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 1000", "Transfer-Encoding: chunked"})
  void aBodyThatNeverEndsIsCutOffWithItsCall(String framing) throws IOException {
    byte[] piece =
        framing.startsWith("T") ? "1\r\nx\r\n".getBytes(StandardCharsets.US_ASCII) : new byte[1];
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    long begin = System.nanoTime();
    try (SSLSocket socket = socket()) {
      socket.setSoTimeout(200);
      OutputStream out = socket.getOutputStream();
      out.write(
          (POST + "Prefer: wait=2\r\n" + framing + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      int came = 0;
      while (came >= 0 && System.nanoTime() - begin < Duration.ofSeconds(60).toNanos()) {
        try {
          came = socket.getInputStream().read();
          if (came >= 0) {
            answer.write(came);
          }
        } catch (SocketTimeoutException e) {
          out.write(piece);
        }
      }
    } catch (IOException e) {
      // it was closed
    }
    Duration lasted = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(lasted.compareTo(Duration.ofSeconds(12)) < 0, lasted + ": " + answer);
    assertTrue(
        answer.size() == 0
            || answer.toString(StandardCharsets.ISO_8859_1).matches("(?s)HTTP/1.1 [45].*"),
        answer::toString);
  }

  /** Connections that say nothing hold every place for a handshake, and some wait for one. */
  @Test
  void whoFindsTheDoorCrowdedWaitsForItsTurn() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < FrontDoorTls.HANDSHAKES + 20; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), stage.gateway.port()));
      }
      FutureTask<String> late =
          new FutureTask<>(
              () -> answered("GET " + PATH + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
      Thread.ofVirtual().start(late);
      assertThrows(TimeoutException.class, () -> late.get(1, TimeUnit.SECONDS));
      for (Socket socket : silent) {
        socket.close();
      }
      String answer = late.get(5, TimeUnit.SECONDS);
      assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  /** Nothing is unpacked, so nothing can grow. */
  @Test
  void aCompressedBodyIsNeverUnpacked() throws Exception {
    byte[] bomb = bomb();
    assertTrue(bomb.length < 200_000);
    for (String encoding : new String[] {"gzip", "deflate", "br", "gzip, gzip"}) {
      HttpRequest request =
          stage
              .request("/orders/v1/orders")
              .header("Content-Encoding", encoding)
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofByteArray(bomb))
              .build();
      try {
        HttpResponse<String> answer = stage.client.send(request, BodyHandlers.ofString());
        assertEquals(400, answer.statusCode(), encoding + ": " + answer.body());
      } catch (IOException e) {
        // Refused before all of it was sent, and the connection with it.
      }
    }
    assertEquals(0, agent.heads.size());
    assertEquals(0, agent.bodyBytes.get());
  }

  private static byte[] bomb() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      Arrays.fill(zeros, (byte) ' ');
      for (int i = 0; i < 100; i++) {
        gzip.write(zeros);
      }
    }
    return packed.toByteArray();
  }
}
