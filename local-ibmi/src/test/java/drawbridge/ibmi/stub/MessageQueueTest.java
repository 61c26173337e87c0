package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400Exception;
import com.ibm.as400.access.AS400Message;
import com.ibm.as400.access.QueuedMessage;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MessageQueueTest {
  private HostSystem host;
  private AS400 system;
  private com.ibm.as400.access.MessageQueue queue;

  @BeforeEach
  void start() throws Exception {
    host = HostSettings.builder().start();
    host.user("BRIDGE", "secret");
    system = Client.plain(host, "BRIDGE", "secret");
    queue = new com.ibm.as400.access.MessageQueue(system, "/QSYS.LIB/SHOP.LIB/ALERTS.MSGQ");
  }

  @AfterEach
  void stop() {
    system.disconnectAllServices();
    host.close();
  }

  @Test
  void messagesAreSentAndReceived() throws Exception {
    MessageQueue alerts = host.messageQueue("SHOP", "ALERTS");
    alerts.send(
        new HostMessage(
            "CPF0907",
            80,
            HostMessage.INFORMATIONAL,
            "QCPFMSG",
            "QSYS",
            "Serious storage condition may exist.",
            "Recovery . . . : Press HELP.",
            new byte[] {1, 2}));
    queue.sendInformational("hello from a client");
    QueuedMessage first =
        queue.receive(
            null, 0, com.ibm.as400.access.MessageQueue.OLD, com.ibm.as400.access.MessageQueue.ANY);
    assertEquals("CPF0907", first.getID());
    assertEquals(80, first.getSeverity());
    assertEquals("Serious storage condition may exist.", first.getText());
    assertEquals("Recovery . . . : Press HELP.", first.getHelp());
    QueuedMessage second = queue.receive(null);
    assertEquals("hello from a client", second.getText());
    assertEquals("BRIDGE", second.getFromJobName().isEmpty() ? "" : second.getUser());
    assertNull(queue.receive(null));
    assertEquals(1, alerts.depth());
    queue.remove();
    assertEquals(0, alerts.depth());
  }

  @Test
  void anInquiryIsAnsweredOnce() throws Exception {
    MessageQueue alerts = host.messageQueue("SHOP", "ALERTS");
    int key =
        alerts.send(HostMessage.of("CPA0701", 99, HostMessage.INQUIRY, "Program ended. (C D I R)"));
    QueuedMessage inquiry =
        queue.receive(
            null,
            0,
            com.ibm.as400.access.MessageQueue.SAME,
            com.ibm.as400.access.MessageQueue.INQUIRY);
    assertEquals(AS400Message.INQUIRY, inquiry.getType());
    assertEquals(Optional.empty(), alerts.reply(key));
    queue.reply(inquiry.getKey(), "R", false);
    assertEquals(Optional.of("R"), alerts.reply(key));
    assertEquals(
        "CPF2420",
        assertThrows(AS400Exception.class, () -> queue.reply(inquiry.getKey(), "C"))
            .getAS400Message()
            .getID());
  }

  @Test
  void aMissingQueueIsSaid() {
    assertEquals(
        "CPF2403",
        assertThrows(AS400Exception.class, () -> queue.receive(null)).getAS400Message().getID());
  }
}
