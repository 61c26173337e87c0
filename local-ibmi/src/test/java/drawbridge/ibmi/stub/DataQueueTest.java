package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400Exception;
import com.ibm.as400.access.DataQueueEntry;
import com.ibm.as400.access.IllegalObjectTypeException;
import com.ibm.as400.access.KeyedDataQueue;
import com.ibm.as400.access.ObjectAlreadyExistsException;
import com.ibm.as400.access.ObjectDoesNotExistException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DataQueueTest {
  private static final String ORDERS = "/QSYS.LIB/SHOP.LIB/ORDERS.DTAQ";

  private HostSystem host;
  private AS400 system;

  @BeforeEach
  void start() throws Exception {
    host = HostSettings.builder().start();
    host.user("BRIDGE", "secret");
    host.library("SHOP");
    system = Client.plain(host, "BRIDGE", "secret");
  }

  @AfterEach
  void stop() {
    system.disconnectAllServices();
    host.close();
  }

  private com.ibm.as400.access.DataQueue queue(AS400 client) {
    return new com.ibm.as400.access.DataQueue(client, ORDERS);
  }

  @Test
  void entriesComeInOrderWithTheirSender() throws Exception {
    com.ibm.as400.access.DataQueue queue = queue(system);
    queue.create(1000, "*USE", true, true, false, "orders to pick");
    assertThrows(ObjectAlreadyExistsException.class, () -> queue(system).create(10));
    assertEquals(1000, queue.getMaxEntryLength());
    assertTrue(queue.isFIFO());
    assertEquals("orders to pick", queue.getDescription().strip());
    queue.write("first");
    queue.write("zweite ÄÖÜ");
    assertEquals("first", queue.peek().getString());
    DataQueueEntry entry = queue.read();
    assertEquals("first", entry.getString());
    String number =
        host.jobs().stream()
            .filter(job -> job.service() == HostService.DATA_QUEUE)
            .findFirst()
            .orElseThrow()
            .number();
    assertEquals("QZHQSSRV  QUSER     " + number + "BRIDGE    ", entry.getSenderInformation());
    assertEquals("zweite ÄÖÜ", queue.read().getString());
    assertNull(queue.read());
    queue.write("x");
    queue.clear();
    assertNull(queue.read());
    queue.delete();
    assertThrows(ObjectDoesNotExistException.class, queue::read);
  }

  @Test
  void keysSelectEntries() throws Exception {
    KeyedDataQueue queue = new KeyedDataQueue(system, ORDERS);
    queue.create(4, 100);
    queue.write("0002", "b");
    queue.write("0001", "a");
    queue.write("0003", "c");
    assertEquals("b", queue.peek("0002", 0, "GE").getString());
    assertEquals("b", queue.read("0002", 0, "GE").getString());
    assertNull(queue.read("0002", 0, "EQ"));
    assertEquals("a", queue.read("0003", 0, "LT").getString());
    assertThrows(IllegalObjectTypeException.class, () -> queue(system).write("x"));
    assertEquals(
        "CPF9503",
        assertThrows(AS400Exception.class, () -> queue.write("0009", "y".repeat(101)))
            .getAS400Message()
            .getID());
    queue.write("0004", "d");
    queue.clear("0003");
    assertEquals("d", queue.read("0000", 0, "GT").getString());
  }

  @Test
  void aReadWaitsForWhatAnotherWrites() throws Exception {
    com.ibm.as400.access.DataQueue queue = queue(system);
    queue.create(100);
    assertNull(queue.read(1));
    CompletableFuture<DataQueueEntry> reading = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            reading.complete(queue.read(30));
          } catch (Exception e) {
            reading.completeExceptionally(e);
          }
        });
    AS400 other = Client.plain(host, "BRIDGE", "secret");
    queue(other).write("late");
    assertEquals("late", reading.get(20, java.util.concurrent.TimeUnit.SECONDS).getString());
    other.disconnectAllServices();
  }

  @Test
  void programsOnTheHostSeeTheSameQueue() throws Exception {
    DataQueue own = host.dataQueue("SHOP", "ORDERS", DataQueue.Order.FIFO, 200, 0, false);
    queue(system).write("from a client");
    assertEquals(
        "from a client",
        new String(own.take(Duration.ofSeconds(5)).orElseThrow(), Ebcdic.CCSID_37));
    own.write("", "from the host".getBytes(Ebcdic.CCSID_37));
    assertEquals("from the host", queue(system).read().getString());
    assertThrows(
        ObjectDoesNotExistException.class,
        () -> new com.ibm.as400.access.DataQueue(system, "/QSYS.LIB/NOWHERE.LIB/Q.DTAQ").read());
  }
}
