package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Fault;
import drawbridge.adapters.TestCall;
import drawbridge.adapters.TestSite.TestAnswer;
import drawbridge.adapters.Traits;
import drawbridge.ibmi.stub.HostMessage;
import drawbridge.ibmi.stub.MessageQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Message queues as operations, through unmodified JTOpen. */
final class MessageQueueOperationTest {
  private static final String OPERATIONS =
      """
      - { name: Alerts, get: /alerts, message-queue: { library: QSYS, name: QSYSOPR, do: list, severity: 40 } }
      - { name: News, trigger: new-rows, get: /news, message-queue: { library: QSYS, name: QSYSOPR, do: list, severity: 40 } }
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
    TestAnswer csv = new TestAnswer(Answer.Format.CSV);
    site.call("Alerts", csv, Duration.ofSeconds(30), "");
    List<String> lines = csv.text().lines().toList();
    assertEquals("key,id,severity,type,text,at,job,program,inquiry", lines.getFirst());
    assertEquals(2, lines.size());
    assertTrue(lines.get(1).contains(",USR0002,60,informational,Disk is full.,"), lines.get(1));
    assertEquals("text/csv; charset=utf-8; header=present", csv.contentType());
  }

  @Test
  void aPollingTriggerTellsEachAlertOnceTheNewestFirst() throws Exception {
    queue.send(HostMessage.of("USR0001", 60, HostMessage.INFORMATIONAL, "Before."));
    JsonNode first = TestCall.json(site.call("News", ""));
    assertEquals(0, first.get("value").size(), "the first poll sets the mark");
    for (int i = 2; i <= 4; i++) {
      // Within one millisecond or not.
      queue.send(HostMessage.of("USR000" + i, 60, HostMessage.INFORMATIONAL, "Later."));
    }
    queue.send(HostMessage.of("USR0009", 10, HostMessage.INFORMATIONAL, "Nothing serious."));
    JsonNode second = TestCall.json(site.call("News", "", "since", first.get("since").asText()));
    assertEquals(
        List.of("USR0004", "USR0003", "USR0002"), second.get("value").findValuesAsText("id"));
    JsonNode third = TestCall.json(site.call("News", "", "since", second.get("since").asText()));
    assertEquals(0, third.get("value").size());
    queue.send(HostMessage.of("USR0005", 99, HostMessage.INFORMATIONAL, "Again."));
    JsonNode fourth = TestCall.json(site.call("News", "", "since", third.get("since").asText()));
    assertEquals(List.of("USR0005"), fourth.get("value").findValuesAsText("id"));
    for (int i = 1; i <= 150; i++) {
      queue.send(HostMessage.of("USR%04d".formatted(1000 + i), 60, HostMessage.ESCAPE, "Many."));
    }
    JsonNode fifth = TestCall.json(site.call("News", "", "since", fourth.get("since").asText()));
    assertEquals(100, fifth.get("value").size(), "as many as a list has");
    assertEquals("USR1100", fifth.get("value").get(0).get("id").asText());
    JsonNode sixth = TestCall.json(site.call("News", "", "since", fifth.get("since").asText()));
    assertEquals(50, sixth.get("value").size(), "and the rest");
    assertEquals("USR1150", sixth.get("value").get(0).get("id").asText());
    assertEquals(Fault.Code.INVALID_ARGUMENT, site.fault("News", "", "since", "2026-01-01").code());
    assertEquals(Traits.Trigger.NEW_ROWS, site.operation("News").traits().trigger());
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
