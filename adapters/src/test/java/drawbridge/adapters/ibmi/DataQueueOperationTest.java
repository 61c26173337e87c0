package drawbridge.adapters.ibmi;

import static drawbridge.ibmi.stub.Fault.garbage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.ibmi.stub.DataQueue;
import drawbridge.ibmi.stub.HostService;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data queues as operations, through unmodified JTOpen. */
final class DataQueueOperationTest {
  private static final Charset EBCDIC = Charset.forName("IBM037");

  private static final String OPERATIONS =
      """
      - { name: Send, post: /orders, data-queue: { library: SHOP, name: ORDERS, do: send, copybook: ../order.cpy } }
      - { name: Receive, post: /orders/next, data-queue: { library: SHOP, name: ORDERS, do: receive, wait: 20s, most: 5, copybook: ../order.cpy } }
      - { name: Look, get: /orders, data-queue: { library: SHOP, name: ORDERS, do: peek, copybook: ../order.cpy } }
      - { name: SendKeyed, post: /events, data-queue: { library: SHOP, name: EVENTS, do: send, key: { length: 4 } } }
      - { name: PeekKeyed, get: /events, data-queue: { library: SHOP, name: EVENTS, do: peek, key: { length: 4 } } }
      - { name: TakeKeyed, post: /events/take, data-queue: { library: SHOP, name: EVENTS, do: receive, key: { length: 4 } } }
      - { name: RemoveKeyed, post: /events/remove, data-queue: { library: SHOP, name: EVENTS, do: remove, key: { length: 4 } } }
      - { name: Gone, get: /gone, data-queue: { library: SHOP, name: NOTHERE, do: peek } }
      """;

  private static final int EXCHANGE_SEEDS = 0x7001;
  private static final int START_SERVER = 0x7002;

  @TempDir Path folder;
  private TestHost host;
  private HostSite site;
  private DataQueue orders;
  private DataQueue events;

  @BeforeEach
  void start() throws Exception {
    host = TestHost.start(folder);
    orders = host.host().dataQueue("SHOP", "ORDERS", DataQueue.Order.FIFO, 100, 0, true);
    events = host.host().dataQueue("SHOP", "EVENTS", DataQueue.Order.KEYED, 100, 4, false);
    Files.writeString(
        folder.resolve("order.cpy"),
        "01 R.\n05 ORDER-NO PIC 9(5).\n05 AMOUNT PIC S9(5)V99 COMP-3.\n");
    site = HostSite.open(folder, host, "", OPERATIONS);
  }

  @AfterEach
  void stop() {
    site.close();
    host.close();
  }

  @Test
  void anEntryIsARecordOfItsCopybook() throws Exception {
    site.call("Send", "{\"entry\":{\"orderNo\":42,\"amount\":-1.5}}");
    assertEquals(1, orders.depth());
    String row = "\"entry\":{\"orderNo\":42,\"amount\":-1.50}";
    String peeked = site.call("Look", "").text();
    assertTrue(peeked.startsWith("{\"value\":[{" + row + ",\"job\":\""), peeked);
    assertTrue(peeked.contains("/QUSER/QZHQSSRV\",\"user\":\"BRIDGE\"}]}"), peeked);
    assertEquals(1, orders.depth(), "a peek leaves it there");
    assertTrue(site.call("Receive", "").text().contains(row));
    assertEquals(0, orders.depth());
    assertEquals("{\"value\":[]}", site.call("Look", "").text());
  }

  @Test
  void severalAreTakenAtOnceAndNoMoreThanAllowed() throws Exception {
    for (int i = 0; i < 7; i++) {
      site.call("Send", "{\"entry\":{\"orderNo\":" + i + ",\"amount\":0}}");
    }
    assertEquals(5, site.call("Receive", "").text().split("orderNo", -1).length - 1);
    assertEquals(2, orders.depth());
  }

