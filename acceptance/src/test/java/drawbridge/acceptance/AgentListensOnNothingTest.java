package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Asks the kernel, not the agent, what sockets it has. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux shows sockets under /proc")
final class AgentListensOnNothingTest {
  private static final String LISTENING = "0A";
  private static final String ESTABLISHED = "01";

  private static Stack stack;

  @BeforeAll
  static void start() throws Exception {
    stack = Stack.start(StackPlan.small().withRows(1_000), line -> {});
    // While it works, too, not only while it waits.
    try (Connector connector = Connector.of(stack)) {
      assertEquals(200, connector.get(Showing.ALLOWED).statusCode());
    }
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void theAgentHasNoListeningSocket() throws IOException {
    assertEquals(List.of(), sockets("agent-a", "tcp", LISTENING));
    assertEquals(List.of(), sockets("agent-a", "tcp6", LISTENING));
  }

  @Test
  void theAgentHearsNoDatagrams() throws IOException {
    assertEquals(List.of(), sockets("agent-a", "udp", ""));
    assertEquals(List.of(), sockets("agent-a", "udp6", ""));
  }

  /** The same look finds what there is, so that it could find what must not be. */
  @Test
  void theGatewayDoesListenAndTheAgentIsConnected() throws IOException {
    List<String> gateway = sockets("gateway-1", "tcp", LISTENING);
    gateway.addAll(sockets("gateway-1", "tcp6", LISTENING));
    assertTrue(gateway.size() >= 2, gateway::toString);
    List<String> agent = sockets("agent-a", "tcp", ESTABLISHED);
    agent.addAll(sockets("agent-a", "tcp6", ESTABLISHED));
    assertTrue(!agent.isEmpty());
  }

  /** Local addresses of the program's own sockets of that kind and state; empty: any state. */
  private static List<String> sockets(String program, String table, String state)
      throws IOException {
    Path process = Path.of("/proc", Long.toString(stack.pid(program)));
    Set<String> own = new HashSet<>();
    try (Stream<Path> handles = Files.list(process.resolve("fd"))) {
      for (Path handle : handles.toList()) {
        try {
          String target = Files.readSymbolicLink(handle).toString();
          if (target.startsWith("socket:[")) {
            own.add(target.substring("socket:[".length(), target.length() - 1));
          }
        } catch (IOException e) {
          // closed since it was listed
        }
      }
    }
    List<String> found = new ArrayList<>();
    Path file = process.resolve("net").resolve(table);
    if (!Files.exists(file)) {
      return found; // no IPv6 on this machine
    }
    for (String line : Files.readAllLines(file)) {
      String[] columns = line.strip().split("\\s+", -1);
      if (own.contains(columns[9]) && (state.isEmpty() || columns[3].equals(state))) {
        found.add(columns[1]);
      }
    }
    return found;
  }
}
