package drawbridge.agent.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusTest {
  @TempDir Path folder;

  /** An agent that has everything to tell, some of it hostile. */
  static Status sample() {
    return sample(Instant.parse("2026-01-31T12:00:30Z"));
  }

  static Status sample(Instant now) {
    return new Status(
        false,
        "1.2.3",
        "plant-1",
        "agent-a",
        now,
        now.minusSeconds(3_700),
        false,
        true,
        "AMQP, port 5671",
        List.of(
            new Status.Channel("gateway-1", true, false, now.minusSeconds(90), "open"),
            new Status.Channel("gateway-2", false, false, now.minusSeconds(5), "no answer")),
        new Status.Calls(3, 1_234, 5, 6, new Status.Last(100, 1, 2, 4_200, 1_300_000)),
        List.of(
            new Status.Source("erp", true, "available", List.of(new Status.Figure("active", 2)))),
        now.plusSeconds(90 * 86_400L),
        new Status.Audit(true, "/var/lib/drawbridge/audit", 99),
        List.of("caller CN=x"),
        new Status.Folder("site", "abc", now.minusSeconds(60)),
        "",
        List.of(new Status.Trouble("no channel to gateway-2: no answer", "see the gateway")),
        List.of(
            new Status.Recent(
                now,
                now,
                7,
                "SOURCE_ERROR",
                "orders/v1/Find",
                "<script>alert(1)</script>\u001b[2J\u202e",
                "bcdfghjkmn",
                "find the reference")),
        List.of(new Status.Minute(now, 1, 2, 3)));
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    assertEquals(sample(), StatusSocket.parse(StatusJson.write(sample())));
  }

  /** So that an agent and a command of different versions understand each other. */
  @Test
  void whatIsUnknownIsPassedOverAndWhatIsMissingIsEmpty() throws Exception {
    Status status =
        StatusSocket.parse("{\"site\":\"plant-1\",\"later\":{\"a\":[1,{}]},\"ok\":true}");
    assertEquals("plant-1", status.site());
    assertTrue(status.ok());
    assertEquals(List.of(), status.channels());
    assertThrows(IOException.class, () -> StatusSocket.parse("[]"));
  }

  @Test
  void theTableNamesEverythingAndTextCannotSteerTheTerminal() {
    StringWriter out = new StringWriter();
    new StatusTable(new PrintWriter(out)).print(sample());
    String table = out.toString();
    for (String part :
        List.of(
            "plant-1/agent-a, version 1.2.3, up for 1 h 1 min",
            "gateway-1  open for 1 min 30 s",
            "gateway-2  CLOSED for 5 s  no answer",
            "100 answered, 1 refused, 2 failed, p50 4.2 ms, p99 1.3 s",
            "1,234 answered",
            "erp  available  (2 active)",
            "ends in 90 days",
            "caller CN=x",
            "digest abc",
            "SOURCE_ERROR (7 times) orders/v1/Find reference bcdfghjkmn",
            "→ see the gateway")) {
      assertTrue(table.contains(part), part + " in\n" + table);
    }
    assertFalse(table.contains("\u001b") || table.contains("\u202e"), table);
    assertFalse(table.contains("all is well"));
  }

  @Test
  void theSocketAnswersItsOwnerAndNobodyElse() throws Exception {
    Path file = folder.resolve("status.socket");
    IOException none = assertThrows(IOException.class, () -> StatusSocket.ask(file));
    assertTrue(String.valueOf(none.getMessage()).contains("no agent runs"), none::toString);
    try (StatusSocket _ = StatusSocket.open(file, StatusTest::sample)) {
      assertEquals(sample(), StatusSocket.parse(StatusSocket.ask(file)));
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      assertThrows(IOException.class, () -> StatusSocket.open(file, StatusTest::sample).close());
      assertEquals(sample(), StatusSocket.parse(StatusSocket.ask(file)), "it goes on");
    }
    assertFalse(Files.exists(file));
  }

  /** A killed agent leaves its socket's file, and another one begins. */
  @Test
  void aSocketThatNobodyAnswersAtIsTakenOver() throws Exception {
    Path file = folder.resolve("status.socket");
    try (var dead =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      dead.bind(java.net.UnixDomainSocketAddress.of(file));
    }
    assertTrue(Files.exists(file));
    IOException none = assertThrows(IOException.class, () -> StatusSocket.ask(file));
    assertTrue(String.valueOf(none.getMessage()).contains("nobody answers"), none::toString);
    try (StatusSocket _ = StatusSocket.open(file, StatusTest::sample)) {
      assertEquals(sample(), StatusSocket.parse(StatusSocket.ask(file)));
    }
  }

  @Test
  void consoleMdNamesEveryFieldOfTheJson() throws Exception {
    Set<String> names = new TreeSet<>();
    collect(Status.class, names);
    assertTrue(names.size() > 35, names::toString);
    String page = Files.readString(Path.of("../docs/console.md"));
    for (String name : names) {
      assertTrue(page.contains("`" + name + "`"), "console.md does not name " + name);
    }
  }

  private static void collect(Class<?> type, Set<String> names) {
    for (RecordComponent component : type.getRecordComponents()) {
      names.add(component.getName());
      Type inner =
          component.getGenericType() instanceof ParameterizedType list
              ? list.getActualTypeArguments()[0]
              : component.getType();
      if (inner instanceof Class<?> record && record.isRecord()) {
        collect(record, names);
      }
    }
  }
}
