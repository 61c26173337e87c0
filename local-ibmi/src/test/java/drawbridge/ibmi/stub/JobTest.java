package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection has one job, which does one thing after the other. */
final class JobTest {
  private static final int CALL = 0x1003;

  private HostSystem host;
  private final CountDownLatch fastBegan = new CountDownLatch(1);
  private final CompletableFuture<Boolean> overtaken = new CompletableFuture<>();

  @BeforeEach
  void start() throws Exception {
    host = HostSettings.builder().start();
    host.user("BRIDGE", "secret");
    // Waits for the other one as long as a job that is not held up would need many times over.
    host.program("SHOP", "SLOW", p -> overtaken.complete(fastBegan.await(1, TimeUnit.SECONDS)));
    host.program("SHOP", "FAST", p -> fastBegan.countDown());
  }

  @AfterEach
  void stop() {
    host.close();
  }

  private static byte[] call(String program, int correlation) {
    Bytes body = new Bytes().padded(program, 10).padded("SHOP", 10).int1(0).int2(0);
    return RawClient.request(HostService.COMMAND, CALL, correlation, 23, body);
  }

  private static int answered(Socket socket) throws Exception {
    Frame frame = Frame.read(new DataInputStream(socket.getInputStream())).orElseThrow();
    assertEquals(0, frame.int2(20), "the return code");
    return frame.int4(12);
  }

  @Test
  void requestsOfOneConnectionAreCarriedOutOneAfterTheOther() throws Exception {
    try (Socket socket = RawClient.signedOn(host, HostService.COMMAND)) {
      Bytes both = new Bytes().raw(call("SLOW", 7)).raw(call("FAST", 8));
      socket.getOutputStream().write(both.toArray());
      assertEquals(7, answered(socket));
      assertFalse(overtaken.get(20, TimeUnit.SECONDS), "the second began before the first ended");
      assertEquals(8, answered(socket));
      assertEquals(0, fastBegan.getCount());
    }
  }

  @Test
  void anotherConnectionIsNotHeldUp() throws Exception {
    try (Socket slow = RawClient.signedOn(host, HostService.COMMAND);
        Socket fast = RawClient.signedOn(host, HostService.COMMAND)) {
      slow.getOutputStream().write(call("SLOW", 1));
      fast.getOutputStream().write(call("FAST", 2));
      assertEquals(2, answered(fast));
      assertTrue(overtaken.get(20, TimeUnit.SECONDS));
      assertEquals(1, answered(slow));
    }
  }
}
