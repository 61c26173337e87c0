package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.adapters.Fault;
import drawbridge.ibmi.stub.HostMessage;
import drawbridge.ibmi.stub.MessageQueue;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Message queues as operations, through unmodified JTOpen. */
final class MessageQueueOperationTest {
  private static final String OPERATIONS =
      """
      - { name: Alerts, get: /alerts, message-queue: { library: QSYS, name: QSYSOPR, do: list, severity: 40 } }
      - { name: Questions, get: /questions, message-queue: { library: QSYS, name: QSYSOPR, do: list, inquiries: true } }
      - { name: Reply, post: "/questions/{key}", message-queue: { library: QSYS, name: QSYSOPR, do: reply, replies: [G, C] }, parameters: { key: { type: string, in: path } } }
      """;

  @TempDir Path folder;
  private TestHost host;
  private HostSite site;
  private MessageQueue queue;

  @BeforeEach
  void start() throws Exception {
    host = TestHost.start(folder);
    queue = host.host().messageQueue("QSYS", "QSYSOPR");
    site = HostSite.open(folder, host, "", OPERATIONS);
  }

  @AfterEach
  void stop() {
    site.close();
    host.close();
  }

  @Test
  void alertsOfTheChosenSeverityAreListed() throws Exception {
    queue.send(HostMessage.of("USR0001", 10, HostMessage.INFORMATIONAL, "All is well."));
    queue.send(HostMessage.of("USR0002", 60, HostMessage.INFORMATIONAL, "Disk is full."));
    String alerts = site.call("Alerts", "").text();
    assertTrue(
        alerts.contains(
            "\"id\":\"USR0002\",\"severity\":60,\"type\":\"informational\",\"text\":\"Disk is full.\""),
        alerts);
    assertFalse(alerts.contains("USR0001"), alerts);
    assertEquals("{\"value\":[]}", site.call("Alerts", "", "since", "2099-01-01T00:00:00").text());
  }

  @Test
  void anInquiryIsRepliedToOnce() throws Exception {
    int key = queue.send(HostMessage.of("USR0003", 99, HostMessage.INQUIRY, "Continue? (C G)"));
    String hex = "%08x".formatted(key);
    String questions = site.call("Questions", "").text();
    assertTrue(questions.contains("\"key\":\"" + hex + "\""), questions);
    assertTrue(questions.contains("\"inquiry\":true"), questions);
    assertEquals(
        "“reply” is none of those allowed",
        site.fault("Reply", "{\"reply\":\"X\"}", "key", hex).message());
    site.call("Reply", "{\"reply\":\"G\"}", "key", hex);
    assertEquals("G", queue.reply(key).orElseThrow());
    assertEquals(
        Fault.Code.NOT_FOUND, site.fault("Reply", "{\"reply\":\"G\"}", "key", "0000ffff").code());
  }
}