  /** As from a wrong port: JTOpen makes room for 1.5 GB when it reads such a length. */
  @Test
  void rubbishInPlaceOfALengthBreaksOneConnection() throws Exception {
    for (int request : new int[] {EXCHANGE_SEEDS, START_SERVER}) {
      host.host().faults().next(HostService.DATA_QUEUE, request, garbage());
      FaultException e =
          assertThrows(FaultException.class, () -> site.call("Look", ""), () -> "" + request);
      assertEquals(Fault.Code.SOURCE_UNAVAILABLE, e.fault().code());
    }
    assertEquals("{\"value\":[]}", site.call("Look", "").text());
  }

  @Test
  void aListenerWaitsOnAConnectionOfItsOwn() throws Exception {
    CompletableFuture<String> received =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return site.call("Receive", "").text();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    long start = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      site.call("SendKeyed", "{\"key\":\"K" + i + "\",\"entry\":\"x\"}");
    }
    assertTrue(System.nanoTime() - start < 15_000_000_000L, "nobody waits behind the listener");
    assertEquals(5, events.depth());
    site.call("Send", "{\"entry\":{\"orderNo\":1,\"amount\":0}}");
    assertTrue(received.get(20, TimeUnit.SECONDS).contains("\"orderNo\":1"));
  }

  @Test
  void theSafeWayIsPeekHandOverRemove() throws Exception {
    events.write("K002", "second".getBytes(EBCDIC));
    events.write("K001", "first".getBytes(EBCDIC));
    String peeked = site.call("PeekKeyed", "").text();
    assertTrue(peeked.contains("\"entry\":\"first\",\"key\":\"K001\",\"receipt\":\""), peeked);
    String receipt = peeked.replaceFirst("(?s).*\"receipt\":\"([0-9a-f]{64})\".*", "$1");
    assertEquals(2, events.depth());
    String body = "{\"key\":\"K001\",\"receipt\":\"%s\"}";
    assertEquals(
        Fault.Code.CONFLICT, site.fault("RemoveKeyed", body.formatted("0".repeat(64))).code());
    assertEquals(2, events.depth());
    site.call("RemoveKeyed", body.formatted(receipt));
    assertEquals(1, events.depth());
    // Once more, as after an answer that was lost.
    assertEquals(Fault.Code.NOT_FOUND, site.fault("RemoveKeyed", body.formatted(receipt)).code());
    assertTrue(site.call("PeekKeyed", "").text().contains("\"entry\":\"second\""));
  }

  @Test
  void aKeyedReceiveTakesItsKeyOnly() throws Exception {
    site.call("SendKeyed", "{\"key\":\"A\",\"entry\":\"for A\"}");
    site.call("SendKeyed", "{\"key\":\"B\",\"entry\":\"for B\"}");
    assertTrue(
        site.call("TakeKeyed", "{\"key\":\"B\"}")
            .text()
            .contains("\"entry\":\"for B\",\"key\":\"B\""));
    assertArrayEquals("for A".getBytes(EBCDIC), events.take(Duration.ZERO).orElseThrow());
    assertEquals("{\"value\":[]}", site.call("TakeKeyed", "{\"key\":\"B\"}").text());
  }

  @Test
  void mistakesAreTold() throws Exception {
    assertEquals(
        "“amount” has more than 2 decimals",
        site.fault("Send", "{\"entry\":{\"orderNo\":1,\"amount\":0.001}}").message());
    assertEquals(
        "“key” is longer than 4 characters",
        site.fault("SendKeyed", "{\"key\":\"12345\",\"entry\":\"x\"}").message());
    assertEquals(
        "“entry” has a character that CCSID 37 lacks",
        site.fault("SendKeyed", "{\"key\":\"1\",\"entry\":\"日\"}").message());
    Fault gone = site.fault("Gone", "");
    assertEquals(Fault.Code.SOURCE_ERROR, gone.code());
    assertEquals("the source lacks an object that this operation needs", gone.message());
    orders.write("", new byte[] {1, 2, 3});
    assertEquals(Fault.Code.SOURCE_ERROR, site.fault("Look", "").code());
  }
}
